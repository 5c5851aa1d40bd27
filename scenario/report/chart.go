package report

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

// Chart is one chart of a page, as charts.js draws it.
type Chart struct {
	Into   string     `json:"into"` // id of its place
	Step   phone.Step `json:"-"`    // of a chart about one step, "boot" for whole boots; empty otherwise
	X      []number   `json:"x"`    // seconds; of a percentile plot 1/(1-p)
	Log    bool       `json:"log,omitempty"`
	Unit   string     `json:"unit,omitempty"`
	Height int        `json:"height,omitempty"`
	Series []line     `json:"series"`
}

// Charts are the charts over time: of the phones, of every step and of whole
// boots, and of the generator. Those of later points continue those of earlier
// ones.
func Charts(points []tally.Point) []Chart {
	return slices.Concat(courseCharts(points), stepCharts(points), healthCharts(points))
}

type line struct {
	Name   string   `json:"name"`
	Colour int      `json:"colour"`
	Dash   bool     `json:"dash,omitempty"`
	Values []number `json:"values"`
}

// number is written with four digits, and NaN as null: a gap.
type number float64

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) {
	v := float64(n)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 5, 64), 64)
	if err != nil {
		return nil, err
	}
	return json.Marshal(short)
}

// orGap leaves a gap where nothing was measured.
func orGap(v float64) float64 {
	if v == 0 {
		return math.NaN()
	}
	return v
}

func overTime(points []tally.Point, into, unit string) Chart {
	c := Chart{Into: into, Unit: unit, X: []number{}}
	for _, p := range points {
		c.X = append(c.X, number(p.At.Seconds()))
	}
	return c
}

func (c *Chart) add(name string, colour int, points []tally.Point, at func(*tally.Point) float64) {
	l := line{Name: name, Colour: colour, Values: []number{}} // JSON tells none from nothing
	for i := range points {
		l.Values = append(l.Values, number(at(&points[i])))
	}
	c.Series = append(c.Series, l)
}

// courseCharts are the phones over time.
func courseCharts(points []tally.Point) []Chart {
	perSecond := func(n int, p *tally.Point) float64 { return float64(n) / max(p.Width.Seconds(), 1) }
	arrivals := overTime(points, "arrivals", "/s")
	arrivals.Height = 230
	arrivals.add("started", 0, points, func(p *tally.Point) float64 { return perSecond(p.Started, p) })
	arrivals.add("registered", 1, points, func(p *tally.Point) float64 { return perSecond(p.Registered, p) })
	arrivals.add("failed", 2, points, func(p *tally.Point) float64 { return perSecond(p.Failed, p) })
	phones := overTime(points, "phones", "")
	phones.add("in flight", 3, points, func(p *tally.Point) float64 { return float64(p.InFlight) })
	phones.add("registered now", 1, points, func(p *tally.Point) float64 { return float64(p.Now) })
	return []Chart{arrivals, phones}
}

// stepCharts are the percentiles of every step and of whole boots.
func stepCharts(points []tally.Point) []Chart {
	var charts []Chart
	add := func(step phone.Step, take func(*tally.Point) tally.Latency) {
		c := overTime(points, "step-"+string(step), "ms")
		c.Step = step
		c.add("p50", 0, points, func(p *tally.Point) float64 { return orGap(take(p).P50) })
		c.add("p95", 3, points, func(p *tally.Point) float64 { return orGap(take(p).P95) })
		c.add("p99", 2, points, func(p *tally.Point) float64 { return orGap(take(p).P99) })
		charts = append(charts, c)
	}
	for i, step := range timelineSteps {
		add(step, func(p *tally.Point) tally.Latency { return p.Steps[i].Took })
	}
	add(tally.BootHistogram, func(p *tally.Point) tally.Latency { return p.Boot })
	return charts
}

// healthCharts are the generator over the same time.
func healthCharts(points []tally.Point) []Chart {
	milliseconds := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	const megabyte = 1 << 20
	cpu := overTime(points, "cpu", "%")
	cpu.add("CPU", 0, points, func(p *tally.Point) float64 { return p.Health.CPUPercent })
	lag := overTime(points, "lag", "ms")
	lag.add("start lag", 0, points, func(p *tally.Point) float64 { return milliseconds(p.Health.StartLag) })
	lag.add("GC pause", 4, points, func(p *tally.Point) float64 { return milliseconds(p.Health.GCPause) })
	memory := overTime(points, "memory", "MB")
	memory.add("process", 0, points, func(p *tally.Point) float64 { return orGap(float64(p.Health.RSS) / megabyte) })
	memory.add("heap", 4, points, func(p *tally.Point) float64 { return orGap(float64(p.Health.Heap) / megabyte) })
	counts := overTime(points, "counts", "")
	counts.add("goroutines", 0, points, func(p *tally.Point) float64 { return orGap(float64(p.Health.Goroutines)) })
	counts.add("descriptors", 3, points, func(p *tally.Point) float64 { return orGap(float64(p.Health.Descriptors)) })
	counts.add("sockets", 5, points, func(p *tally.Point) float64 { return orGap(float64(p.Health.Sockets)) })
	counts.add("ports kept (time wait)", 6, points, func(p *tally.Point) float64 { return orGap(float64(p.Health.TimeWait)) })
	return []Chart{cpu, lag, memory, counts}
}

// Distribution is the distribution of each step's times. Its axis stretches
// the end, where it matters: 0, 90, 99, 99.9 % are equally far apart. A line
// ends where there are no more measurements.
func Distribution(r *tally.Result) Chart {
	c := Chart{Into: "percentiles", Log: true, Unit: "ms", Height: 250, Series: []line{}}
	var shares []float64
	for x := 1.0; x < 100_001; x *= math.Pow(10, 1.0/16) {
		shares = append(shares, x)
		c.X = append(c.X, number(x))
	}
	names := []string{tally.BootHistogram}
	for _, s := range r.Steps {
		names = append(names, string(s.Step))
	}
	most := 0
	for i, name := range names {
		h, err := tally.ParseHistogram(r.Histograms[name])
		if err != nil || h.Count() == 0 {
			continue // of an older program
		}
		l := line{Name: name, Colour: (i + 6) % 7, Dash: name == tally.BootHistogram}
		for n, x := range shares {
			if n > 0 && x > float64(h.Count()) && shares[n-1] > float64(h.Count()) {
				l.Values = append(l.Values, number(math.NaN()))
				continue
			}
			most = max(most, n)
			l.Values = append(l.Values, number(h.At(100-100/x)))
		}
		c.Series = append(c.Series, l)
	}
	if len(c.X) > most+1 {
		c.X = slices.Clip(c.X[:most+1])
		for i := range c.Series {
			c.Series[i].Values = c.Series[i].Values[:most+1]
		}
	}
	return c
}
