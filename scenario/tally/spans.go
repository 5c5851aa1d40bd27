package tally

import (
	"slices"
	"time"
)

// Spans tells the timeline of a run under way, each span once it has ended.
type Spans struct {
	told []Point // the newest: as many as a wider span may begin with
}

// mostJoined is how many spans that were told may lie within a wider one, should
// the machine have stood still meanwhile.
const mostJoined = 16

// Next returns the spans that have ended since it was last asked.
func (s *Spans) Next(t *Tally, elapsed time.Duration) []Point {
	until := time.Duration(0)
	if n := len(s.told); n > 0 {
		until = s.told[n-1].At + s.told[n-1].Width
	}
	var points []Point
	for _, p := range t.Timeline(until, elapsed) {
		if p = p.rest(s.told); p.Width > 0 && p.At+p.Width <= elapsed {
			points = append(points, p)
		}
	}
	s.told = append(s.told, points...)
	s.told = slices.Clone(s.told[max(0, len(s.told)-mostJoined):])
	return points
}

// rest is what a point has beyond others that lie within it and were told
// already, before spans became wider. Its times are those of the whole span.
func (p Point) rest(told []Point) Point {
	left := p
	left.Steps = slices.Clone(p.Steps)
	for _, t := range told {
		end := t.At + t.Width
		if t.At < p.At || end > p.At+p.Width {
			continue
		}
		left.At = max(left.At, end)
		left.Started -= t.Started
		left.Registered -= t.Registered
		left.Failed -= t.Failed
		for i := range left.Steps {
			left.Steps[i].OK -= t.Steps[i].OK
			left.Steps[i].Failed -= t.Steps[i].Failed
			left.Steps[i].Retried -= t.Steps[i].Retried
		}
	}
	left.Width = p.At + p.Width - left.At
	return left
}
