package search

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/phonebank/phonebank/scenario/load"
	"github.com/phonebank/phonebank/scenario/tally"
)

// Probe is one run at one rate, judged.
type Probe struct {
	Rate       float64       `json:"rate_per_second"`
	Phase      Phase         `json:"phase"`
	Seconds    float64       `json:"load_seconds"`
	Started    int           `json:"started"`
	Registered int           `json:"registered"`
	Failed     int           `json:"failed"`
	PerSecond  float64       `json:"registered_per_second"` // while the load lasted
	Boot       tally.Latency `json:"boot_ms"`
	InFlight   float64       `json:"in_flight"`           // over the last tenth of the load
	Explained  float64       `json:"in_flight_explained"` // rate × base latency
	Rise       float64       `json:"p99_rise_ms"`         // over the load
	Holds      bool          `json:"holds"`
	Limited    bool          `json:"generator_limited"`         // it says nothing about the core
	Why        string        `json:"why,omitempty"`             // it does not hold
	TrendAlone bool          `json:"p99_trend_alone,omitempty"` // and nothing but the growth of its p99 speaks against it
}

// A load is cut into so many slices for the trend of its latencies: fewer when
// there are few phones, because the slowest of three says nothing.
const (
	leastSlices, mostSlices = 5, 20
	phonesPerSlice          = 10
)

// Judge says whether a rate holds, by a run of that rate, whose load took the
// given time. before is what was found so far.
func Judge(rate float64, why Phase, lasted time.Duration, r *tally.Result, before []Probe) Probe {
	base := baseOf(before)
	if base == 0 {
		base = firstOf(r.Rows, lasted)
	}
	p := Probe{
		Rate: rate, Phase: why, Seconds: lasted.Seconds(),
		Started: r.Phones.Started, Registered: r.Phones.Registered, Failed: r.Phones.Failed,
		PerSecond: perSecond(r.Rows, lasted), Boot: r.Boot,
		InFlight: inFlight(r.Rows, lasted), Explained: rate * base.Seconds(),
	}
	late := latePercentiles(r.Rows, lasted)
	p.Rise = thousandths(rise(late))
	p.Limited = r.Generator.Limited
	switch most := Most(rate, base); {
	case p.Limited:
		p.Why = "generator limited: " + r.Generator.Why
	case p.Failed > 0:
		p.Why = fmt.Sprintf("%d of %d phones failed%s", p.Failed, p.Started, example(r))
	case p.InFlight > most:
		p.Why = fmt.Sprintf("backlog: %.0f phones in flight at the end of the load; %s at %s explain %.0f, and %.0f are granted",
			p.InFlight, load.Rate(rate), base.Round(100*time.Microsecond), p.Explained, most)
	case rises(late) && p.Rise > milliseconds(base):
		p.Why = fmt.Sprintf("p99 grew by %.0f ms over the load", p.Rise)
		p.TrendAlone = p.Registered == r.Phones.Planned && failedThreshold(r) == ""
	case p.Registered < r.Phones.Planned:
		p.Why = fmt.Sprintf("%d of %d phones had not registered %v after the load", r.Phones.Planned-p.Registered, r.Phones.Planned, (time.Duration(r.Elapsed*float64(time.Second)) - lasted).Round(time.Second))
	default:
		p.Why = failedThreshold(r)
	}
	p.Holds = p.Why == ""
	return p
}

// Most is how many phones may be in flight at a rate before there is a backlog.
func Most(rate float64, base time.Duration) float64 {
	explained := rate * base.Seconds()
	return 3*(explained+math.Sqrt(explained)) + 3
}

// Base is the mean boot of the lightest load that held, 0 before there is one.
func Base(found []Probe) time.Duration { return baseOf(found) }

func baseOf(found []Probe) time.Duration {
	lightest := Probe{Rate: math.Inf(1)}
	for _, f := range found {
		if f.Holds && f.Rate < lightest.Rate {
			lightest = f
		}
	}
	return time.Duration(lightest.Boot.Mean * float64(time.Millisecond))
}

// firstOf is the mean boot of the phones of the first tenth of a load, which meet a
// core that has nothing else to do.
func firstOf(rows []tally.Row, lasted time.Duration) time.Duration {
	sum, n := time.Duration(0), time.Duration(0)
	for i := range rows {
		if row := &rows[i]; row.Registrations > 0 && row.DueAt <= lasted/10 {
			sum += row.RegisteredAt - row.DueAt
			n++
		}
	}
	return sum / max(n, 1)
}

// perSecond is the rate of registrations from the first of them to the last that
// came while the load lasted.
func perSecond(rows []tally.Row, lasted time.Duration) float64 {
	n, first, last := -1.0, lasted, time.Duration(0)
	for i := range rows {
		if at := rows[i].RegisteredAt; rows[i].Registrations > 0 && at <= lasted {
			first, last = min(first, at), max(last, at)
			n++
		}
	}
	if last <= first {
		return 0
	}
	return thousandths(n / (last - first).Seconds())
}

// inFlight is the median of ten looks at the last tenth of the load: a moment's
// hiccup of the machine is no backlog.
func inFlight(rows []tally.Row, lasted time.Duration) float64 {
	var looks [10]float64
	for k := range looks {
		at := lasted - time.Duration(k)*lasted/100
		for i := range rows {
			row := &rows[i]
			if row.State == tally.Planned || row.StartedAt > at {
				continue
			}
			// A phone that failed is no longer in flight, but it is counted as failed.
			if row.State != tally.Failed && (row.Registrations == 0 || row.RegisteredAt > at) {
				looks[k]++
			}
		}
	}
	return median(looks[:])
}

// latePercentiles are the 99th percentiles, in milliseconds from due to
// registered, of the slices of a load. Phones that never registered count
// until the end.
func latePercentiles(rows []tally.Row, lasted time.Duration) (late []float64) {
	times := make([][]time.Duration, min(max(len(rows)/phonesPerSlice, leastSlices), mostSlices))
	last := lasted
	for i := range rows {
		last = max(last, rows[i].RegisteredAt)
	}
	for i := range rows {
		row := &rows[i]
		slice := min(int(time.Duration(len(times))*row.DueAt/max(lasted, 1)), len(times)-1)
		if row.State == tally.Planned {
			continue
		}
		end := last
		if row.Registrations > 0 {
			end = row.RegisteredAt
		}
		times[slice] = append(times[slice], end-row.DueAt)
	}
	for _, slice := range times {
		if len(slice) > 0 {
			slices.Sort(slice)
			late = append(late, milliseconds(slice[(99*len(slice)-1)/100]))
		}
	}
	return late
}

func thousandths(v float64) float64 { return math.Round(1000*v) / 1000 }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// example is what went wrong most often.
func example(r *tally.Result) string {
	if len(r.Causes) == 0 {
		return ""
	}
	return fmt.Sprintf(", most of them %s %s", r.Causes[0].Step, r.Causes[0].Cause)
}

func failedThreshold(r *tally.Result) string {
	for _, t := range r.Thresholds {
		if !t.Pass {
			return fmt.Sprintf("the threshold %s fails: %.4g%s", t.Expression, t.Value, t.Unit)
		}
	}
	return ""
}
