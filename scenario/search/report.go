package search

import (
	"fmt"

	"github.com/phonebank/phonebank/scenario/load"
	"github.com/phonebank/phonebank/scenario/tally"
)

// Report is what a search found. Its JSON is a contract: fields are added, never
// renamed.
type Report struct {
	Scenario string `json:"scenario"`
	Seed     uint64 `json:"seed"`
	Version  string `json:"version"`

	Held      float64 `json:"held_per_second"`  // the highest rate that held, 0: none did
	Broke     float64 `json:"broke_per_second"` // the lowest that did not, 0: all held
	Confirmed int     `json:"confirmed"`        // runs at Held that held, after the first
	SetBy     string  `json:"set_by,omitempty"` // who set the knee: "core" or "generator"; empty: nobody was at an end
	Why       string  `json:"why,omitempty"`    // Broke did not hold
	Ended     Ended   `json:"ended"`

	Resolution float64 `json:"resolution"`
	Seconds    float64 `json:"load_seconds"` // of a probe
	Base       float64 `json:"base_ms"`      // mean boot at the lightest load that held

	Probes       []Probe        `json:"probes"` // in the order in which they were made
	Notes        []string       `json:"notes,omitempty"`
	ScenarioText string         `json:"scenario_text,omitempty"`
	Machine      *tally.Machine `json:"machine,omitempty"`
}

// Ended is how a search came to its end.
type Ended string

// The ends of a search.
const (
	Found       Ended = "found"       // nothing is left to find
	Interrupted Ended = "interrupted" // by somebody
	Exhausted   Ended = "exhausted"   // no probe, or no time, is left
)

// Who can set the knee.
const (
	byCore      = "core"
	byGenerator = "generator"
)

// Conclude fills in what follows from the probes.
func (r *Report) Conclude(p Plan, ended Ended) {
	r.Held, r.Broke = ends(r.Probes)
	r.Confirmed = max(holdsAt(r.Probes, r.Held)-1, 0)
	r.Ended, r.Resolution, r.Seconds = ended, p.Resolution, p.For.Seconds()
	r.Base = milliseconds(baseOf(r.Probes))
	for i, f := range r.Probes {
		if f.Holds || f.Rate != r.Broke || overruled(r.Probes, i) {
			continue
		}
		r.SetBy, r.Why = byCore, f.Why
		if f.Limited {
			r.SetBy = byGenerator
		}
		break
	}
}

// ExitCode says in a number what the search came to. A limit of the generator's
// is none of the core's.
func (r *Report) ExitCode() int {
	switch {
	case r.Ended == Interrupted:
		return tally.ExitInterrupted
	case r.SetBy == byGenerator:
		return tally.ExitLimited
	case r.Held == 0 || r.Ended == Exhausted:
		return tally.ExitFailed
	}
	return tally.ExitOK
}

// Verdict is what the search came to, in a sentence and what belongs to it.
func (r *Report) Verdict() (sentence string, more []string) {
	held, broke := load.Rate(r.Held), load.Rate(r.Broke)
	switch {
	case len(r.Probes) == 0:
		sentence = "nothing was found"
	case r.Held == 0:
		sentence = fmt.Sprintf("no rate holds, not even %v", broke)
	case r.Broke == 0:
		sentence = fmt.Sprintf("%v holds, and nothing higher was tried", held)
	case r.SetBy == byGenerator:
		sentence = fmt.Sprintf("%v holds, %v does not: the generator sets the limit, not the core", held, broke)
	default:
		sentence = fmt.Sprintf("%v holds, %v does not: the core sets the limit", held, broke)
	}
	if r.Why != "" {
		more = append(more, fmt.Sprintf("at %v: %s", broke, r.Why))
	}
	if r.Held > 0 {
		again := "not confirmed"
		if r.Confirmed > 0 {
			again = fmt.Sprintf("confirmed by %d more %s", r.Confirmed, plural(r.Confirmed, "run"))
		}
		more = append(more, again)
	}
	more = append(more, r.madeAgain()...)
	if r.Held > 0 && r.Broke > r.Held {
		more = append(more, fmt.Sprintf("the interval is %.1f %% wide", 100*(r.Broke/r.Held-1)))
	}
	switch r.Ended {
	case Interrupted:
		more = append(more, "interrupted: the search was not over")
	case Exhausted:
		more = append(more, "the search was not over: no probe or no time was left")
	}
	if r.SetBy == byGenerator {
		more = append(more, "generator limited: discard what is said of the core; more cores, a core on another machine, or a smaller --for")
	}
	return sentence, more
}

// madeAgain tells of the probes that were made once more, and what came of it.
func (r *Report) madeAgain() (lines []string) {
	for _, f := range r.Probes {
		if f.Phase != Again {
			continue
		}
		came := "it held, and that counts"
		if !f.Holds {
			came = "it did not hold again: " + f.Why
		}
		lines = append(lines, fmt.Sprintf("%v was tried again, because nothing but its p99 spoke against it: %s", load.Rate(f.Rate), came))
	}
	return lines
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
