package tally

import (
	"cmp"
	"slices"
	"time"

	"github.com/phonebank/phonebank/phone"
)

// Facts are what a result needs to know beside what the phones said.
type Facts struct {
	Scenario, Version string
	Seed              uint64
	Elapsed           time.Duration
	Interrupted       bool
	Thresholds        []Threshold
	Groups            []GroupPlan
	Generator         Generator
	Core              *Process
	Notes             []string
	ScenarioText      string
	Flags             []string
	Machine           *Machine
	Plan              []PlanStep
}

// Result merges everything that was counted and judges it. It may be called
// only once the counting has ended: before that, there is Interim.
func (t *Tally) Result(f Facts) *Result {
	r := t.Interim(f)
	r.Rows, r.Timeline = t.rows[:t.planned.Load()], t.Timeline(0, f.Elapsed)
	return r
}

// Interim is a result without its rows and its timeline, which may be had at
// any time.
func (t *Tally) Interim(f Facts) *Result {
	all := newShard()
	for _, s := range t.shards {
		all.add(s)
	}
	r := &Result{
		Scenario: f.Scenario, Seed: f.Seed, Version: f.Version,
		StartedAt: time.Unix(0, t.began.Load()).UTC(), Elapsed: f.Elapsed.Round(time.Millisecond).Seconds(), Interrupted: f.Interrupted,
		Phones: Phones{
			Planned: int(t.planned.Load()), Started: all.started, Registered: all.registered, Failed: all.failed, RegisteredAtEnd: all.now,
		},
		Rate: Rate{
			Offered:    perSecond(all.started-1, all.lastStart),
			Registered: perSecond(all.registered, all.lastRegistered),
		},
		Steps: all.stepResults(), Boot: all.boot.Latency(), BootAsSent: all.bootAsSent.Latency(), RegisterAck: all.ack.Latency(),
		KeepAlive: KeepAlive{Sent: all.sent, Acked: all.acked, Lost: all.missed, RTT: all.rtt.Latency()},
		Links: Links{
			Lost: all.lost, Example: all.lostExample,
			Failovers: all.failovers, Failbacks: all.failbacks, Restarts: all.restarts,
		},
		Lists: all.listResults(), Causes: all.causeResults(), Explain: all.explanations(), TVS: all.tvs.result(),
		StatusMessages: all.messages,
		Generator:      f.Generator, Core: f.Core, Notes: f.Notes,
		ScenarioText: f.ScenarioText, Flags: f.Flags, Machine: f.Machine,
		Nodes: all.nodeResults(), Groups: all.groupResults(f.Groups), Histograms: all.histograms(),
		Plan: f.Plan, Harm: firstHarm(f.Plan),
	}
	r.Generator.Peak = t.peak(r.Generator.Peak)
	r.Generator.Peak.NoDescriptor, r.Generator.Peak.NoPort = all.lacks[phone.LackDescriptors], all.lacks[phone.LackPorts]
	r.Generator.judge(r)
	r.Thresholds = make([]ThresholdOutcome, 0, len(f.Thresholds))
	for _, threshold := range f.Thresholds {
		r.Thresholds = append(r.Thresholds, threshold.Judge(r))
	}
	return r
}

func perSecond(n int, span time.Duration) float64 {
	if n <= 0 || span <= 0 {
		return 0
	}
	return round(float64(n) / span.Seconds())
}

func (s *shard) stepResults() []StepResult {
	results := make([]StepResult, len(steps))
	for i, step := range steps {
		c := &s.steps[i]
		results[i] = StepResult{
			Step: step, OK: c.ok, Failed: c.failed, Skipped: c.skipped, Retried: c.retried,
			Took: c.took.Latency(), Waited: c.waited.Latency(),
		}
	}
	return results
}

func (s *shard) listResults() []ListResult {
	results := []ListResult{}
	for i, c := range s.lists {
		if c == (listCount{}) {
			continue
		}
		result := ListResult{
			List: listNames[i], Accepted: c.accepted, Unchanged: c.unchanged, Rejected: c.rejected, Replaced: c.replaced,
			Held: s.heldResults(i),
		}
		for _, held := range result.Held {
			if held.SHA1 != "" {
				result.Kept += held.Kept
			}
		}
		if sum, same := theOne(result.Held); same {
			result.HeldSHA1 = sum
		}
		results = append(results, result)
	}
	return results
}

func (s *shard) causeResults() []CauseResult {
	results := []CauseResult{}
	for _, cause := range s.causes {
		results = append(results, *cause)
	}
	slices.SortFunc(results, func(a, b CauseResult) int {
		return cmp.Or(b.Count-a.Count, slices.Index(steps[:], a.Step)-slices.Index(steps[:], b.Step), cmp.Compare(a.Cause, b.Cause))
	})
	return results
}
