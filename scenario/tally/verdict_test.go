package tally

import "testing"

func TestTheExitCodeOfARun(t *testing.T) {
	lockedOut := []PlanStep{{Groups: []PlanGroup{{LockedOut: 2}}}}
	for situation, c := range map[string]struct {
		result Result
		want   int
	}{
		"all well":                          {Result{}, ExitOK},
		"a phone failed":                    {Result{Phones: Phones{Failed: 1}}, ExitFailed},
		"phones were locked out":            {Result{Plan: lockedOut}, ExitFailed},
		"but the threshold allows it":       {Result{Phones: Phones{Failed: 1}, Thresholds: []ThresholdOutcome{{Pass: true}}}, ExitOK},
		"a threshold does not hold":         {Result{Thresholds: []ThresholdOutcome{{Pass: true}, {}}}, ExitThreshold},
		"the run broke":                     {Result{Broken: "the core ended"}, ExitFailed},
		"the run broke, thresholds or not":  {Result{Broken: "the core ended", Thresholds: []ThresholdOutcome{{Pass: true}}}, ExitFailed},
		"the generator was the bottleneck":  {Result{Generator: Generator{Limited: true}, Phones: Phones{Failed: 1}}, ExitLimited},
		"interrupted before all that":       {Result{Interrupted: true, Generator: Generator{Limited: true}}, ExitInterrupted},
		"it broke before it was overloaded": {Result{Broken: "the core ended", Generator: Generator{Limited: true}}, ExitFailed},
	} {
		if got := c.result.ExitCode(); got != c.want {
			t.Errorf("%s: exit code %d, want %d", situation, got, c.want)
		}
	}
}
