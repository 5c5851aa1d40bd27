package tally

import "time"

// Time is cut into buckets of a second. When there are more than mostBuckets,
// neighbours are joined and the buckets become twice as wide, so that a run of
// an hour (buckets of 8 s) and one of a month take the same memory.
const (
	narrowest   = time.Second
	mostBuckets = 600
)

// series is buckets from the beginning of a run. It is not safe for concurrent
// use.
type series[B any] struct {
	width   time.Duration
	buckets []B
	join    func(to, from *B)
}

func newSeries[B any](join func(to, from *B)) series[B] {
	return series[B]{width: narrowest, join: join}
}

// at is the bucket of a time, which is made when it is new. The pointer is good
// until the next call.
func (s *series[B]) at(t time.Duration) *B {
	t = max(t, 0)
	for t >= mostBuckets*s.width {
		s.widen(2 * s.width)
	}
	i := int(t / s.width)
	for len(s.buckets) <= i {
		var empty B
		s.buckets = append(s.buckets, empty)
	}
	return &s.buckets[i]
}

// widen joins buckets until they have the given width, a power of two seconds.
func (s *series[B]) widen(width time.Duration) {
	for ; s.width < width; s.width *= 2 {
		half := (len(s.buckets) + 1) / 2
		for i := range half {
			joined := s.buckets[2*i]
			if 2*i+1 < len(s.buckets) {
				s.join(&joined, &s.buckets[2*i+1])
			}
			s.buckets[i] = joined
		}
		clear(s.buckets[half:])
		s.buckets = s.buckets[:half]
	}
}

// bucket is what happened within a span of time.
type bucket struct {
	started, registered, failed int
	now                         int // registered at its end less registered at its beginning
	steps                       [len(steps)]attemptCount
	boot                        sparse
}

func (b *bucket) add(o *bucket) {
	b.addCounts(o)
	b.addTimes(o)
}

func (b *bucket) addCounts(o *bucket) {
	b.started += o.started
	b.registered += o.registered
	b.failed += o.failed
	b.now += o.now
}

func (b *bucket) addTimes(o *bucket) {
	for i := range o.steps {
		b.steps[i].add(&o.steps[i])
	}
	b.boot.Merge(&o.boot)
}

// attempt is one attempt of a step.
type attempt struct {
	took            time.Duration
	failed, retried bool
}

// attemptCount counts attempts of a step, within a span of time or by a group.
type attemptCount struct {
	ok, failed, retried int
	took                sparse
}

func (c *attemptCount) take(a attempt) {
	c.took.Record(a.took)
	if a.retried {
		c.retried++
	}
	if a.failed {
		c.failed++
	} else {
		c.ok++
	}
}

func (c *attemptCount) add(o *attemptCount) {
	c.ok += o.ok
	c.failed += o.failed
	c.retried += o.retried
	c.took.Merge(&o.took)
}
