package compare

import (
	"fmt"
	"math"
	"strings"

	"github.com/phonebank/phonebank/scenario/internal/phrase"
)

// Demand is a condition under which a comparison fails: "register.p99 worse by
// 10%".
type Demand struct {
	text   string
	metric string
	limit  float64
	share  bool // the limit is in percent of A; else in the metric's unit
}

// Outcome is a demand and whether it was hit.
type Outcome struct {
	Demand string `json:"demand"`
	Hit    bool   `json:"hit"`
	Note   string `json:"note,omitempty"`
}

// ParseDemand reads "METRIC worse", "METRIC worse by 10%" or "METRIC worse by
// 50ms". Of failed, a percentage is of the phones.
func ParseDemand(text string) (Demand, error) {
	d := Demand{text: text}
	words := strings.Fields(text)
	if len(words) < 2 || words[1] != "worse" || len(words) != 2 && (len(words) != 4 || words[2] != "by") {
		return d, fmt.Errorf("%q is no condition; write it like register.p99 worse by 10%%", text)
	}
	d.metric = words[0]
	if len(words) == 2 {
		return d, nil
	}
	if strings.HasSuffix(words[3], "%") {
		limit, err := phrase.Number(strings.TrimSuffix(words[3], "%"))
		if err != nil || limit < 0 {
			return d, fmt.Errorf("%q: %q is no percentage", text, words[3])
		}
		d.limit, d.share = limit, d.metric != "failed"
		return d, nil
	}
	limit, err := phrase.Duration(words[3])
	if err != nil || d.metric == "failed" {
		return d, fmt.Errorf("%q: %q is neither a percentage nor, of a step, a time", text, words[3])
	}
	d.limit = float64(limit.Microseconds()) / 1000
	return d, nil
}

// Judge holds demands against the comparison, and says whether one was hit. A
// figure that is not there, or of which too little was measured, hits too:
// silence is no proof. The error is a metric that no comparison has.
func (c *Comparison) Judge(demands []Demand) (hit bool, err error) {
	var metrics []string
	for _, d := range c.Differences {
		metrics = append(metrics, d.Metric)
	}
	for _, demand := range demands {
		o := Outcome{Demand: demand.text, Hit: true, Note: "not measured"}
		found := false
		for _, d := range c.Differences {
			if d.Metric != demand.metric {
				continue
			}
			found = true
			change := d.Change
			if demand.share {
				change = d.Percent
				if d.A == 0 {
					change = math.Inf(1) // whatever is worse than nothing is so by any share
				}
			}
			switch {
			case d.Verdict == Unknown:
				o.Note = "too little was measured to say"
			default:
				o.Hit, o.Note = d.Verdict == Worse && change >= demand.limit, ""
			}
		}
		if !found {
			return false, fmt.Errorf("%q: the runs have no %s%s", demand.text, demand.metric, phrase.DidYouMean(demand.metric, metrics))
		}
		hit = hit || o.Hit
		c.Demands = append(c.Demands, o)
	}
	return hit, nil
}
