package compare

import (
	"fmt"
	"io"

	"github.com/phonebank/phonebank/scenario/report"
)

// Text prints the comparison as a table.
func (c *Comparison) Text(w io.Writer) error {
	var err error
	line := func(format string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(w, format+"\n", args...)
		}
	}
	for _, warning := range c.Warnings {
		line("warning: %s", warning)
	}
	if len(c.Warnings) > 0 {
		line("")
	}
	line("%-14s %9s %9s %9s   %-25s %s", "", "A", "B", "change", "95 % interval", "verdict")
	for _, d := range c.Differences {
		if d.Note != "" {
			line("%-14s %9s %9s %9s   %-25s %s", d.Metric, some(d.A, d.Unit), some(d.B, d.Unit), "", "", d.Note)
			continue
		}
		interval := ""
		if d.Verdict != Unknown {
			interval = signed(d.Low, d.Unit) + " to " + signed(d.High, d.Unit)
		}
		change := fmt.Sprintf("%+.1f %%", d.Percent)
		if d.Unit == "%" || d.A == 0 {
			change = signed(d.Change, d.Unit)
		}
		line("%-14s %9s %9s %9s   %-25s %s", d.Metric, value(d.A, d.Unit), value(d.B, d.Unit), change, interval, d.Verdict)
	}
	if len(c.Demands) > 0 {
		line("")
	}
	for _, o := range c.Demands {
		mark, note := "✔", ""
		if o.Hit {
			mark = "✘"
		}
		if o.Note != "" {
			note = ": " + o.Note
		}
		line("%s fail if %s%s", mark, o.Demand, note)
	}
	return err
}

func value(v float64, unit string) string {
	if unit == "ms" {
		return report.Span(v)
	}
	return fmt.Sprintf("%.3g %s", v, unit)
}

// some is a value of which nothing may have been measured.
func some(v float64, unit string) string {
	if v == 0 {
		return "-"
	}
	return value(v, unit)
}

func signed(v float64, unit string) string {
	if v < 0 {
		return "-" + value(-v, unit)
	}
	return "+" + value(v, unit)
}
