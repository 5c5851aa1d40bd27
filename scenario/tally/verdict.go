package tally

import (
	"fmt"
	"time"
)

// Exit codes of a run.
const (
	ExitOK          = 0   // all well
	ExitFailed      = 1   // a phone failed or was locked out, and no threshold says otherwise
	ExitThreshold   = 99  // a threshold failed
	ExitInterrupted = 105 // somebody ended the run early
	ExitLimited     = 106 // the generator was the bottleneck
)

// ExitCode says in a number what the result means. A run that was cut short,
// or that measured its own machine, proves nothing about the core, so those
// two come first; then thresholds alone decide, when there are any.
func (r *Result) ExitCode() int {
	switch {
	case r.Interrupted:
		return ExitInterrupted
	case r.Generator.Limited:
		return ExitLimited
	case len(r.Thresholds) > 0:
		for _, t := range r.Thresholds {
			if !t.Pass {
				return ExitThreshold
			}
		}
		return ExitOK
	case r.Phones.Failed > 0, r.LockedOutAtEnd() > 0:
		return ExitFailed
	}
	return ExitOK
}

// How late starts may be, and how long phones may queue for this machine,
// before the run says more about the generator than about the core.
const (
	lagAllowed  = 250 * time.Millisecond
	waitAllowed = time.Second
	// Of fewer phones the 99th percentile is the one that was latest, which says
	// nothing about a load.
	lagSamples = 100
)

// judge decides whether the generator was the bottleneck: phones started late,
// or they spent longer in the generator's own queues than with the core.
func (g *Generator) judge(r *Result) {
	if lag := g.StartLag.P99; r.Phones.Started >= lagSamples && lag > float64(lagAllowed.Milliseconds()) {
		g.limit("phones started up to %.0f ms late (p99), so the offered load was not the planned one; use a lower rate or more cores", lag)
		return
	}
	for _, s := range r.Steps {
		if s.Waited.P95 > float64(waitAllowed.Milliseconds()) && s.Waited.P95 > s.Took.P95 {
			g.limit("at step %s phones waited %.0f ms (p95) for this machine, longer than for the core; raise limits, use keys from a pool, or lower the rate",
				s.Step, s.Waited.P95)
			return
		}
	}
}

func (g *Generator) limit(format string, args ...any) {
	g.Limited, g.Why = true, fmt.Sprintf(format, args...)
}
