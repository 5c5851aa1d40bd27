package report

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

// The page and what draws its charts: uPlot 1.6.32, whose licence lies beside
// it. Everything goes into the one file.
//
//go:embed html
var htmlFiles embed.FS

// Assets are what pages of results share: uPlot in uplot/, charts.js, which
// draws with it, and report.css.
func Assets() fs.FS {
	assets, err := fs.Sub(htmlFiles, "html")
	if err != nil {
		panic(err) // it is part of the program
	}
	return assets
}

// HTML writes report.html: one file, without a network, light and dark, fit for
// paper and for mail. Whatever comes from phones, servers and scenarios is
// escaped by html/template.
func HTML(w io.Writer, r *tally.Result) error {
	text := func(name string) string {
		b, err := fs.ReadFile(Assets(), name)
		if err != nil {
			panic(err) // it is part of the program
		}
		return string(b)
	}
	page, err := template.New("report").Funcs(template.FuncMap{
		"span": Span, "mark": mark, "found": found, "plural": plural,
		"date": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
		"max":  func(a, b int) int { return max(a, b) },
		"gib":  func(n int64) string { return fmt.Sprintf("%.0f", float64(n)/(1<<30)) },
	}).Parse(text("report.html"))
	if err != nil {
		return err
	}
	v := viewOf(r)
	v.Style = template.CSS(text("uplot/uPlot.min.css") + text("report.css"))
	v.Plotter, v.Script = template.JS(text("uplot/uPlot.iife.min.js")), template.JS(text("charts.js")+text("report.js"))
	return page.Execute(w, v)
}

// view is the result as the page shows it.
type view struct {
	*tally.Result
	ElapsedMS       float64
	Verdict         Verdict
	Ladder          []rung
	Failures        []failure
	Needs           []need
	States          []state
	Messages        []state
	StepCharts      []Chart
	Percentiles     bool
	Cost, CoreCost  string
	Charts          []Chart
	Style           template.CSS
	Plotter, Script template.JS
}

// Verdict is what a run comes to, in a sentence.
type Verdict struct {
	Class string   `json:"class"` // good, warn or bad
	Mark  string   `json:"mark"`  // ✔ or ✘
	Text  string   `json:"text"`
	Why   []string `json:"why,omitempty"`
}

type failure struct {
	tally.CauseResult
	Why []tally.Explanation
}

// need is what phones that a plan has locked out need.
type need struct {
	Group string
	Need  tally.Need
}

type state struct {
	Name    string
	Count   int
	Percent float64
	Class   string
}

func viewOf(r *tally.Result) *view {
	v := &view{
		Result: r, ElapsedMS: r.Elapsed * 1000, Verdict: VerdictOf(r), Ladder: ladderOf(r),
		States: statesOf(r), Cost: cost(r.Generator.Process),
	}
	if r.Core != nil {
		v.CoreCost = cost(*r.Core)
	}
	for _, c := range r.Causes {
		f := failure{CauseResult: c}
		for _, e := range r.Explain {
			if e.Step == c.Step && e.Cause == c.Cause {
				if strings.HasSuffix(c.Example, e.Reason) {
					e.Reason = "" // said already
				}
				f.Why = append(f.Why, e)
			}
		}
		v.Failures = append(v.Failures, f)
	}
	if len(r.Plan) > 0 {
		for _, g := range r.Plan[len(r.Plan)-1].Groups {
			for _, n := range g.Needs {
				v.Needs = append(v.Needs, need{g.Group, n})
			}
		}
	}
	for _, text := range mostFrequent(r.StatusMessages) {
		v.Messages = append(v.Messages, state{Name: text, Count: r.StatusMessages[text]})
	}
	if len(r.Timeline) > 0 {
		for _, c := range Charts(r.Timeline) {
			if c.Step != "" {
				if !tried(r, c.Step) {
					continue
				}
				v.StepCharts = append(v.StepCharts, c)
			}
			v.Charts = append(v.Charts, c)
		}
	}
	if plot := Distribution(r); len(plot.Series) > 0 {
		v.Percentiles = true
		v.Charts = append(v.Charts, plot)
	}
	return v
}

// VerdictOf is the verdict on a run that has ended.
func VerdictOf(r *tally.Result) Verdict {
	switch code := r.ExitCode(); {
	case r.Broken != "":
		return Verdict{"bad", "✘", "the run broke: this is what was seen until then", []string{r.Broken}}
	case code == tally.ExitInterrupted:
		return Verdict{"warn", "✘", "interrupted: this is what was seen until then", nil}
	case code == tally.ExitLimited:
		return Verdict{"bad", "✘", "generator limited: discard", []string{r.Generator.Why}}
	case code == tally.ExitThreshold:
		return Verdict{"bad", "✘", "a threshold does not hold", nil}
	case code == tally.ExitFailed:
		return Verdict{"bad", "✘", strings.Join(harms(r), ", "), nil}
	}
	if len(r.Thresholds) > 0 {
		return Verdict{"good", "✔", "every threshold holds", nil}
	}
	return Verdict{"good", "✔", "every phone registered", nil}
}

// harms are what a run without thresholds fails for.
func harms(r *tally.Result) (all []string) {
	if n := r.Phones.Failed; n > 0 {
		all = append(all, plural(n, "phone")+" failed")
	}
	if n := r.LockedOutAtEnd(); n > 0 {
		all = append(all, plural(n, "phone")+" locked out")
	}
	return all
}

// statesOf is where the planned phones were in the end. Phones that had failed
// may have registered after all, once a plan had cured what was wrong.
func statesOf(r *tally.Result) []state {
	p := r.Phones
	later := max(0, p.RegisteredAtEnd-p.Registered)
	all := []state{
		{"registered", p.RegisteredAtEnd - later, 0, ""},
		{"registered, and left again", p.Registered - p.RegisteredAtEnd + later, 0, "rest"},
		{"failed, and registered later", later, 0, ""},
		{"failed", p.Failed - later, 0, "bad"},
		{"on their way", p.Started - p.Registered - p.Failed, 0, "rest"},
		{"not started", p.Planned - p.Started, 0, "rest"},
	}
	var some []state
	for _, s := range all {
		if s.Count > 0 {
			s.Percent = math.Round(1000*float64(s.Count)/float64(max(p.Planned, 1))) / 10
			some = append(some, s)
		}
	}
	return some
}

func mostFrequent(counts map[string]int) []string {
	texts := make([]string, 0, len(counts))
	for text := range counts {
		texts = append(texts, text)
	}
	slices.SortFunc(texts, func(a, b string) int {
		if d := counts[b] - counts[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return texts
}

// tried says that a step, or a whole boot, has ended at least once.
func tried(r *tally.Result, step phone.Step) bool {
	if step == tally.BootHistogram {
		return r.Phones.Registered > 0
	}
	return slices.ContainsFunc(r.Steps, func(s tally.StepResult) bool { return s.Step == step && s.OK+s.Failed > 0 })
}

// rung is a line of the ladder of steps.
type rung struct {
	Name                         string
	Started, OK, Failed, Retried int
	Took                         tally.Latency
	Waited                       string
}

// ladderOf is every step in boot order, and the whole boot.
func ladderOf(r *tally.Result) []rung {
	var rungs []rung
	for _, s := range r.Steps {
		rungs = append(rungs, rung{string(s.Step), s.OK + s.Failed, s.OK, s.Failed, s.Retried, s.Took, Span(s.Waited.P95)})
	}
	n := r.Phones
	if n.Registered > 0 {
		rungs = append(rungs, rung{string(phone.Step("boot")), n.Started, n.Registered, n.Failed, 0, r.Boot, ""})
	}
	return rungs
}
