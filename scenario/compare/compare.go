package compare

import (
	"fmt"
	"math"
	"slices"

	"github.com/phonebank/phonebank/scenario/tally"
)

// Verdict is what became of a figure from the first run to the second.
type Verdict string

// The verdicts. Every figure here is the better the smaller it is.
const (
	Better       Verdict = "better"
	Worse        Verdict = "worse"
	NoDifference Verdict = "no difference"
	Unknown      Verdict = "too few" // times to say
)

// Difference compares one figure of two runs.
type Difference struct {
	Metric  string  `json:"metric"` // register.p99, or failed
	Unit    string  `json:"unit"`   // ms, or % of the phones that were started
	A       float64 `json:"a"`
	B       float64 `json:"b"`
	Change  float64 `json:"change"` // B less A, in the unit
	Low     float64 `json:"low"`    // the 95 % interval of the change; equal to High when the verdict is "too few"
	High    float64 `json:"high"`
	Percent float64 `json:"percent"` // the change as a share of A; 0 when A is 0
	Verdict Verdict `json:"verdict"`
	Note    string  `json:"note,omitempty"`
}

// Comparison is two runs side by side.
type Comparison struct {
	A           string       `json:"a"` // the name of the scenario
	B           string       `json:"b"`
	Differences []Difference `json:"differences"`
	Warnings    []string     `json:"warnings,omitempty"`
	Demands     []Outcome    `json:"fail_if,omitempty"`
}

// notMeasured is the note of a figure that one of the runs, or neither, has.
const notMeasured = "not measured in both runs"

var percentiles = []float64{50, 95, 99}

// Compare compares every step that either run has tried, and whole boots.
func Compare(a, b *tally.Result) (*Comparison, error) {
	c := &Comparison{A: a.Scenario, B: b.Scenario, Warnings: warnings(a, b)}
	names := []string{}
	for i, r := range []*tally.Result{a, b} {
		if len(r.Histograms) == 0 && measured(r) {
			return nil, fmt.Errorf("run %s (%q) has no histograms: an older program wrote it", []string{"A", "B"}[i], r.Scenario)
		}
		for _, s := range r.Steps {
			if name := string(s.Step); r.Histograms[name] != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	failedA, knownA := share(a.Phones.Failed, a.Phones.Started)
	failedB, knownB := share(b.Phones.Failed, b.Phones.Started)
	failed := difference("failed", "%", failedA, failedB, knownA && knownB)
	if !knownA || !knownB {
		failed.Note = notMeasured
	}
	c.Differences = append(c.Differences, failed)
	for _, name := range append(names, tally.BootHistogram) {
		ha, err := histogram(a, name)
		if err != nil {
			return nil, fmt.Errorf("run A %w", err)
		}
		hb, err := histogram(b, name)
		if err != nil {
			return nil, fmt.Errorf("run B %w", err)
		}
		for _, p := range percentiles {
			ea, knownA := percentile(ha, p)
			eb, knownB := percentile(hb, p)
			d := difference(fmt.Sprintf("%s.p%g", name, p), "ms", ea, eb, knownA && knownB)
			if ha.Count() == 0 || hb.Count() == 0 {
				d.Note = notMeasured
			}
			c.Differences = append(c.Differences, d)
		}
	}
	return c, nil
}

// measured says that a step of any phone has ended.
func measured(r *tally.Result) bool {
	return slices.ContainsFunc(r.Steps, func(s tally.StepResult) bool { return s.OK+s.Failed > 0 })
}

func histogram(r *tally.Result, name string) (*tally.Histogram, error) {
	text := r.Histograms[name]
	if text == "" {
		return new(tally.Histogram), nil
	}
	h, err := tally.ParseHistogram(text)
	if err != nil {
		return nil, fmt.Errorf("(%q) is damaged at %s: %w", r.Scenario, name, err)
	}
	return h, nil
}

func difference(metric, unit string, a, b estimate, known bool) Difference {
	d := Difference{Metric: metric, Unit: unit, A: round(a.value), B: round(b.value), Change: round(b.value - a.value), Verdict: Unknown}
	if a.value != 0 {
		d.Percent = round(100 * (b.value - a.value) / a.value)
	}
	if !known {
		d.Low, d.High = d.Change, d.Change
		return d
	}
	change := b.minus(a)
	d.Low, d.High = round(change.low), round(change.high)
	switch {
	case change.low > 0:
		d.Verdict = Worse
	case change.high < 0:
		d.Verdict = Better
	default:
		d.Verdict = NoDifference
	}
	return d
}

func round(v float64) float64 { return math.Round(v*1000) / 1000 }

// warnings are reasons not to compare the two runs at all.
func warnings(a, b *tally.Result) (all []string) {
	for _, r := range []struct {
		name string
		of   *tally.Result
	}{{"A", a}, {"B", b}} {
		if r.of.Generator.Limited {
			all = append(all, r.name+" measured its own generator: "+r.of.Generator.Why)
		}
		if r.of.Broken != "" {
			all = append(all, r.name+" broke: "+r.of.Broken)
		}
		if r.of.Interrupted {
			all = append(all, r.name+" was interrupted")
		}
	}
	if a.Scenario != b.Scenario || a.ScenarioText != b.ScenarioText || a.Seed != b.Seed || !slices.Equal(a.Flags, b.Flags) {
		all = append(all, "the runs had different scenarios or flags")
	}
	if a.Machine != nil && b.Machine != nil && *a.Machine != *b.Machine {
		all = append(all, "the runs were on different machines")
	}
	return all
}
