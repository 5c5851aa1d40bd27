// Package compare says whether one run was better than another, and how sure
// that is.
//
// A run keeps one histogram of each step, so a percentile comes with its own
// uncertainty: of n independent times, the number of those below the true
// percentile p is binomial, and the times at the ranks np ± 1.96·√(np(1-p))
// therefore enclose it in 95 of 100 runs, whatever the distribution looks like.
// Two such intervals make one of the difference by the method of variance
// estimates recovery (Zou and Donner 2008), which keeps them lopsided where they
// are. Shares of phones are treated alike, with Wilson's interval for each.
//
// What this cannot see is what differs between two runs as a whole: a machine
// that was busy during one of them made that run slower, and the verdict says
// so. Repeat what matters. And times within a run are not quite independent:
// under overload, neighbours are slow together, so intervals are somewhat
// narrow there.
package compare

import (
	"math"

	"github.com/phonebank/phonebank/scenario/tally"
)

const z = 1.959964 // of the normal distribution, for 95 %

// estimate is a figure and its 95 % interval.
type estimate struct{ value, low, high float64 }

// percentile estimates one of a histogram, in milliseconds. It is not known
// when the interval would need times beyond those measured.
func percentile(h *tally.Histogram, percent float64) (e estimate, known bool) {
	n, p := float64(h.Count()), percent/100
	spread := z * math.Sqrt(n*p*(1-p))
	low, high := math.Floor(n*p-spread), math.Ceil(n*p+spread)+1
	if low < 1 || high > n {
		return estimate{value: h.At(percent)}, false
	}
	return estimate{h.At(percent), h.At(100 * low / n), h.At(100 * high / n)}, true
}

// share estimates a share in percent, by Wilson's interval.
func share(k, n int) (e estimate, known bool) {
	if n == 0 {
		return e, false
	}
	p, m := float64(k)/float64(n), float64(n)
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return estimate{100 * p, 100 * max(0, middle-half), 100 * min(1, middle+half)}, true
}

// minus is b less a.
func (b estimate) minus(a estimate) estimate {
	d := b.value - a.value
	return estimate{
		value: d,
		low:   d - math.Hypot(b.value-b.low, a.high-a.value),
		high:  d + math.Hypot(b.high-b.value, a.value-a.low),
	}
}
