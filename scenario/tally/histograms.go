package tally

import (
	"fmt"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// BootHistogram is the name that whole boots have among the steps' histograms.
const BootHistogram = "boot"

// histograms are those of every step that was tried, and of whole boots.
func (s *shard) histograms() map[string]string {
	texts := make(map[string]string)
	keep := func(name string, h *Histogram) {
		if h.Count() == 0 {
			return
		}
		// It encodes into memory, which does not fail.
		if text, err := h.counts.EncodeV2(); err == nil {
			texts[name] = string(text)
		}
	}
	for i, step := range steps {
		keep(string(step), &s.steps[i].took)
	}
	keep(BootHistogram, &s.boot)
	return texts
}

// ParseHistogram reads one of Result.Histograms.
func ParseHistogram(text string) (*Histogram, error) {
	counts, err := hdrhistogram.Decode([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("histogram: %w", err)
	}
	return &Histogram{counts}, nil
}

// At returns the time, in milliseconds, that a share of all times, in percent,
// does not exceed.
func (h *Histogram) At(percent float64) float64 {
	if h.Count() == 0 {
		return 0
	}
	return milliseconds(float64(h.counts.ValueAtPercentile(percent)))
}
