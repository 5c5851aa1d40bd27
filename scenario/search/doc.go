// Package search finds the highest rate at which a core keeps up: the knee.
//
//	p99 |                        ✘
//	    |                    ✘
//	    |  ✔    ✔     ✔  ✔ ✔ |          From, then twice as much until one does not
//	    +----------------------------   hold; then between the two, until they are
//	       10   20    40   80  160 /s   close; then the winner again, to be sure
//
// It is a question of its own kind, in the manner of RFC 7502 ("session
// establishment rate"): not how long a boot takes, but up to which rate nothing
// piles up. A rate holds when, over a load of that rate,
//
//   - no phone fails, and none is left without an outcome;
//   - no backlog grows: over the last tenth of the load no more phones are in
//     flight (started, neither registered nor failed) than rate × base latency
//     explains, as in Little's law. The base latency is the mean boot of the
//     lightest load that held. Three times as much, and chance on top, is
//     granted, because a busy core is slower long before it falls behind;
//   - the 99th percentile does not grow: of twenty slices of the load (fewer
//     when there are not ten phones for each), by the time when phones were due,
//     those that are later are not the slower ones (Mann-Kendall test, 1 %), or
//     they are by less than the base latency (slope of Theil and Sen);
//   - no threshold of the scenario fails;
//   - the generator keeps up with its own schedule. Where it does not, the rate
//     does not hold either, but then it says nothing about the core, and if that
//     is the lowest such rate the generator has set the knee.
//
// Where nothing but the growth of the 99th percentile speaks against a rate, it is
// tried once more, and only that counts: a neighbour of this machine's that is
// busy for one probe makes latencies grow, too.
//
// Each probe has a fresh fleet and, with the simulator, a fresh core. Where a
// directory keeps phones, each begins with what is there, and leaves it so. What
// comes next is a pure function of what was found (plan.go); who runs the probes
// is package scenario.
package search
