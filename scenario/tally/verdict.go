package tally

import (
	"fmt"
	"time"
)

// Exit codes of a run.
const (
	ExitOK          = 0   // all well
	ExitFailed      = 1   // a phone failed or was locked out, and no threshold says otherwise; or the run broke
	ExitThreshold   = 99  // a threshold failed
	ExitInterrupted = 105 // somebody ended the run early
	ExitLimited     = 106 // generator limited: discard
)

// ExitCode says in a number what the result means. A run that was cut short,
// that broke, or that measured its own machine, proves nothing about the core,
// so those three come first; then thresholds alone decide, when there are any.
func (r *Result) ExitCode() int {
	switch {
	case r.Interrupted:
		return ExitInterrupted
	case r.Broken != "":
		return ExitFailed
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
	// A process whose seconds are so full has all the processor that there is.
	fullCPU = 0.85
	// A process that comes so close to its limit of descriptors has met it between
	// two samples.
	fullDescriptors = 0.99
	// One in so many attempts may fail for want of something here: an address in a
	// list that this machine does not have is a mistake, no bottleneck.
	lacksAllowed = 100
)

// judge decides whether the generator was the bottleneck: it had run out of
// descriptors or source ports, phones started late, or they spent longer in the
// generator's own queues than with the core. The first of these explains the
// others.
func (g *Generator) judge(r *Result) {
	why := g.exhausted(r)
	if why == "" {
		why = g.late(r)
	}
	if why == "" {
		why = queued(r)
	}
	g.Limited, g.Why = why != "", why
}

// exhausted is what this machine had no more of.
func (g *Generator) exhausted(r *Result) string {
	p, many := g.Peak, r.Phones.Started/lacksAllowed
	full := p.DescriptorLimit > 0 && float64(p.Descriptors) >= fullDescriptors*float64(p.DescriptorLimit)
	switch {
	case p.NoDescriptor > many:
		return fmt.Sprintf("%d attempts failed because this process may open no more descriptors (%d of %d at the most); raise the limit (ulimit -n), or start fewer phones",
			p.NoDescriptor, p.Descriptors, p.DescriptorLimit)
	case full && r.Phones.Failed > 0:
		return fmt.Sprintf("this process had %d of the %d descriptors open that it may, and phones failed; raise the limit (ulimit -n), or start fewer phones",
			p.Descriptors, p.DescriptorLimit)
	case p.NoPort > many:
		return fmt.Sprintf("%d attempts failed because no source port was left (%d sockets on this machine); widen net.ipv4.ip_local_port_range, give the phones more addresses, or start fewer",
			p.NoPort, p.Sockets)
	}
	return ""
}

// late is that phones started late, and whether this process or another one had
// the processor then.
func (g *Generator) late(r *Result) string {
	lag := g.StartLag.P99
	if r.Phones.Started < lagSamples || lag <= float64(lagAllowed.Milliseconds()) {
		return ""
	}
	text := fmt.Sprintf("phones started up to %.0f ms late (p99), so the offered load was not the planned one", lag)
	busy, has := g.Peak.LateCPUPercent, 100*float64(g.Cores)
	switch {
	case busy == 0 || has == 0:
		return text + "; use a lower rate or more cores"
	case busy < fullCPU*has:
		text += fmt.Sprintf("; this process used %.0f of %.0f %% CPU then, and did not get more: other programs were busy", busy, has)
		if g.Peak.GCPause > float64(lagAllowed.Milliseconds()) {
			text += fmt.Sprintf(", or it stood still for garbage (%.0f ms)", g.Peak.GCPause)
		}
		return text + "; give it a calmer machine, or use a lower rate"
	case g.SharesCore:
		return text + fmt.Sprintf("; generator and core used %.0f of %.0f %% CPU then; run the core elsewhere, use a lower rate or more cores", busy, has)
	}
	return text + fmt.Sprintf("; this process used %.0f of %.0f %% CPU then; use a lower rate or more cores", busy, has)
}

// queued is that phones waited longer for this machine's limits than for the
// core.
func queued(r *Result) string {
	for _, s := range r.Steps {
		if s.Waited.P95 > float64(waitAllowed.Milliseconds()) && s.Waited.P95 > s.Took.P95 {
			return fmt.Sprintf("at step %s phones waited %.0f ms (p95) for this machine, longer than for the core; raise limits, use keys from a pool, or lower the rate",
				s.Step, s.Waited.P95)
		}
	}
	return ""
}
