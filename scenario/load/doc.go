// Package load says when the phones of a run start: a pure function from the
// number of a phone to the time that has passed since the first.
//
//	rate /s
//	  200 |             .-------------------------  hold 200/s
//	      |          .-'                            (the last stage repeats)
//	      |       .-'   ramp 10/s to 200/s over 30s
//	   10 |    .-'
//	      +----+--------+---------------------------> elapsed
//	           0       30s
//
// The area under the curve, up to a time, is how many phones have started by
// then; phone n starts when the area reaches n. With constant arrivals that is
// all; with Poisson arrivals n is replaced by the sum of n exponential gaps of
// mean one, drawn from the seed, so that phones come as strangers do.
//
// The schedule is open: it asks nothing of the phones that started before, so a
// slow core never slows the arrivals. (The one exception says so: "keep 200
// booting" closes the loop.) There is no clock here and no goroutine. What can be
// said, and what it draws, stands in the table of sentence.go.
package load
