package report

import (
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/phonebank/phonebank/scenario/tally"
)

// Text writes what a person wants to know first: did it hold, where did the
// time go, what failed and why, and may the figures be believed.
func Text(w io.Writer, r *tally.Result) error {
	p := &page{w: w}
	if r.Phones.Started == 0 && r.Interrupted {
		p.line("%s: interrupted before the first of %s started", r.Scenario, plural(r.Phones.Planned, "phone"))
		return p.err
	}
	p.headline(r)
	p.thresholds(r)
	p.plan(r)
	p.ladder(r)
	p.failures(r)
	p.messages(r)
	p.course(r)
	p.groups(r)
	p.health(r)
	return p.err
}

// page is a writer that keeps its first error.
type page struct {
	w   io.Writer
	err error
}

func (p *page) line(format string, args ...any) {
	for i, a := range args {
		if v := reflect.ValueOf(a); v.Kind() == reflect.String {
			args[i] = visible(v.String())
		}
	}
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.w, strings.TrimRight(fmt.Sprintf(format, args...), " "))
	}
}

// visible is a text, which others may have written, without what a terminal
// would obey.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, text)
}

// section begins a part of the page.
func (p *page) section(title string) { p.line("\n%s", title) }

func (p *page) headline(r *tally.Result) {
	n := r.Phones
	p.line("%s: %s registered in %s", r.Scenario, plural(n.Registered, "phone"), Span(r.Elapsed*1000))
	if n.Registered != n.Planned {
		p.line("  of %d planned, %d started, %d failed", n.Planned, n.Started, n.Failed)
	}
	if out := r.LockedOutAtEnd(); out > 0 {
		p.line("  at the end of the plan %s locked out", plural(out, "phone"))
	}
	if r.Broken != "" {
		p.line("  ✘ the run broke: %s", r.Broken)
	}
	if r.Interrupted {
		p.line("  interrupted: this is what was seen until then")
	}
}

func (p *page) thresholds(r *tally.Result) {
	if len(r.Thresholds) == 0 {
		return
	}
	p.section("thresholds")
	for _, t := range r.Thresholds {
		p.line("  %s %-28s %s", mark(t.Pass), t.Expression, found(t))
	}
}

// found is the value that a threshold was held against.
func found(t tally.ThresholdOutcome) string {
	switch {
	case t.Note != "":
		return t.Note
	case t.Unit == "ms":
		return Span(t.Value)
	}
	return fmt.Sprintf("%.10g%s", t.Value, t.Unit)
}

func (p *page) ladder(r *tally.Result) {
	p.section(fmt.Sprintf("%-10s %8s %8s %8s %8s %9s %9s %9s %9s %12s",
		"steps", "started", "ok", "failed", "retried", "p50", "p95", "p99", "max", "waited p95"))
	for _, s := range ladderOf(r) {
		if s.Started == 0 {
			p.line("  %-8s %8s %8s", s.Name, "-", "-")
			continue
		}
		p.line("  %-8s %8d %8d %8d %8d %9s %9s %9s %9s %12s", s.Name, s.Started, s.OK, s.Failed, s.Retried,
			Span(s.Took.P50), Span(s.Took.P95), Span(s.Took.P99), Span(s.Took.Max), s.Waited)
	}
}

// course is how the run went after the phones had booted.
func (p *page) course(r *tally.Result) {
	p.section("course")
	p.line("  offered %.1f/s, registered %.1f/s", r.Rate.Offered, r.Rate.Registered)
	if k := r.KeepAlive; k.Sent > 0 {
		p.line("  keepalives: %d sent, %d answered, %d lost; round trip p50 %s, p99 %s",
			k.Sent, k.Acked, k.Lost, Span(k.RTT.P50), Span(k.RTT.P99))
	}
	if l := r.Links; l.Lost+l.Failovers+l.Failbacks+l.Restarts > 0 {
		p.line("  connections lost %d, failovers %d, failbacks %d, restarts %d", l.Lost, l.Failovers, l.Failbacks, l.Restarts)
		if l.Example != "" {
			p.line("    %s", l.Example)
		}
	}
	for _, n := range r.Nodes {
		if n.Phones == 0 && len(r.Nodes) > 1 {
			continue // phones were there, and left
		}
		where := n.Node
		if n.SRST {
			where = "SRST router " + where
		}
		p.line("  at the end on %s: %d", where, n.Phones)
	}
	for _, l := range r.Lists {
		p.line("  %s: %d accepted, %d unchanged, %d rejected; %s kept what they held",
			l.List, l.Accepted, l.Unchanged, l.Rejected, plural(l.Kept, "phone"))
	}
	if v := r.TVS; v.Asked > 0 {
		p.line("  TVS: asked %d times, %d valid, %d invalid, %d unanswered; %d from memory; took p50 %s, p99 %s",
			v.Asked, v.Valid, v.Invalid, v.Unavailable, v.Cached, Span(v.Took.P50), Span(v.Took.P99))
	}
	for _, note := range r.Notes {
		p.line("  note: %s", note)
	}
}

// groups is a line for each group, when there are several.
func (p *page) groups(r *tally.Result) {
	if len(r.Groups) < 2 {
		return
	}
	width := len("groups")
	for _, g := range r.Groups {
		width = max(width, 2+len([]rune(g.Group)))
	}
	p.line("\n%-*s  planned  registered  failed  at the end  kept CTL  kept ITL", width, "groups")
	for _, g := range r.Groups {
		p.line("%-*s  %7d  %10d  %6d  %10d  %8s  %8s", width, "  "+g.Group,
			g.Planned, g.Registered, g.Failed, g.RegisteredAtEnd, kept(g, "CTL"), kept(g, "ITL"))
	}
}

// kept is how many phones of a group kept a list, unless an older program did
// not count that.
func kept(g tally.GroupResult, list string) string {
	for _, l := range g.Lists {
		if l.List == list {
			return fmt.Sprint(l.Kept)
		}
	}
	return "-"
}

func (p *page) failures(r *tally.Result) {
	if len(r.Causes) == 0 {
		return
	}
	p.section("failed steps")
	for _, c := range r.Causes {
		p.line("  %8d  %s %s", c.Count, c.Step, c.Cause)
		p.line("            %s", c.Example)
		p.explanations(r.Explain, c)
	}
}

// explanations are what the phones found wrong behind one cause: how often is
// said where there are several.
func (p *page) explanations(all []tally.Explanation, c tally.CauseResult) {
	for _, e := range all {
		if e.Step != c.Step || e.Cause != c.Cause {
			continue
		}
		if e.Count != c.Count {
			p.line("            %s, such as %s:", plural(e.Count, "phone"), e.Phone)
		}
		if !strings.HasSuffix(c.Example, e.Reason) {
			p.line("            why: %s", e.Reason)
		}
		p.line("            fix: %s", e.Fix)
	}
}

func (p *page) messages(r *tally.Result) {
	if len(r.StatusMessages) == 0 {
		return
	}
	p.section("status messages")
	for _, text := range mostFrequent(r.StatusMessages) {
		p.line("  %8d  %s", r.StatusMessages[text], text)
	}
}

func (p *page) health(r *tally.Result) {
	g := r.Generator
	what := "generator"
	if g.SharesCore {
		what = "generator and core, one process"
	}
	p.section(what)
	p.line("  %s", cost(g.Process))
	p.line("  start lag p50 %s, p99 %s, max %s", Span(g.StartLag.P50), Span(g.StartLag.P99), Span(g.StartLag.Max))
	if r.Core != nil {
		p.line("  core: %s", cost(*r.Core))
	}
	if g.Limited {
		p.line("  ✘ generator limited: discard: %s", g.Why)
	}
}

func cost(p tally.Process) string {
	if p.MaxRSS == 0 {
		return "CPU and memory are not measured on this system"
	}
	return fmt.Sprintf("%.0f %% of one core, %d MB at most", p.CPUPercent, p.MaxRSS>>20)
}

func mark(pass bool) string {
	if pass {
		return "✔"
	}
	return "✘"
}

// Span prints milliseconds with three digits at most, in the unit that suits.
func Span(ms float64) string {
	switch d := time.Duration(ms * float64(time.Millisecond)); {
	case ms == 0:
		return "0"
	case d < time.Millisecond:
		return fmt.Sprintf("%dµs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1fms", ms)
	case d < time.Second:
		return fmt.Sprintf("%.0fms", ms)
	case d < time.Minute:
		return fmt.Sprintf("%.1fs", ms/1000)
	default:
		return d.Round(time.Second).String()
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
