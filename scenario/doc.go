// Package scenario switches many phones on, watches them and counts; it speaks
// no protocol.
//
//	file.yaml ─ Load ─▶ Scenario
//	                       │ Run
//	   preflight           │   do the fleet, its descriptors and ports fit here?
//	   place               │   the core: in this process, in a child, or somebody else's
//	   fleet               │   phone n, a function of (seed, n): name, model, lists, keys
//	   schedule            │   one goroutine starts phones on time, whatever the core does
//	   rehearse            │   what an administrator does meanwhile, and how the phones stand after it
//	   stay, drain         │   registered phones keep alive, then take their leave
//	                       ▼
//	               *tally.Result ─▶ package report, compare
//
// Package load says when phones start, timeline what the administrator does,
// state what outlives a run; record, live and capture are told of everything
// that happens, and search runs a scenario again and again.
//
// The schedule is open: a slow core never slows the arrivals. Whatever this
// machine cannot do at once is an explicit limit (limits.go), the time phones
// spend on it is reported as Waited and never added to what the core took, and
// when the generator was the bottleneck the result says so.
//
// A Scenario can be written in Go as well: its zero fields mean the sensible
// default.
package scenario
