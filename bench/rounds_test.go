package bench

import (
	"slices"
	"testing"
)

// rounds is how often a thing and its floor are measured, in turns.
const rounds = 5

// pair is one round: our figure and the floor's.
type pair struct{ ours, floor float64 }

// medians of what the rounds measured.
type medians struct{ ratio, ours, floor float64 }

// alternate measures both sides so many times. Which goes first changes, so
// that a machine that slows down or warms up favours neither.
func alternate(n int, ours, floor func() float64) medians {
	var seen []pair
	for i := range n {
		var p pair
		if i%2 == 0 {
			p.floor = floor()
			p.ours = ours()
		} else {
			p.ours = ours()
			p.floor = floor()
		}
		seen = append(seen, p)
	}
	return mediansOf(seen)
}

func mediansOf(seen []pair) medians {
	var ratios, ours, floors []float64
	for _, p := range seen {
		ratios, ours, floors = append(ratios, p.ours/p.floor), append(ours, p.ours), append(floors, p.floor)
	}
	return medians{ratio: median(ratios), ours: median(ours), floor: median(floors)}
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

// report is a figure of a benchmark, or a line in the log of the smoke test.
func report(t testing.TB, value float64, unit string) {
	if b, ok := t.(*testing.B); ok {
		b.ReportMetric(0, "ns/op") // what one round of everything took says nothing
		b.ReportMetric(value, unit)
		return
	}
	t.Logf("%10.3f %s", value, unit)
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		situation string
		values    []float64
		want      float64
	}{
		{"one", []float64{3}, 3},
		{"odd", []float64{9, 1, 5}, 5},
		{"even", []float64{4, 1, 2, 9}, 3},
	} {
		if got := median(c.values); got != c.want {
			t.Errorf("%s: %v, want %v", c.situation, got, c.want)
		}
	}
	m := mediansOf([]pair{{1, 2}, {3, 2}, {100, 10}})
	if m != (medians{ratio: 1.5, ours: 3, floor: 2}) {
		t.Errorf("of pairs: %+v: ratios are taken within a round", m)
	}
}
