package tally

import (
	"time"

	"github.com/phonebank/phonebank/phone"
)

// Point is what happened within a span of time.
type Point struct {
	At, Width time.Duration // since the schedule began; the last point of a run may be shorter than its width

	Started, Registered, Failed int // in the span
	InFlight                    int // started and without an outcome, at its end
	Now                         int // registered at its end

	Steps  []PointStep // in boot order
	Boot   Latency
	Health Health
}

// PointStep is one step within the span: attempts that ended in it.
type PointStep struct {
	Step                phone.Step
	OK, Failed, Retried int
	Took                Latency
}

// Timeline is the points from one time to another, both since the schedule
// began; a span that has only begun is among them, as far as it has come. Spans
// are a second wide, and twice that whenever there would be too many.
func (t *Tally) Timeline(from, until time.Duration) []Point {
	width := t.width(until)
	all := newSeries((*bucket).add)
	all.width = width
	for _, s := range t.shards {
		s.mu.Lock()
		s.time.widen(width)
		for i := range s.time.buckets {
			at := time.Duration(i) * width
			all.at(at).addCounts(&s.time.buckets[i])
			if at+width > from {
				all.at(at).addTimes(&s.time.buckets[i])
			}
		}
		s.mu.Unlock()
	}
	if until > 0 {
		all.at(until - 1)
	}
	var points []Point
	inFlight, now := 0, 0
	for i := range all.buckets {
		b := &all.buckets[i]
		inFlight += b.started - b.registered - b.failed
		now += b.now
		if at := time.Duration(i) * width; at+width > from {
			points = append(points, b.point(at, width, inFlight, now))
		}
	}
	t.attachHealth(points)
	return points
}

// width is the width that all series have, or have to have to reach until.
func (t *Tally) width(until time.Duration) time.Duration {
	width := narrowest
	for until > mostBuckets*width {
		width *= 2
	}
	for _, s := range t.shards {
		s.mu.Lock()
		width = max(width, s.time.width)
		s.mu.Unlock()
	}
	return width
}

func (t *Tally) attachHealth(points []Point) {
	if len(points) == 0 {
		return
	}
	t.health.Lock()
	defer t.health.Unlock()
	t.health.widen(points[0].Width)
	for i := range points {
		if n := int(points[i].At / t.health.width); n < len(t.health.buckets) {
			points[i].Health = t.health.buckets[n]
		}
	}
}

func (b *bucket) point(at, width time.Duration, inFlight, now int) Point {
	p := Point{
		At: at, Width: width, Started: b.started, Registered: b.registered, Failed: b.failed,
		InFlight: inFlight, Now: now, Boot: b.boot.Latency(), Steps: make([]PointStep, len(steps)),
	}
	for i, step := range steps {
		c := &b.steps[i]
		p.Steps[i] = PointStep{step, c.ok, c.failed, c.retried, c.took.Latency()}
	}
	return p
}
