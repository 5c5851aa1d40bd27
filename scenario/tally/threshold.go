package tally

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/phonebank/phonebank/scenario/internal/phrase"
)

// Threshold is a demand on a result: "registered >= 99.9%".
type Threshold struct {
	Expression string // as it was written
	metric     metric
	stat       string // of a latency
	compare    comparison
	limit      float64 // in the unit below
	unit       string  // "%", "/s", "ms" or "" for a count
}

type metric struct {
	name  string
	kind  metricKind
	value func(*Result) float64  // a count or a rate
	times func(*Result) *Latency // nil result: nothing was measured
}

type metricKind int

const (
	countMetric metricKind = iota // a number, or a share of the planned phones
	rateMetric
	timeMetric
)

// metrics is everything a threshold may name; a new one is a row here.
var metrics = []metric{
	{name: "registered", kind: countMetric, value: func(r *Result) float64 { return float64(r.Phones.Registered) }},
	{name: "failed", kind: countMetric, value: func(r *Result) float64 { return float64(r.Phones.Failed) }},
	{name: "started", kind: countMetric, value: func(r *Result) float64 { return float64(r.Phones.Started) }},
	{name: "locked_out", kind: countMetric, value: func(r *Result) float64 { return float64(r.LockedOutAtEnd()) }},
	{name: "rate", kind: rateMetric, value: func(r *Result) float64 { return r.Rate.Registered }},
	{name: "boot", kind: timeMetric, times: func(r *Result) *Latency { return measured(r.Boot, r.Phones.Registered) }},
	stepMetric("ctl"), stepMetric("itl"), stepMetric("config"), stepMetric("capf"), stepMetric("register"),
}

func stepMetric(name string) metric {
	return metric{name: name, kind: timeMetric, times: func(r *Result) *Latency {
		for _, s := range r.Steps {
			if string(s.Step) == name {
				return measured(s.Took, s.OK+s.Failed)
			}
		}
		return nil
	}}
}

func measured(l Latency, n int) *Latency {
	if n == 0 {
		return nil
	}
	return &l
}

// stats are the figures of a latency that a threshold may name.
var stats = map[string]func(*Latency) float64{
	"p50": func(l *Latency) float64 { return l.P50 }, "p90": func(l *Latency) float64 { return l.P90 },
	"p95": func(l *Latency) float64 { return l.P95 }, "p99": func(l *Latency) float64 { return l.P99 },
	"max": func(l *Latency) float64 { return l.Max }, "mean": func(l *Latency) float64 { return l.Mean },
}

var statNames = []string{"p50", "p90", "p95", "p99", "max", "mean"}

// comparison is an operator. The longer ones come first, so that <= is not
// read as < and a stray =.
type comparison struct {
	text  string
	holds func(value, limit float64) bool
}

var comparisons = []comparison{
	{">=", func(v, l float64) bool { return v >= l }},
	{"<=", func(v, l float64) bool { return v <= l }},
	{"==", func(v, l float64) bool { return v == l }},
	{"!=", func(v, l float64) bool { return v != l }},
	{">", func(v, l float64) bool { return v > l }},
	{"<", func(v, l float64) bool { return v < l }},
}

// ParseThreshold reads "registered >= 99.9%", "rate > 150/s" or
// "register.p99 < 2s". An error says at which byte the expression goes wrong.
func ParseThreshold(text string) (Threshold, error) {
	t := Threshold{Expression: strings.TrimSpace(text)}
	at := strings.IndexAny(text, "<>=!")
	if at < 0 {
		return t, phrase.Faultf(0, "%q compares nothing; write it like registered >= 99.9%%", t.Expression)
	}
	i := slices.IndexFunc(comparisons, func(c comparison) bool { return strings.HasPrefix(text[at:], c.text) })
	if i < 0 {
		return t, phrase.Faultf(at, "%q is no comparison; known: >= <= == != > <", text[at:at+1])
	}
	t.compare = comparisons[i]
	if err := t.readMetric(text[:at]); err != nil {
		return t, err
	}
	right := at + len(t.compare.text)
	limit := strings.TrimLeft(text[right:], " \t")
	if err := t.readLimit(strings.TrimSpace(limit)); err != nil {
		return t, phrase.At(len(text)-len(limit), err)
	}
	return t, nil
}

func (t *Threshold) readMetric(left string) error {
	text := strings.TrimSpace(left)
	begin := strings.Index(left, text)
	name, stat, dotted := strings.Cut(text, ".")
	i := slices.IndexFunc(metrics, func(m metric) bool { return m.name == name })
	if i < 0 {
		return phrase.Faultf(begin, "%q is no metric%s", name, phrase.DidYouMean(name, metricNames()))
	}
	t.metric, t.stat = metrics[i], stat
	timed := t.metric.kind == timeMetric
	switch {
	case timed && !dotted:
		return phrase.Faultf(begin, "%q is a distribution; name one figure of it: %s.p99 (or %s)",
			name, name, strings.Join(statNames, ", "))
	case timed && stats[stat] == nil:
		return phrase.Faultf(begin+len(name)+1, "%q is no figure of %s%s", stat, name, phrase.DidYouMean(stat, statNames))
	case !timed && dotted:
		return phrase.Faultf(begin+len(name), "%q is a single number and has no %q", name, "."+stat)
	}
	return nil
}

func (t *Threshold) readLimit(text string) error {
	if text == "" {
		return phrase.Faultf(0, "there is nothing to compare %s with", t.metric.name)
	}
	var err error
	switch t.metric.kind {
	case timeMetric:
		var d time.Duration
		t.unit = "ms"
		d, err = phrase.Duration(text)
		t.limit = float64(d) / float64(time.Millisecond)
	case rateMetric:
		t.unit = "/s"
		t.limit, err = phrase.Number(strings.TrimSuffix(text, "/s"))
	case countMetric:
		if strings.HasSuffix(text, "%") {
			t.unit = "%"
			t.limit, err = phrase.Percent(text)
			break
		}
		t.limit, err = phrase.Number(text)
		if err == nil && t.limit != math.Trunc(t.limit) {
			err = phrase.Faultf(0, "%q phones cannot be; write a whole number or a percentage", text)
		}
	}
	return err
}

func metricNames() []string {
	names := make([]string, len(metrics))
	for i, m := range metrics {
		names[i] = m.name
	}
	return names
}

// Judge compares a result with the threshold. A threshold on something that no
// phone did fails: silence is no proof.
func (t Threshold) Judge(r *Result) ThresholdOutcome {
	outcome := ThresholdOutcome{Expression: t.Expression, Unit: t.unit}
	value := 0.0
	switch {
	case t.metric.kind == timeMetric:
		times := t.metric.times(r)
		if times == nil {
			outcome.Note = fmt.Sprintf("nothing measured: no phone came to %s", t.metric.name)
			return outcome
		}
		value = stats[t.stat](times)
	case t.unit == "%":
		value = 100 * t.metric.value(r) / float64(max(r.Phones.Planned, 1))
	default:
		value = t.metric.value(r)
	}
	outcome.Value = round(value)
	outcome.Pass = t.compare.holds(value, t.limit)
	return outcome
}

// round keeps three decimals, which is what people read.
func round(v float64) float64 { return math.Round(v*1000) / 1000 }
