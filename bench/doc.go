// Package bench holds the speed of Phonebank against bare floors: the smallest
// honest programs that do the same work with the same TLS version, suite, keys,
// concurrency and source addresses, measured in the same run.
//
//	go test -run '^$' -bench . ./bench
//
// There is a benchmark for each goal, G1 to G11. Each alternates between our
// way and the floor and reports "ratio", the median of five ratios, beside
// absolute values. Ratios hold where times do not: a busy machine slows both
// sides. README.md has the table of goals and what was measured.
//
// The load engine has benchmarks of its own, L1 to L3 (load_test.go), with
// absolute values: a schedule is kept or not, whatever the machine.
//
//	crowd_test.go     n jobs from a few workers       child_test.go   the other end as a process
//	rounds_test.go    alternate, take medians         usage_*_test.go CPU and memory of a process
//	world_test.go     keys, certificates, devices     fleet_test.go   phones that stay
//	floor_*_test.go   the bare floors
//
// Plain "go test" only runs the harness with tiny numbers, so that it cannot rot.
package bench
