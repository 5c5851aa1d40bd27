package search

import (
	"cmp"
	"math"
	"slices"
)

// rises says whether a series grows, by the test of Mann and Kendall: is the
// later of two values the greater one more often than chance would have it (1 %,
// one-sided)? It asks nothing of how the values are distributed.
func rises(values []float64) bool {
	const certain = 2.326 // 99 % of the normal distribution lie below
	n, s := float64(len(values)), 0.0
	for i, a := range values {
		for _, b := range values[i+1:] {
			s += float64(cmp.Compare(b, a))
		}
	}
	variance := n * (n - 1) * (2*n + 5)
	for _, t := range ties(values) {
		variance -= t * (t - 1) * (2*t + 5)
	}
	return variance > 0 && (s-1)/math.Sqrt(variance/18) > certain
}

// ties are the sizes of the groups of equal values.
func ties(values []float64) (sizes []float64) {
	count := make(map[float64]float64)
	for _, v := range values {
		count[v]++
	}
	for _, n := range count {
		sizes = append(sizes, n)
	}
	return sizes
}

// rise is by how much a series grows from its first value to its last, by the
// median of the slopes between all pairs (Theil and Sen): a few outliers do not
// move it.
func rise(values []float64) float64 {
	var slopes []float64
	for i, a := range values {
		for j, b := range values[i+1:] {
			slopes = append(slopes, (b-a)/float64(j+1))
		}
	}
	if len(slopes) == 0 {
		return 0
	}
	return median(slopes) * float64(len(values)-1)
}

// median changes the order of the values.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
