package search

import (
	"math"
	"strconv"
	"time"
)

// Plan is where to search and how hard. Zero fields mean the default.
type Plan struct {
	From, To   float64       // phones a second; 0: 10 and 1000
	Least      float64       // below which nothing is tried, however bad From is; 0: a hundredth of From
	Resolution float64       // how close the two ends of the interval must come, 0.05 for 5 %; 0: that
	Confirm    int           // runs at the winner, after the one that found it; negative: none, 0: 2
	Probes     int           // at most so many; 0: 40
	For        time.Duration // load of a probe; 0: 30 s
	Within     time.Duration // no probe begins later than this; 0: an hour
}

// WithDefaults fills in what was left zero.
func (p Plan) WithDefaults() Plan {
	orDefault(&p.From, 10)
	orDefault(&p.To, 1000)
	orDefault(&p.Least, p.From/100)
	orDefault(&p.Resolution, 0.05)
	orDefault(&p.Confirm, 2)
	orDefault(&p.Probes, 40)
	orDefault(&p.For, 30*time.Second)
	orDefault(&p.Within, time.Hour)
	p.Confirm = max(p.Confirm, 0)
	return p
}

func orDefault[T comparable](value *T, def T) {
	var zero T
	if *value == zero {
		*value = def
	}
}

// Phase is why a rate is tried.
type Phase string

// The phases of a search.
const (
	Bracket Phase = "bracket" // for a rate that does not hold, or one that does
	Bisect  Phase = "bisect"  // between the two
	Confirm Phase = "confirm" // the winner once more
	Again   Phase = "again"   // the rate before, of which nothing is known but that its p99 grew
)

// Next is the rate to try next, after what was found so far; false when there is
// nothing left to find. Whether there are probes left is not asked.
//
//	found so far                          next
//	nothing                               From
//	the last did not hold by p99 alone    the same, once
//	all hold, To not reached              twice the highest, To at most
//	none holds, Least not reached         half the lowest, Least at least
//	some hold, the ends are far apart     between the ends
//	some hold, the ends are close         the highest that holds, Confirm times
//
// A rate that held and then did not when it was to be confirmed is one that does
// not hold, and the search goes on below it.
func (p Plan) Next(found []Probe) (rate float64, why Phase, more bool) {
	held, broke := ends(found)
	switch {
	case len(found) == 0:
		return p.From, Bracket, true
	case found[len(found)-1].asksAgain():
		return found[len(found)-1].Rate, Again, true
	case held == 0 && broke > p.Least:
		return max(round(broke/2), p.Least), Bracket, true
	case held == 0:
		return 0, "", false
	case broke == 0 && held < p.To:
		return min(2*held, p.To), Bracket, true
	case broke > held*(1+p.Resolution):
		return between(held, broke), Bisect, true
	case holdsAt(found, held) <= p.Confirm:
		return held, Confirm, true
	}
	return 0, "", false
}

// asksAgain says that the rate may hold after all: a neighbour of this machine's
// that is busy for one probe makes p99 grow, too.
func (f Probe) asksAgain() bool { return f.TrendAlone && f.Phase != Again }

// overruled says that probe i does not count: it was made again.
func overruled(found []Probe, i int) bool {
	return found[i].asksAgain() && i+1 < len(found) && found[i+1].Phase == Again
}

// ends are the lowest rate that did not hold and the highest below it that did;
// 0 where there is none.
func ends(found []Probe) (held, broke float64) {
	for i, f := range found {
		if !f.Holds && !overruled(found, i) && (broke == 0 || f.Rate < broke) {
			broke = f.Rate
		}
	}
	for _, f := range found {
		if f.Holds && (broke == 0 || f.Rate < broke) {
			held = max(held, f.Rate)
		}
	}
	return held, broke
}

func holdsAt(found []Probe, rate float64) (n int) {
	for _, f := range found {
		if f.Rate == rate && f.Holds {
			n++
		}
	}
	return n
}

// between is the middle of two rates by their ratio, with few digits where those
// lie between, too.
func between(low, high float64) float64 {
	exact := math.Sqrt(low * high)
	if short := round(exact); low < short && short < high {
		return short
	}
	return exact
}

// round keeps three digits.
func round(rate float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(rate, 'g', 3, 64), 64)
	if err != nil {
		return rate // it was no number
	}
	return short
}
