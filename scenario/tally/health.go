package tally

import (
	"sync"
	"time"
)

// Health is the generator itself over a span of time: what it takes to believe,
// or not to believe, the figures of that span. What a system does not tell is
// zero.
type Health struct {
	StartLag    time.Duration // of the phone that started latest in the span
	CPUPercent  float64       // of one core, so two busy cores are 200
	GCPause     time.Duration // the longest pause of the whole program
	Heap        int64         // bytes of live and not yet collected objects
	RSS         int64         // bytes of the process in memory
	Goroutines  int
	Descriptors int // open files and sockets of the process
	Sockets     int // TCP sockets of the machine that are in use
	TimeWait    int // and those that only keep their port: together they bound the source ports

	samples int
}

// join keeps the worst of two spans, and the mean of their CPU.
func (h *Health) join(o *Health) {
	if n := h.samples + o.samples; n > 0 {
		h.CPUPercent = (h.CPUPercent*float64(h.samples) + o.CPUPercent*float64(o.samples)) / float64(n)
		h.samples = n
	}
	h.StartLag = max(h.StartLag, o.StartLag)
	h.GCPause = max(h.GCPause, o.GCPause)
	h.Heap = max(h.Heap, o.Heap)
	h.RSS = max(h.RSS, o.RSS)
	h.Goroutines = max(h.Goroutines, o.Goroutines)
	h.Descriptors = max(h.Descriptors, o.Descriptors)
	h.Sockets = max(h.Sockets, o.Sockets)
	h.TimeWait = max(h.TimeWait, o.TimeWait)
}

// peak is the worst of all spans.
func (t *Tally) peak(p Peak) Peak {
	t.health.Lock()
	defer t.health.Unlock()
	late, n := 0.0, 0.0
	for i := range t.health.buckets {
		h := &t.health.buckets[i]
		p.CPUPercent = max(p.CPUPercent, h.CPUPercent)
		p.GCPause = max(p.GCPause, milliseconds(float64(h.GCPause.Microseconds())))
		p.Heap = max(p.Heap, h.Heap)
		p.Descriptors = max(p.Descriptors, h.Descriptors)
		p.Sockets = max(p.Sockets, h.Sockets+h.TimeWait)
		if h.StartLag > lagAllowed {
			late += h.CPUPercent
			n++
		}
	}
	p.CPUPercent, p.LateCPUPercent = round(p.CPUPercent), round(late/max(n, 1))
	return p
}

type healthSeries struct {
	*sync.Mutex
	series[Health]
}

func newHealthSeries() healthSeries {
	return healthSeries{new(sync.Mutex), newSeries((*Health).join)}
}

// Sample notes the generator's health over a span of about a second. It counts
// where the middle of the span is, because clocks tick a little late.
func (t *Tally) Sample(from, to time.Time, h Health) {
	h.samples = 1
	t.health.Lock()
	defer t.health.Unlock()
	t.health.at(t.since(from.Add(to.Sub(from) / 2))).join(&h)
}
