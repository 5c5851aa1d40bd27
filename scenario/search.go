package scenario

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/phonebank/phonebank/scenario/load"
	"github.com/phonebank/phonebank/scenario/search"
	"github.com/phonebank/phonebank/scenario/tally"
)

// Searching is who wants to hear how a search goes on; nil fields hear nothing.
type Searching struct {
	Begins func(rate float64, why search.Phase)
	Ends   func(search.Probe, *tally.Result) // the result is nil where nothing could be started
}

// Search finds the highest rate that holds, as package search explains. Each
// probe is a run of the scenario at a constant rate (or as random as its
// arrivals), as its load says: a fresh fleet, or the one that a directory keeps,
// and, unless the core is somebody else's, a fresh core. When ctx ends, the report says what was found until
// then. The error is Run's; a report comes with it if there were probes.
func Search(ctx context.Context, s *Scenario, p search.Plan, o Options, tell Searching) (*search.Report, error) {
	p = p.WithDefaults()
	with := s.withDefaults()
	r := &search.Report{
		Scenario: with.Name, Seed: with.Seed, Version: o.Version, ScenarioText: with.Text, Machine: describe(),
	}
	if len(s.Timeline) > 0 {
		return nil, &FileError{File: s.File, Problems: []Problem{{Text: "a search has no timeline: what an administrator does changes what is measured"}}}
	}
	if p.From > p.To || p.From <= 0 || p.Least > p.From {
		return nil, &FileError{File: s.File, Problems: []Problem{{Text: fmt.Sprintf("no rate lies between %v and %v", load.Rate(p.From), load.Rate(p.To))}}}
	}
	r.Notes = with.bound(&p)
	if o.StateDir != "" {
		r.Notes = append(r.Notes, fmt.Sprintf("every run began with what %s keeps; what its phones were given is not kept", o.StateDir))
	}
	ends := time.Now().Add(p.Within)
	ended := search.Found
	var err error
	for {
		rate, why, more := p.Next(r.Probes)
		if !more {
			break
		}
		if len(r.Probes) >= p.Probes || time.Now().After(ends) {
			ended = search.Exhausted
			break
		}
		if tell.Begins != nil {
			tell.Begins(rate, why)
		}
		var found search.Probe
		var result *tally.Result
		found, result, err = probe(ctx, *s, rate, why, p, o, r.Probes)
		if ctx.Err() != nil {
			ended, err = search.Interrupted, nil
			break
		}
		if err != nil {
			ended = search.Exhausted
			break
		}
		r.Probes = append(r.Probes, found)
		if tell.Ends != nil {
			tell.Ends(found, result)
		}
	}
	r.Conclude(p, ended)
	if err != nil && len(r.Probes) == 0 {
		return nil, err
	}
	return r, err
}

// leastPhones are what a probe must have, for its figures to mean anything.
const leastPhones = 20

// bound keeps a search within what the scenario allows, and says where that
// makes it smaller.
func (s *Scenario) bound(p *search.Plan) (notes []string) {
	seconds := p.For.Seconds()
	lower := func(to float64, why string) {
		if to < p.To {
			p.To = to
			notes = append(notes, fmt.Sprintf("nothing above %v was tried: %s", load.Rate(to), why))
		}
	}
	if limit := s.rateLimit(); limit > 0 {
		why := "limits.rate"
		if s.Limits.Rate == 0 {
			why = "a core that is not the simulator is spared more unless limits.rate says so"
		}
		lower(limit, why)
	}
	lower(math.Floor(maxPhones/seconds), fmt.Sprintf("%v of it are %s phones", p.For, thousands(maxPhones)))
	if len(s.Phones) == 1 && len(s.Phones[0].Devices) > 0 {
		devices := len(s.Phones[0].Devices)
		lower(float64(devices)/seconds, fmt.Sprintf("%s lists %s devices, and a load lasts %v", s.Phones[0].CSV, thousands(devices), p.For))
	}
	p.Least = max(p.Least, float64(max(leastPhones, len(s.Phones)))/seconds)
	p.From = max(min(p.From, p.To), p.Least)
	p.To = max(p.To, p.From)
	return notes
}

// probe runs the scenario at one rate. It is ended early as soon as it is clear
// that the rate does not hold.
func probe(ctx context.Context, s Scenario, rate float64, why search.Phase, p search.Plan, o Options, before []search.Probe) (search.Probe, *tally.Result, error) {
	s.Stay = 0
	if err := s.Override(Overrides{Rate: load.Rate(rate).String(), For: p.For}); err != nil {
		return search.Probe{}, nil, err
	}
	machine := o.World.Machine
	if machine == nil {
		here := Inspect()
		machine = &here
	}
	if _, _, err := s.Preflight(*machine, o.StartLocal != nil); err != nil {
		var lacks *PreflightError
		if errors.As(err, &lacks) && len(before) > 0 {
			return search.Probe{Rate: rate, Phase: why, Limited: true, Why: "generator limited: " + err.Error()}, nil, nil
		}
		return search.Probe{}, nil, err
	}
	lasts := s.Load.At(float64(s.Count()))
	inside, end := context.WithCancel(ctx)
	defer end()
	o.Frozen = true
	o.Second = hopeless(rate, lasts, max(p.For, leastGrace), search.Base(before), end)
	result, err := Run(inside, &s, o)
	if err != nil || result.Phones.Started == 0 {
		return search.Probe{}, nil, err
	}
	return search.Judge(rate, why, lasts, result, before), result, nil
}

// leastGrace is how long at least, after the load, phones that boot are waited for.
const leastGrace = 10 * time.Second

// hopeless ends a run whose rate does not hold already: a phone has failed, the
// backlog at the end of the load is not explained, or phones have not come to
// an end for as long as the load lasted.
func hopeless(rate float64, lasts, grace, base time.Duration, end func()) func(*tally.Result) {
	return func(now *tally.Result) {
		elapsed := time.Duration(now.Elapsed * float64(time.Second))
		inFlight := now.Phones.Started - now.Phones.Registered - now.Phones.Failed
		if now.Phones.Failed > 0 ||
			elapsed > lasts+grace ||
			elapsed > lasts && base > 0 && float64(inFlight) > search.Most(rate, base) {
			end()
		}
	}
}
