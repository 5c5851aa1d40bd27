// Package scenario switches many phones on, watches them and counts; it speaks
// no protocol.
//
//	file.yaml ─ Load ─▶ Scenario
//	                       │ Run
//	   preflight           │   do the fleet, its descriptors and ports fit here?
//	   place               │   the core: in this process, in a child, or somebody else's
//	   fleet               │   phone n, a function of (seed, n): name, model, lists, keys
//	   schedule            │   one goroutine starts phones on time, whatever the core does
//	   stay, drain         │   registered phones keep alive, then take their leave
//	                       ▼
//	               *tally.Result ─▶ package report
//
// The schedule is open: a slow core never slows the arrivals. Whatever this
// machine cannot do at once is an explicit limit (limits.go), the time phones
// spend on it is reported as Waited and never added to what the core took, and
// when the generator was the bottleneck the result says so.
//
// A Scenario can be written in Go as well: its zero fields mean the sensible
// default.
package scenario
