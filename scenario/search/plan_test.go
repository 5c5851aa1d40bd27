package search

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/phonebank/phonebank/scenario/tally"
)

// searched plays a whole search against a core of a known capacity and returns
// what was tried, as "bracket 10✔".
func searched(t *testing.T, p Plan, holds func(rate float64, n int) bool) (tried []string, found []Probe) {
	t.Helper()
	p = p.WithDefaults()
	for {
		rate, why, more := p.Next(found)
		if !more || len(found) >= p.Probes {
			return tried, found
		}
		if rate < p.Least || rate > p.To {
			t.Fatalf("%v after %d probes, of %+v", rate, len(found), p)
		}
		ok := holds(rate, len(found))
		found = append(found, Probe{Rate: rate, Phase: why, Holds: ok})
		tried = append(tried, fmt.Sprintf("%s %g%s", why, rate, map[bool]string{true: "✔", false: "✘"}[ok]))
	}
}

func below(capacity float64) func(float64, int) bool {
	return func(rate float64, _ int) bool { return rate <= capacity }
}

func TestWhatIsTriedNextFollowsFromWhatWasFound(t *testing.T) {
	for _, c := range []struct {
		situation string
		plan      Plan
		holds     func(rate float64, n int) bool
		want      string
	}{
		{
			"doubled, then halved",
			Plan{From: 10},
			below(100),
			"bracket 10✔, bracket 20✔, bracket 40✔, bracket 80✔, bracket 160✘, bisect 113✘, bisect 95.1✔, bisect 104✘, bisect 99.5✔, confirm 99.5✔, confirm 99.5✔",
		},
		{
			"coarse, and not confirmed",
			Plan{From: 10, Resolution: 0.5, Confirm: -1},
			below(100),
			"bracket 10✔, bracket 20✔, bracket 40✔, bracket 80✔, bracket 160✘, bisect 113✘",
		},
		{
			"everything holds",
			Plan{From: 10, To: 50, Confirm: 1},
			below(1e9),
			"bracket 10✔, bracket 20✔, bracket 40✔, bracket 50✔, confirm 50✔",
		},
		{
			"one rate only",
			Plan{From: 10, To: 10, Confirm: 1},
			below(1e9),
			"bracket 10✔, confirm 10✔",
		},
		{
			"the first is too much",
			Plan{From: 10, Resolution: 0.2, Confirm: -1},
			below(3),
			"bracket 10✘, bracket 5✘, bracket 2.5✔, bisect 3.54✘, bisect 2.97✔",
		},
		{
			"nothing holds",
			Plan{From: 10, Least: 2},
			below(0),
			"bracket 10✘, bracket 5✘, bracket 2.5✘, bracket 2✘",
		},
		{
			"the winner does not hold again",
			Plan{From: 10, Resolution: 0.3, Confirm: 1},
			func(rate float64, n int) bool { return rate <= 14.1 && n != 3 || rate <= 11.9 },
			"bracket 10✔, bracket 20✘, bisect 14.1✔, bisect 16.8✘, confirm 14.1✔",
		},
		{
			"the winner does not hold again, and below it one does",
			Plan{From: 10, Resolution: 0.3, Confirm: 1},
			func(rate float64, n int) bool { return rate <= 14.1 && n != 4 },
			"bracket 10✔, bracket 20✘, bisect 14.1✔, bisect 16.8✘, confirm 14.1✘, bisect 11.9✔, confirm 11.9✔",
		},
		{
			"a core that cannot make up its mind ends somewhere",
			Plan{From: 10, Probes: 7},
			func(_ float64, n int) bool { return n%2 == 0 },
			"bracket 10✔, bracket 20✘, bisect 14.1✔, bisect 16.8✘, bisect 15.4✔, bisect 16.1✘, confirm 15.4✔",
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			tried, _ := searched(t, c.plan, c.holds)
			if got := strings.Join(tried, ", "); got != c.want {
				t.Errorf("tried %s\nwant  %s", got, c.want)
			}
		})
	}
}

// TestARateThatOnlyItsP99SpeaksAgainstIsTriedAgain plays searches whose probes come
// out as written: ✔ holds, ✘ does not, ! does not for the trend of its p99 alone.
func TestARateThatOnlyItsP99SpeaksAgainstIsTriedAgain(t *testing.T) {
	plan := Plan{From: 10, To: 40, Resolution: 0.5, Confirm: 1}.WithDefaults()
	for _, c := range []struct {
		situation string
		outcomes  string
		want      string
		more      string // of the verdict
	}{
		{
			"it holds then", "✔!✔✘✔✔",
			"bracket 10✔, bracket 20!, again 20✔, bracket 40✘, bisect 28.3✔, confirm 28.3✔",
			"20/s was tried again, because nothing but its p99 spoke against it: it held, and that counts",
		},
		{
			"its p99 grows again", "✔!!✔✔",
			"bracket 10✔, bracket 20!, again 20!, bisect 14.1✔, confirm 14.1✔",
			"20/s was tried again, because nothing but its p99 spoke against it: it did not hold again: p99 grew",
		},
		{
			"it fails outright", "✔!✘✔✔",
			"bracket 10✔, bracket 20!, again 20✘, bisect 14.1✔, confirm 14.1✔",
			"20/s was tried again, because nothing but its p99 spoke against it: it did not hold again: backlog",
		},
		{
			"the very first", "!✔✔✘✔✔",
			"bracket 10!, again 10✔, bracket 20✔, bracket 40✘, bisect 28.3✔, confirm 28.3✔",
			"10/s was tried again, because nothing but its p99 spoke against it: it held, and that counts",
		},
		{
			"the winner, when it is to be confirmed", "✔✘✔!✔",
			"bracket 10✔, bracket 20✘, bisect 14.1✔, confirm 14.1!, again 14.1✔",
			"14.1/s was tried again, because nothing but its p99 spoke against it: it held, and that counts",
		},
		{
			"the winner, and it does not hold then", "✔✘✔!!✔",
			"bracket 10✔, bracket 20✘, bisect 14.1✔, confirm 14.1!, again 14.1!, confirm 10✔",
			"14.1/s was tried again, because nothing but its p99 spoke against it: it did not hold again: p99 grew",
		},
		{"another reason counts at once", "✔✘✔✔", "bracket 10✔, bracket 20✘, bisect 14.1✔, confirm 14.1✔", ""},
	} {
		t.Run(c.situation, func(t *testing.T) {
			var r Report
			var tried []string
			outcomes := []rune(c.outcomes)
			for {
				rate, why, more := plan.Next(r.Probes)
				if !more || len(r.Probes) == len(outcomes) {
					if more || len(r.Probes) < len(outcomes) {
						t.Errorf("after %d probes more: %v", len(r.Probes), more)
					}
					break
				}
				outcome := outcomes[len(r.Probes)]
				p := Probe{Rate: rate, Phase: why, Holds: outcome == '✔', TrendAlone: outcome == '!'}
				p.Why = map[rune]string{'✔': "", '✘': "backlog", '!': "p99 grew"}[outcome]
				r.Probes = append(r.Probes, p)
				tried = append(tried, fmt.Sprintf("%s %v%c", why, rate, outcome))
			}
			if got := strings.Join(tried, ", "); got != c.want {
				t.Errorf("tried %s\nwant  %s", got, c.want)
			}
			r.Conclude(plan, Found)
			_, more := r.Verdict()
			var again []string
			for _, line := range more {
				if strings.Contains(line, "tried again") {
					again = append(again, line)
				}
			}
			if got := strings.Join(again, "; "); got != c.more {
				t.Errorf("said %q\nwant %q", got, c.more)
			}
		})
	}
}

// TestAProbeThatCouldNotBeMadeAgainCounts breaks off before it.
func TestAProbeThatCouldNotBeMadeAgainCounts(t *testing.T) {
	r := &Report{Probes: []Probe{{Rate: 10, Holds: true}, {Rate: 20, Why: "p99 grew", TrendAlone: true}}}
	r.Conclude(Plan{}.WithDefaults(), Exhausted)
	if r.Held != 10 || r.Broke != 20 || r.Why != "p99 grew" {
		t.Errorf("%v to %v: %s", r.Held, r.Broke, r.Why)
	}
}

func TestALineSaysWhatBecameOfAProbe(t *testing.T) {
	for _, c := range []struct {
		probe Probe
		want  string
	}{
		{Probe{Holds: true}, "✔|holds"},
		{Probe{Holds: true, Phase: Confirm}, "✔|holds again"},
		{Probe{Holds: true, Phase: Again}, "✔|holds when tried again"},
		{Probe{Why: "p99 grew by 119 ms over the load", TrendAlone: true}, "!|p99 grew by 119 ms over the load, and nothing else speaks against it"},
		{Probe{Why: "p99 grew by 119 ms over the load", TrendAlone: true, Phase: Again}, "✘|p99 grew by 119 ms over the load"},
		{Probe{Why: "backlog: 300"}, "✘|backlog: 300"},
	} {
		line := Line(c.probe)
		mark, verdict, _ := strings.Cut(c.want, "|")
		if !strings.HasPrefix(line, mark+" ") || !strings.HasSuffix(line, "  "+verdict) {
			t.Errorf("%q, want %q", line, c.want)
		}
	}
}

func TestEveryCapacityIsFoundWithinTheResolution(t *testing.T) {
	for capacity := 0.2; capacity < 1000; capacity *= 1.037 {
		_, found := searched(t, Plan{From: 10}, below(capacity))
		held, broke := ends(found)
		if held > capacity || broke <= capacity || broke > held*1.05 {
			t.Errorf("%v: between %v and %v", capacity, held, broke)
		}
		if len(found) > 20 {
			t.Errorf("%v: %d probes", capacity, len(found))
		}
	}
}

func TestWhatASearchComesTo(t *testing.T) {
	held, confirmed := Probe{Rate: 10, Holds: true}, Probe{Rate: 10, Holds: true, Phase: Confirm}
	broke := Probe{Rate: 10.4, Why: "backlog: 300"}
	limited := Probe{Rate: 10.4, Limited: true, Why: "generator limited: late"}
	for _, c := range []struct {
		situation string
		probes    []Probe
		ended     Ended
		exit      int
		want      string
	}{
		{"a knee", []Probe{held, broke, confirmed}, Found, tally.ExitOK, "10/s holds, 10.4/s does not: the core sets the limit; at 10.4/s: backlog: 300; confirmed by 1 more run; the interval is 4.0 % wide"},
		{"the generator's knee", []Probe{held, limited}, Found, tally.ExitLimited, "10/s holds, 10.4/s does not: the generator sets the limit, not the core; at 10.4/s: generator limited: late; not confirmed; the interval is 4.0 % wide; generator limited: discard what is said of the core; more cores, a core on another machine, or a smaller --for"},
		{"the generator's limit far above", []Probe{held, broke, {Rate: 20, Limited: true, Why: "late"}}, Found, tally.ExitOK, "10/s holds, 10.4/s does not: the core sets the limit; at 10.4/s: backlog: 300; not confirmed; the interval is 4.0 % wide"},
		{"no knee", []Probe{held}, Found, tally.ExitOK, "10/s holds, and nothing higher was tried; not confirmed"},
		{"nothing holds", []Probe{broke}, Found, tally.ExitFailed, "no rate holds, not even 10.4/s; at 10.4/s: backlog: 300"},
		{"interrupted", []Probe{held, broke}, Interrupted, tally.ExitInterrupted, "10/s holds, 10.4/s does not: the core sets the limit; at 10.4/s: backlog: 300; not confirmed; the interval is 4.0 % wide; interrupted: the search was not over"},
		{"out of probes", []Probe{held}, Exhausted, tally.ExitFailed, "10/s holds, and nothing higher was tried; not confirmed; the search was not over: no probe or no time was left"},
		{"interrupted at once", nil, Interrupted, tally.ExitInterrupted, "nothing was found; interrupted: the search was not over"},
	} {
		r := &Report{Probes: c.probes}
		r.Conclude(Plan{}.WithDefaults(), c.ended)
		sentence, more := r.Verdict()
		if got := strings.Join(append([]string{sentence}, more...), "; "); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.situation, got, c.want)
		}
		if got := r.ExitCode(); got != c.exit {
			t.Errorf("%s: exit %d, want %d", c.situation, got, c.exit)
		}
	}
}

func TestTrends(t *testing.T) {
	up := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	down := slices.Clone(up)
	slices.Reverse(down)
	for _, c := range []struct {
		situation string
		values    []float64
		grows     bool
		by        float64
	}{
		{"nothing", nil, false, 0},
		{"one value", []float64{5}, false, 0},
		{"always the same", []float64{50, 50, 50, 50, 50, 50}, false, 0},
		{"up", up, true, 9},
		{"down", down, false, -9},
		{"up and down", []float64{1, 2, 3, 4, 5, 5, 4, 3, 2, 1}, false, 0},
		{"up, with a hiccup", []float64{1, 2, 3, 400, 5, 6, 7, 8, 9, 10}, true, 9},
		{"one hiccup at the end", []float64{5, 5, 5, 5, 5, 5, 5, 5, 5, 400}, false, 0},
		{"too few to be sure", []float64{1, 2, 3, 4}, false, 3},
	} {
		if got := rises(c.values); got != c.grows {
			t.Errorf("%s: grows %v, want %v", c.situation, got, c.grows)
		}
		if got := rise(c.values); got != c.by {
			t.Errorf("%s: by %v, want %v", c.situation, got, c.by)
		}
	}
}
