package tally

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// sparse is a histogram that takes the memory of what is in it, about a
// kilobyte, and keeps two significant digits: there is one for each step of
// each second and of each group. The zero value is ready to use.
type sparse struct {
	counts *hdrhistogram.PackedHistogram // in microseconds
}

// Record adds one time; times outside the range count as the nearest bound.
func (h *sparse) Record(d time.Duration) {
	h.allocate()
	// The bounds are kept, so the library has no error to return.
	_ = h.counts.RecordValue(min(max(d.Microseconds(), 0), longest))
}

func (h *sparse) allocate() {
	if h.counts == nil {
		h.counts = hdrhistogram.NewPacked(1, longest, 2)
	}
}

// Merge adds what o has collected.
func (h *sparse) Merge(o *sparse) {
	if o.counts != nil {
		h.allocate()
		h.counts.Merge(o.counts)
	}
}

// Latency returns the distribution.
func (h *sparse) Latency() Latency {
	if h.counts == nil {
		return Latency{}
	}
	return latencyOf(h.counts)
}
