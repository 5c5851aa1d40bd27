package report

import (
	"fmt"

	"github.com/phonebank/phonebank/scenario/tally"
)

// plan is how the phones stood after each step of a timeline, what did the harm
// and what would cure it.
func (p *page) plan(r *tally.Result) {
	if len(r.Plan) == 0 {
		return
	}
	p.section(fmt.Sprintf("%-53s %10s %8s %8s %8s %10s", "plan", "registered", "updated", "old list", "off", "locked out"))
	for _, step := range r.Plan {
		what := step.Text
		if step.Step > 0 {
			what = fmt.Sprintf("%2d  %s", step.Step, what)
		}
		for i, g := range step.Groups {
			if len(step.Groups) > 1 {
				if i == 0 {
					p.line("  %s", what)
				}
				what = "   " + g.Group
			}
			p.line("%s %-51s %10d %8s %8s %8s %10s", harmed(r, step, g), what, g.Registered,
				some(g.ListsUpdated), some(max(g.ListsKept.CTL, g.ListsKept.ITL)), some(g.Off), some(g.LockedOut))
		}
		if step.Error != "" {
			p.line("     ✘ not done: %s", step.Error)
		}
	}
	if r.Harm != nil {
		p.line("  ✘ the first harm: step %d, %q: %s locked out", r.Harm.Step, r.Harm.Text, plural(r.Harm.LockedOut, "phone"))
	}
	for _, g := range r.Plan[len(r.Plan)-1].Groups {
		for _, n := range g.Needs {
			of := ""
			if len(r.Plan[0].Groups) > 1 {
				of = " of " + g.Group
			}
			p.line("  %8d %s%s: %s", n.Phones, agree(n.Phones), of, n.Need)
			p.line("            because: %s (%s)", n.Reason, n.Phone)
		}
	}
}

// harmed marks the groups that the step with the first harm has harmed.
func harmed(r *tally.Result, s tally.PlanStep, g tally.PlanGroup) string {
	if r.Harm != nil && r.Harm.Step == s.Step && g.LockedOut > 0 {
		return "✘"
	}
	return " "
}

func agree(n int) string {
	if n == 1 {
		return "phone"
	}
	return "phones"
}

// some prints a count, and nothing as a dash.
func some(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}
