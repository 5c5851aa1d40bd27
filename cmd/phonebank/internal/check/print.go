package check

import (
	"fmt"
	"strings"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/terminal"
)

// Print writes the checklist for people: the steps, the first cause, the
// repair.
func (r Report) Print(out *terminal.Stream) {
	fmt.Fprintf(out, "%s checked as %s, a %s\n", out.Strong(strings.Join(r.Servers, ", ")), r.Phone, r.Model)
	step := 0
	for _, f := range r.Findings {
		if f.Step != step {
			step = f.Step
			fmt.Fprintf(out, "\n%d. %s\n", step, headings[step-1])
		}
		f.print(out)
	}
	fmt.Fprintln(out)
	if r.Good {
		fmt.Fprintf(out, "%s: %s\n", out.Strong("all good"), r.Counts)
		return
	}
	fmt.Fprintf(out, "%s\n\n%s %s\n", r.Counts, out.Strong("first cause:"), oneLine(r.FirstCause))
	if len(r.Repair) > 0 {
		fmt.Fprintln(out, out.Strong("repair:"))
	}
	for i, action := range r.Repair {
		fmt.Fprintf(out, "  %d. %s\n", i+1, oneLine(action))
	}
	fmt.Fprintln(out, "then run this check again")
}

func (f Finding) print(out *terminal.Stream) {
	mark := map[Outcome]terminal.Mark{OK: terminal.Good, Warning: terminal.Doubtful, Failed: terminal.Bad, Skipped: terminal.Skipped}[f.Outcome]
	fmt.Fprintf(out, "  %s %s\n", out.Mark(mark), oneLine(f.Text))
	for _, detail := range f.Details {
		fmt.Fprintf(out, "      %s\n", out.Faint(oneLine(detail)))
	}
	if f.Outcome == Warning {
		for _, action := range f.Repair {
			fmt.Fprintf(out, "      hint: %s\n", oneLine(action))
		}
	}
}

// String is "12 ✔, 1 !, 2 ✘, 3 –"; what there is none of is left out.
func (c Counts) String() string {
	var parts []string
	for _, n := range []struct {
		count int
		sign  string
	}{{c.OK, "✔"}, {c.Warning, "!"}, {c.Failed, "✘"}, {c.Skipped, "–"}} {
		if n.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n.count, n.sign))
		}
	}
	return strings.Join(parts, ", ")
}

// oneLine keeps what a server sent from spoiling the terminal.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
}
