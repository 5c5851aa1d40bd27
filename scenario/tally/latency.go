package tally

import (
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Latency is a distribution of times, in milliseconds. The zero value means
// that nothing was measured.
type Latency struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P95  float64 `json:"p95"`
	P99  float64 `json:"p99"`
	Max  float64 `json:"max"`
	Mean float64 `json:"mean"`
}

// Histogram collects times of a microsecond to an hour with three significant
// digits. The zero value is ready to use and costs nothing until the first
// Record; it is not safe for concurrent use.
type Histogram struct {
	counts *hdrhistogram.Histogram // in microseconds
}

const longest = int64(time.Hour / time.Microsecond)

// Record adds one time; times outside the range count as the nearest bound.
func (h *Histogram) Record(d time.Duration) {
	h.allocate()
	// The bounds are kept, so the library has no error to return.
	_ = h.counts.RecordValue(min(max(d.Microseconds(), 0), longest))
}

func (h *Histogram) allocate() {
	if h.counts == nil {
		h.counts = hdrhistogram.New(1, longest, 3)
	}
}

// Merge adds what o has collected.
func (h *Histogram) Merge(o *Histogram) {
	if o.counts != nil {
		h.allocate()
		h.counts.Merge(o.counts)
	}
}

// Count returns how many times were recorded.
func (h *Histogram) Count() int {
	if h.counts == nil {
		return 0
	}
	return int(h.counts.TotalCount())
}

// Latency returns the distribution.
func (h *Histogram) Latency() Latency {
	if h.Count() == 0 {
		return Latency{}
	}
	return latencyOf(h.counts)
}

// counted is what both kinds of histogram can be asked.
type counted interface {
	ValueAtPercentile(percentile float64) int64
	Max() int64
	Mean() float64
}

func latencyOf(h counted) Latency {
	at := func(percentile float64) float64 { return milliseconds(float64(h.ValueAtPercentile(percentile))) }
	return Latency{
		P50: at(50), P90: at(90), P95: at(95), P99: at(99),
		Max: milliseconds(float64(h.Max())), Mean: milliseconds(h.Mean()),
	}
}

// milliseconds turns microseconds into milliseconds with three decimals.
func milliseconds(us float64) float64 { return math.Round(us) / 1000 }
