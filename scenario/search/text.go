package search

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/phonebank/phonebank/scenario/load"
	"github.com/phonebank/phonebank/scenario/report"
)

// Text prints the report: the verdict, a row for each probe from the lowest rate
// up, and how the latency grows with the rate.
func (r *Report) Text(w io.Writer) error {
	var err error
	line := func(format string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(w, format+"\n", args...)
		}
	}
	sentence, more := r.Verdict()
	line("%s: %s", r.Scenario, sentence)
	for _, text := range more {
		line("  %s", text)
	}
	if len(r.Probes) > 0 {
		line("")
		line("%12s %13s %8s %8s %8s %10s  %s", "rate", "registered/s", "p50", "p95", "p99", "in flight", "verdict")
		probes := r.byRate()
		for _, p := range probes {
			line("%s", Line(p))
		}
		line("")
		line("%12s  boot p99, each mark twice as long as the one before", "rate")
		knee := false
		for _, p := range probes {
			if !knee && r.Held > 0 && p.Rate > r.Held {
				knee = true
				line("%12s  %s", "", strings.Repeat("-", 12)+" the knee "+strings.Repeat("-", 12))
			}
			line("%12v  %s %s", load.Rate(p.Rate), r.bar(p), report.Span(p.Boot.P99))
		}
	}
	for _, note := range r.Notes {
		line("note: %s", note)
	}
	return err
}

// Line is a probe in one line.
func Line(p Probe) string {
	mark, verdict := "✔", "holds"
	switch {
	case p.asksAgain():
		mark, verdict = "!", p.Why+", and nothing else speaks against it"
	case !p.Holds:
		mark, verdict = "✘", p.Why
	case p.Phase == Confirm:
		verdict = "holds again"
	case p.Phase == Again:
		verdict = "holds when tried again"
	}
	return fmt.Sprintf("%s %10v %13.1f %8s %8s %8s %10.0f  %s", mark, load.Rate(p.Rate), p.PerSecond,
		report.Span(p.Boot.P50), report.Span(p.Boot.P95), report.Span(p.Boot.P99), p.InFlight, verdict)
}

func (r *Report) byRate() []Probe {
	probes := slices.Clone(r.Probes)
	slices.SortStableFunc(probes, func(a, b Probe) int { return cmp.Compare(a.Rate, b.Rate) })
	return probes
}

// bar has a mark for each time that the latency of a probe has doubled, from
// half of the shortest of all on, so that each has at least one.
func (r *Report) bar(p Probe) string {
	least := math.Inf(1)
	for _, f := range r.Probes {
		if f.Boot.P99 > 0 {
			least = min(least, f.Boot.P99)
		}
	}
	if p.Boot.P99 <= 0 {
		return ""
	}
	marks := 2 * math.Log2(2*p.Boot.P99/least) // halves of a mark
	bar := strings.Repeat("█", int(marks/2))
	if int(marks)%2 == 1 {
		bar += "▌"
	}
	return bar
}
