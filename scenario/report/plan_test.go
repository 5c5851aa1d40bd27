package report

import (
	"regexp"
	"strings"
	"testing"

	"github.com/phonebank/phonebank/scenario/tally"
)

// twoGroups is a run with a plan: the second step locks one of two groups out,
// and the third cannot be taken.
func twoGroups(t *testing.T) *tally.Result {
	r := storm(t)
	lost := tally.PlanGroup{LockedOut: 3, ListsKept: tally.ListsKept{ITL: 3}, Needs: []tally.Need{
		{
			Phones: 2, Need: "Have the list signed by a SAST that the phone holds.",
			Reason: "signed by CN=pb-node-1 (serial 4D:90), whom neither held list names as SAST", Phone: "SEP0011215A0001",
		},
		{Phones: 1, Need: "Erase the lists of the phone.", Hands: true, Reason: "no TVS <server> answers", Phone: "SEP0011215A0003"},
	}}
	half := tally.PlanGroup{Registered: 1, Off: 1}
	for i, step := range []struct {
		text, fault   string
		office, lobby tally.PlanGroup
	}{
		{"before the plan", "", tally.PlanGroup{Registered: 3}, half},
		{
			"restart TFTP on node-1", "",
			tally.PlanGroup{Registered: 3, ListsKept: tally.ListsKept{CTL: 1, ITL: 3}},
			tally.PlanGroup{Registered: 1, Off: 1, ListsUpdated: 1, ListsKept: tally.ListsKept{ITL: 1}},
		},
		{"reset phones", "", lost, half},
		{"stop node-2", "core: node 2 of 1", lost, half},
	} {
		step.office.Group, step.office.Phones, step.lobby.Group, step.lobby.Phones = "office", 3, "floor 1", 2
		r.Plan = append(r.Plan, tally.PlanStep{Step: i, At: 2.1 * float64(i), Text: step.text, Error: step.fault, Groups: []tally.PlanGroup{step.office, step.lobby}})
	}
	r.Harm = &tally.Harm{Step: 2, Text: "reset phones", LockedOut: 3}
	return r
}

func TestThePageShowsThePlan(t *testing.T) {
	if got := rendered(t, storm(t)); strings.Contains(got, "<h2>Plan") {
		t.Error("a run without a plan shows one")
	}
	_, got, _ := strings.Cut(rendered(t, twoGroups(t)), "<h2>Plan</h2>")
	got, _, _ = strings.Cut(got, "<h2>")
	shown := regexp.MustCompile(`(\s*<[^>]*>\s*)+`).ReplaceAllString(got, "|")
	for _, want := range []string{
		"|step|what was done|group|registered|updated|old list|off|locked out|",
		"|0|before the plan|office|3|0|0|0|0|floor 1|1|0|0|1|0|",
		"|1|restart TFTP on node-1|office|3|0|3|0|0|floor 1|1|1|1|1|0|",
		"|2|reset phones|office|0|0|3|0|3|floor 1|1|0|0|1|0|",
		"|3|stop node-2|✘ not done: core: node 2 of 1|office|",
		"|✘ The first harm: step 2, reset phones: 3 phones locked out.|",
		"|2 phones of office: Have the list signed by a SAST that the phone holds.|because: signed by CN=pb-node-1 (serial 4D:90), whom neither held list names as SAST (SEP0011215A0001)|",
		"|1 phone of office: Erase the lists of the phone.|because: no TVS &lt;server&gt; answers (SEP0011215A0003)|",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is missing in\n%s", want, shown)
		}
	}
}
