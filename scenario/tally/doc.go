// Package tally counts what the phones of a run say, and makes the result.
//
//	phone 1 ─ Record ─▶ ┌ row 1 ┐
//	phone 2 ─ Record ─▶ │ row 2 │─▶ shard: steps, causes, histograms ─┐
//	   …                └ …     ┘                                     ├─▶ Result ─▶ thresholds ─▶ exit code
//	phone n ─ Record ─▶ ┌ row n ┐─▶ shard                            ─┘
//
// A phone writes into its own row and into one of a few shards, under the
// shard's lock: a few dozen nanoseconds an event. Shards are merged exactly
// when somebody looks. Two things are never added to each other: Took, the time
// that the core and the phone took, and Waited, the time that a phone queued
// for limits of the generator's own machine.
package tally
