package search

import (
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

const ms = time.Millisecond

// loaded is a run of 100 phones a second for ten seconds, whose phone n registers
// after so long; 0: never.
func loaded(after func(n int) time.Duration) *tally.Result {
	r := &tally.Result{Elapsed: 20, Phones: tally.Phones{Planned: 1000, Started: 1000}}
	var sum time.Duration
	for n := range 1000 {
		row := tally.Row{State: tally.Started, DueAt: time.Duration(n) * 10 * ms, StartedAt: time.Duration(n) * 10 * ms}
		if d := after(n); d > 0 {
			row.State, row.Registrations, row.RegisteredAt = tally.Registered, 1, row.DueAt+d
			r.Phones.Registered++
			sum += d
		}
		r.Rows = append(r.Rows, row)
	}
	r.Boot = tally.Latency{P50: 50, P99: 80, Mean: milliseconds(sum) / float64(max(r.Phones.Registered, 1))}
	return r
}

func steady(d time.Duration) func(int) time.Duration {
	return func(int) time.Duration { return d }
}

func TestARunIsJudged(t *testing.T) {
	light := []Probe{{Rate: 10, Holds: true, Boot: tally.Latency{Mean: 50}}, {Rate: 20, Holds: true, Boot: tally.Latency{Mean: 90}}}
	for _, c := range []struct {
		situation string
		run       *tally.Result
		change    func(r *tally.Result)
		before    []Probe
		why       string // "": holds
		inFlight  float64
	}{
		{"as light as ever", loaded(steady(50 * ms)), nil, light, "", 5},
		{"slower, as busy cores are", loaded(steady(200 * ms)), nil, light, "", 20},
		{"much slower", loaded(steady(time.Second)), nil, light, "backlog: 100 phones in flight at the end of the load; 100/s at 50ms explain 5, and 25 are granted", 100},
		{"the first run has itself to compare with", loaded(steady(time.Second)), nil, nil, "", 100},
		{"a queue that grows, first run", loaded(func(n int) time.Duration { return 50*ms + time.Duration(n)*ms }), nil, nil, "backlog: ", 91},
		{
			"a queue that grows slowly", loaded(func(n int) time.Duration { return 50*ms + time.Duration(n)*ms/8 }), nil, light,
			"p99 grew by 119 ms over the load", 17,
		},
		{
			"a queue that grows slowly, and a threshold", loaded(func(n int) time.Duration { return 50*ms + time.Duration(n)*ms/8 }), func(r *tally.Result) {
				r.Thresholds = []tally.ThresholdOutcome{{Expression: "register.p99 < 40ms", Value: 50, Unit: "ms"}}
			}, light, "p99 grew by 119 ms over the load", 17,
		},
		{
			"a queue that grows slowly, and leaves a phone out", loaded(func(n int) time.Duration {
				if n == 500 {
					return 0
				}
				return 50*ms + time.Duration(n)*ms/8
			}), nil, light, "p99 grew by 119 ms over the load", 18,
		},
		{"growth within the base latency", loaded(func(n int) time.Duration { return 50*ms + time.Duration(n)*ms/40 }), nil, light, "", 8},
		{"an outlier at the end", loaded(func(n int) time.Duration {
			if n == 999 {
				return 9 * time.Second
			}
			return 50 * ms
		}), nil, light, "", 5},
		{"a hiccup of the machine at the very end", loaded(func(n int) time.Duration {
			if n >= 960 {
				return 450 * ms
			}
			return 50 * ms
		}), nil, light, "", 5},
		{"phones that never register", loaded(func(n int) time.Duration {
			if n%100 == 7 {
				return 0
			}
			return 50 * ms
		}), nil, light, "10 of 1000 phones had not registered 10s after the load", 15},
		{
			"a failure", loaded(steady(50 * ms)), func(r *tally.Result) {
				r.Phones.Registered, r.Phones.Failed, r.Rows[3].State, r.Rows[3].Registrations = 999, 1, tally.Failed, 0
				r.Causes = []tally.CauseResult{{Step: phone.StepRegister, Cause: phone.CauseTimeout, Count: 2}}
			}, light, "1 of 1000 phones failed, most of them register timeout", 5,
		},
		{
			"the generator was late", loaded(steady(50 * ms)), func(r *tally.Result) {
				r.Generator = tally.Generator{Limited: true, Why: "phones started late"}
			}, light, "generator limited: phones started late", 5,
		},
		{
			"a threshold", loaded(steady(50 * ms)), func(r *tally.Result) {
				r.Thresholds = []tally.ThresholdOutcome{{Pass: true}, {Expression: "register.p99 < 40ms", Value: 50.0149, Unit: "ms"}}
			}, light, "the threshold register.p99 < 40ms fails: 50.01ms", 5,
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			if c.change != nil {
				c.change(c.run)
			}
			p := Judge(100, Bisect, 10*time.Second, c.run, c.before)
			if p.Holds != (c.why == "") || c.why == "" && p.Why != "" || !strings.HasPrefix(p.Why, c.why) {
				t.Errorf("holds %v: %q, want %q", p.Holds, p.Why, c.why)
			}
			if want := c.situation == "a queue that grows slowly"; p.TrendAlone != want {
				t.Errorf("the trend alone: %v, want %v", p.TrendAlone, want)
			}
			if int(p.InFlight) != int(c.inFlight) {
				t.Errorf("%v in flight, want %v", p.InFlight, c.inFlight)
			}
			if p.Limited != c.run.Generator.Limited || p.Rate != 100 || p.Phase != Bisect {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestTheRateOfRegistrationsIsThatOfTheLoad(t *testing.T) {
	for _, c := range []struct {
		situation string
		run       *tally.Result
		want      float64
	}{
		{"as many as come", loaded(steady(50 * ms)), 100},
		{"half as many", loaded(func(n int) time.Duration { return 50*ms + time.Duration(n)*10*ms }), 50},
		{"nobody", loaded(steady(0)), 0},
	} {
		if got := Judge(100, Bracket, 10*time.Second, c.run, nil).PerSecond; got != c.want {
			t.Errorf("%s: %v, want %v", c.situation, got, c.want)
		}
	}
}
