package scenario

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/network"
)

// everyone is fleet.alone of a run with all of its phones.
const everyone = -1

// isolate leaves one phone of the fleet, which is what it is in the whole run:
// name, model, lists, jitter and faults come from the seed and its number. Its
// place in time stays, too: faults that had begun when it started have begun,
// and those that were over are over.
func (r *run) isolate(name phone.Name) error {
	r.fleet.alone = slices.IndexFunc(r.fleet.order, func(m member) bool { return r.fleet.groups[m.group].name(int(m.place)) == name })
	if r.fleet.alone < 0 {
		return &PreflightError{fmt.Sprintf("%s is no phone of this scenario", name), "phones.csv of the run has their names"}
	}
	var late time.Duration
	n := 0
	for at := range r.with.Load.Starts() {
		if late = at; n == r.fleet.alone {
			break
		}
		n++
	}
	r.with.Core.Faults = shifted(r.with.Core.Faults, late, func(s *core.FaultSpec) (at, length *time.Duration) { return &s.At, &s.For })
	r.with.Network = shifted(r.with.Network, late, func(s *network.Spec) (at, length *time.Duration) { return &s.At, &s.For })
	r.tally.Plan(1)
	r.note(fmt.Sprintf("%s alone, as phone %d of %d, which starts %v into the run", name, r.fleet.alone+1, r.fleet.count(), late.Round(time.Millisecond)))
	return nil
}

// shifted are faults as they stand some time into a run.
func shifted[S any](specs []S, late time.Duration, times func(*S) (at, length *time.Duration)) (left []S) {
	for _, s := range specs {
		at, length := times(&s)
		end := *at + *length
		if *length > 0 && end <= late {
			continue
		}
		if *at = max(0, *at-late); *length > 0 {
			*length = end - late - *at
		}
		left = append(left, s)
	}
	return left
}

// alone is the scenario with as much as one phone needs. There is no
// administrator, and nothing is demanded of it.
func (s Scenario) alone() Scenario {
	s.Phones = slices.Clone(s.Phones)
	for i := range s.Phones {
		s.Phones[i].Keys.Pool = 1
	}
	s.Timeline, s.Thresholds, s.Stay = nil, nil, 0
	return s
}

// absent says that the run goes on without phone n.
func (f *fleet) absent(n int) bool { return f.alone != everyone && n != f.alone }

// loadAlone starts the one phone at once.
func (r *run) loadAlone(ctx context.Context) bool {
	r.start(r.fleet.alone, 0)
	return ctx.Err() == nil
}
