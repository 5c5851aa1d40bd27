package load

import (
	"errors"
	"iter"
	"math"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/scenario/internal/phrase"
)

func stages(t *testing.T, texts ...string) []Stage {
	t.Helper()
	s, err := Parse(texts...)
	if err != nil {
		t.Fatalf("%q: %v", texts, err)
	}
	return s.Stages
}

func take(seq iter.Seq[time.Duration], n int) []time.Duration {
	var list []time.Duration
	for at := range seq {
		if list = append(list, at); len(list) == n {
			break
		}
	}
	return list
}

func TestStartsAreExact(t *testing.T) {
	const ms = time.Millisecond
	for title, row := range map[string]struct {
		stages []string
		want   map[int]time.Duration // phone number to start
	}{
		"hold without end": {
			[]string{"hold 200/s"},
			map[int]time.Duration{0: 0, 1: 5 * ms, 2: 10 * ms, 1000: 5 * time.Second, 1_000_000: 5000 * time.Second},
		},
		"a third of a second": {
			[]string{"hold 3/s"},
			map[int]time.Duration{1: 333333333, 2: 666666667, 3: time.Second},
		},
		"one a minute": {
			[]string{"hold 1/m"},
			map[int]time.Duration{1: time.Minute, 60: time.Hour},
		},
		"ramp up from zero, then hold": { // 0 to 10/s over 10 s: area t²/2
			[]string{"ramp 0/s to 10/s over 10s", "hold 10/s"},
			map[int]time.Duration{0: 0, 2: 2 * time.Second, 8: 4 * time.Second, 32: 8 * time.Second, 50: 10 * time.Second, 51: 10100 * ms},
		},
		"ramp down to zero, then hold": { // 10 to 0/s over 10 s: area 10t - t²/2
			[]string{"ramp 10/s to 0/s over 10s", "hold 1/s"},
			map[int]time.Duration{18: 2 * time.Second, 32: 4 * time.Second, 50: 10 * time.Second, 53: 13 * time.Second},
		},
		"design's example": { // (10+200)/2 · 30 = 3150 in the ramp
			[]string{"ramp 10/s to 200/s over 30s", "hold 200/s"},
			map[int]time.Duration{0: 0, 3150: 30 * time.Second, 3151: 30005 * ms, 10000: 64250 * ms},
		},
		"last stage with an end repeats as it is": {
			[]string{"hold 5/s for 1s", "hold 10/s for 1s"},
			map[int]time.Duration{5: time.Second, 15: 2 * time.Second, 25: 3 * time.Second, 26: 3100 * ms},
		},
		"last ramp repeats as a saw": { // 0 to 8/s over 1 s: area 4t², so four phones a tooth
			[]string{"ramp 0/s to 8/s over 1s"},
			map[int]time.Duration{0: 0, 1: 500 * ms, 4: time.Second, 5: 1500 * ms, 41: 10500 * ms},
		},
		"a pause in the middle": {
			[]string{"hold 2/s for 1s", "hold 0/s for 10s", "hold 2/s"},
			map[int]time.Duration{0: 0, 1: 500 * ms, 2: 11 * time.Second, 3: 11500 * ms},
		},
		"a staircase up": {
			[]string{"steps 10/s to 30/s by 10/s every 1s", "hold 1/s"},
			map[int]time.Duration{10: time.Second, 30: 2 * time.Second, 60: 3 * time.Second, 61: 4 * time.Second},
		},
		"a staircase down, the last step short": {
			[]string{"steps 30/s to 5/s by 20/s every 1s", "hold 1/s"},
			map[int]time.Duration{30: time.Second, 40: 2 * time.Second, 45: 3 * time.Second, 46: 4 * time.Second},
		},
		"a spike": { // 0 to 10/s and back over 4 s: 10 phones each way
			[]string{"spike 0/s to 10/s over 4s", "hold 1/s"},
			map[int]time.Duration{10: 2 * time.Second, 20: 4 * time.Second, 21: 5 * time.Second},
		},
		"saw-teeth": {
			[]string{"saw 0/s to 8/s every 1s for 3s", "hold 1/s"},
			map[int]time.Duration{1: 500 * ms, 4: time.Second, 8: 2 * time.Second, 12: 3 * time.Second, 13: 4 * time.Second},
		},
		"a burst between": {
			[]string{"hold 2/s for 1s", "burst 3", "hold 1/s"},
			map[int]time.Duration{1: 500 * ms, 2: time.Second, 3: time.Second, 4: time.Second, 5: time.Second, 6: 2 * time.Second},
		},
		"everybody at once": {
			[]string{"all at once"},
			map[int]time.Duration{0: 0, 1: 0, 100_000: 0},
		},
		"the rest at once": {
			[]string{"hold 2/s for 2s", "all at once"},
			map[int]time.Duration{3: 1500 * ms, 4: 2 * time.Second, 5: 2 * time.Second, 99: 2 * time.Second},
		},
		"a pause first": {
			[]string{"hold 0/s for 3s", "hold 1/s"},
			map[int]time.Duration{0: 3 * time.Second, 1: 4 * time.Second},
		},
		"so slow that it never comes": {
			[]string{"hold 0.000000001/h"},
			map[int]time.Duration{0: 0, 1000: never},
		},
	} {
		t.Run(title, func(t *testing.T) {
			s := Schedule{Stages: stages(t, row.stages...)}
			if err := s.Check(); err != nil {
				t.Fatal(err)
			}
			for n, want := range row.want {
				if got := s.At(float64(n)); got != want {
					t.Errorf("phone %d: got %v, want %v", n, got, want)
				}
			}
			for n, got := range take(s.Starts(), 60) {
				if want := s.At(float64(n)); got != want {
					t.Errorf("start %d: got %v, want %v", n, got, want)
				}
			}
		})
	}
}

func TestSchedulesThatLeavePhonesOver(t *testing.T) {
	for title, row := range map[string]struct {
		stages []string
		stage  int
		want   string
	}{
		"endless stage in the middle": {[]string{"hold 1/s", "hold 2/s"}, 0, `stage 1: "hold 1/s" never ends, so the stages after it never come; give it a duration (for 1m)`},
		"last stage stands still":     {[]string{"hold 1/s for 1s", "hold 0/s"}, 1, `stage 2: "hold 0/s" is the last stage and starts nobody, so phones would be left over`},
		"everybody, and then some":    {[]string{"all at once", "hold 2/s"}, 0, `stage 1: "all at once" leaves nobody for the stages after it`},
		"a burst at the end":          {[]string{"hold 1/s for 1s", "burst 5"}, 1, `stage 2: "burst 5" is the last stage; say when the others come, or write all at once`},
		"last ramp from zero to zero": {[]string{"ramp 0/s to 0/s over 1s"}, 0, `stage 1: "hold 0/s for 1s" is the last stage and starts nobody, so phones would be left over`},
	} {
		t.Run(title, func(t *testing.T) {
			err := Schedule{Stages: stages(t, row.stages...)}.Check()
			var fault *StageError
			if !errors.As(err, &fault) || fault.Stage != row.stage || err.Error() != row.want {
				t.Errorf("got  %v\nwant %s", err, row.want)
			}
		})
	}
	if err := (Schedule{}).Check(); err == nil {
		t.Error("no stages were accepted")
	}
}

func TestPoissonArrivals(t *testing.T) {
	s := Schedule{Stages: stages(t, "ramp 10/s to 100/s over 20s", "hold 100/s"), Arrivals: Poisson, Seed: 42}
	first, again := take(s.Starts(), 10_000), take(s.Starts(), 10_000)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error("the same seed gave other starts")
	}
	s.Seed++
	if cmp.Equal(first, take(s.Starts(), 10_000)) {
		t.Error("another seed gave the same starts")
	}
	var squares float64
	for n := range first[1:] {
		if first[n+1] < first[n] {
			t.Fatalf("start %d is before start %d", n+1, n)
		}
		// In the flat part gaps have mean 10 ms and, as exponentials do, the same deviation.
		gap := (first[n+1] - first[n]).Seconds() / 0.01
		if n >= 2000 {
			squares += (gap - 1) * (gap - 1)
		}
	}
	if variance := squares / 7999; math.Abs(variance-1) > 0.1 {
		t.Errorf("the gaps vary by %.2f mean gaps squared, want 1: these are not Poisson arrivals", variance)
	}
	// 1100 starts in the ramp; after 10,000 the count strays by 100 (one deviation).
	want := 20 + (10_000-1100)/100.0
	if got := first[9_999].Seconds(); math.Abs(got-want) > 3 {
		t.Errorf("phone 10,000 starts at %.2f s, want about %.2f s", got, want)
	}
}

func TestStartsNeverGoBack(t *testing.T) {
	holds := func(from, to uint16, ms uint16, n uint16) bool {
		s := Schedule{Stages: []Stage{
			{From: Rate(from), To: Rate(to), For: time.Duration(ms) * time.Millisecond},
			{From: Rate(to) + 1, To: Rate(from) + 1, For: time.Second},
		}}
		return s.At(float64(n)) <= s.At(float64(n)+0.5) && s.At(float64(n)) >= 0
	}
	if err := quick.Check(holds, &quick.Config{MaxCount: 20_000}); err != nil {
		t.Error(err)
	}
}

func TestStagesReadAndPrint(t *testing.T) {
	for _, text := range []string{"hold 200/s", "hold 0.5/s for 1m30s", "ramp 10/s to 200/s over 30s", "burst 500", "all at once"} {
		s, err := Parse(text)
		if err != nil || len(s.Stages) != 1 || s.Stages[0].String() != text {
			t.Errorf("%q came back as %q, %v", text, s.Stages, err)
		}
	}
	for title, row := range map[string]struct {
		text   string
		offset int
		want   string
	}{
		"empty":                {"", 0, "an empty stage; write hold 200/s for 1m, or ramp 10/s to 200/s over 30s"},
		"unknown verb":         {"rampp 1/s to 2/s over 3s", 0, `"rampp" is no stage; did you mean "ramp"?`},
		"staircase too fine":   {"steps 1/s to 20000/s by 1/s every 1s", 24, "steps of 1/s from 1/s to 20000/s are more than 10000"},
		"staircase of nothing": {"steps 1/s to 2/s by 0/s every 1s", 20, "steps of 0/s from 1/s to 2/s are more than 10000"},
		"half a tooth":         {"saw 0/s to 8/s every 2s for 3s", 24, "3s is no whole number of teeth of 2s, up to 10000"},
		"burst of nobody":      {"burst 0", 6, `"0" is no number of phones`},
		"burst of a few":       {"burst few", 6, `"few" is no number of phones`},
		"all, but when":        {"all now", 4, `"now" stands where "at" is expected`},
		"keep, but what":       {"keep 20", 7, `the stage ends where "booting" is expected`},
		"times of no file":     {"times", 5, "the stage ends where the path of a file is expected"},
		"unit missing":         {"hold 200", 5, `"200" has no unit; write 200/s`},
		"odd unit":             {"hold 200/day", 9, `"day" is no unit of a rate; write /s, /m or /h`},
		"no number":            {"hold fast", 5, `"fast" is no rate; write it like 200/s`},
		"negative":             {"hold -1/s", 5, `"-1/s" is no rate; write it like 200/s`},
		"not a number":         {"hold NaN/s", 5, `"NaN/s" is no rate; write it like 200/s`},
		"beyond any machine":   {"hold 1000001/s", 5, `"1000001/s" is more than 1000000/s`},
		"hold over":            {"hold 2/s over 1m", 9, `"over" stands where "for" is expected`},
		"cut short":            {"ramp 1/s to 2/s", 15, `the stage ends where "over" is expected`},
		"cut shorter":          {"ramp 1/s to", 11, `the stage ends where a rate such as 200/s is expected`},
		"duration bare":        {"ramp 1/s to 2/s over 30", 21, `"30" has no unit; write 30s, 30m or 30ms`},
		"duration zero":        {"hold 2/s for 0s", 13, `a stage of "0s" starts nobody`},
		"duration negative":    {"hold 2/s for -1s", 13, `"-1s" is negative`},
		"duration of an age":   {"hold 2/s for 10000h", 13, `"10000h" is longer than a month (744h)`},
		"a word too many":      {"hold 2/s for 1m or so", 16, `"or" is one word too many`},
		"blanks before words":  {"  hold   x", 9, `"x" is no rate; write it like 200/s`},
	} {
		t.Run(title, func(t *testing.T) {
			_, err := Parse(row.text)
			var fault *phrase.Error
			if !errors.As(err, &fault) || fault.Offset != row.offset || fault.Problem != row.want {
				t.Errorf("got  %+v\nwant %d: %s", err, row.offset, row.want)
			}
		})
	}
}

func TestLoadsThatAreNoStages(t *testing.T) {
	for title, row := range map[string]struct {
		texts []string
		want  Schedule
	}{
		"a closed loop":     {[]string{"keep 200 booting"}, Schedule{Booting: 200}},
		"times from a file": {[]string{"times some starts.csv"}, Schedule{File: "some starts.csv"}},
	} {
		t.Run(title, func(t *testing.T) {
			got, err := Parse(row.texts...)
			if err == nil {
				err = got.Check()
			}
			if diff := cmp.Diff(row.want, got); diff != "" || err != nil {
				t.Error(diff, err)
			}
			got.Arrivals = Poisson
			if err := got.Check(); err == nil {
				t.Error("poisson arrivals without a rate were accepted")
			}
		})
	}
	for _, texts := range [][]string{{"hold 1/s", "keep 2 booting"}, {"keep 2 booting", "hold 1/s"}, {"keep 2 booting", "times a.csv"}, {"times a.csv", "all at once"}} {
		if s, err := Parse(texts...); err == nil {
			t.Errorf("%q became %+v", texts, s)
		}
	}
}

func TestTimesOfAFile(t *testing.T) {
	for title, row := range map[string]struct {
		text string
		want []time.Duration
	}{
		"seconds":                   {"0\n0.25\n1e1\n", []time.Duration{0, 250 * time.Millisecond, 10 * time.Second}},
		"a heading, more columns":   {"at,phone\n1,a\n2m,b\n", []time.Duration{time.Second, 2 * time.Minute}},
		"remarks and empty lines":   {"# from a log\n\n1s\n\n1s\n", []time.Duration{time.Second, time.Second}},
		"blanks, and no line break": {" 1 ", []time.Duration{time.Second}},
	} {
		t.Run(title, func(t *testing.T) {
			got, err := ReadTimes(strings.NewReader(row.text))
			if diff := cmp.Diff(row.want, got); diff != "" || err != nil {
				t.Error(diff, err)
			}
			if s := (Schedule{Times: got}); err == nil && !cmp.Equal(take(s.Starts(), len(got)+1), row.want) {
				t.Error("the schedule starts phones at other times")
			}
		})
	}
	for title, row := range map[string]struct{ text, want string }{
		"nothing":          {"", "no time in it"},
		"a heading alone":  {"at\n", "no time in it"},
		"back in time":     {"5\n3\n", "line 2: 3s comes after 5s; sort the times"},
		"no time":          {"1\nsoon\n", `line 2: "soon" is no duration; write it like 30s, 2m or 250ms`},
		"negative":         {"1\n-2\n", `line 2: "-2" is negative`},
		"a quote too many": {"1\n\"2\n", `parse error on line 2, column 4: extraneous or missing " in quoted-field`},
	} {
		t.Run(title, func(t *testing.T) {
			if _, err := ReadTimes(strings.NewReader(row.text)); err == nil || err.Error() != row.want {
				t.Errorf("got %v, want %s", err, row.want)
			}
		})
	}
}

func TestThePeakOfASchedule(t *testing.T) {
	for title, row := range map[string]struct {
		text   string
		phones int
		want   float64
	}{
		"a rate":                    {"hold 200/s", 1000, 200},
		"a ramp":                    {"ramp 10/s to 200/s over 30s", 10_000, 200},
		"a ramp that phones end":    {"ramp 0/s to 10/s over 10s", 8, 4}, // t²/2 = 8 at 4 s
		"a ramp down":               {"ramp 10/s to 0/s over 10s", 8, 10},
		"a spike among little":      {"spike 1/s to 9/s over 4s", 100, 9},
		"all at once":               {"all at once", 77, 77},
		"a burst of more than left": {"burst 500", 77, 77},
		"a closed loop":             {"keep 20 booting", 77, 20},
	} {
		t.Run(title, func(t *testing.T) {
			s, err := Parse(row.text)
			if got := s.Peak(row.phones); err != nil || math.Abs(got-row.want) > 1e-9 {
				t.Errorf("got %v, want %v (%v)", got, row.want, err)
			}
		})
	}
	s := Schedule{Times: []time.Duration{0, 0, time.Second - 1, time.Second, time.Second, time.Second, 3 * time.Second}}
	if got := s.Peak(100); got != 4 { // from 999.999999 ms on
		t.Errorf("times: got %v, want 4", got)
	}
	if got := s.Peak(3); got != 3 {
		t.Errorf("the first three times: got %v, want 3", got)
	}
}

func TestEveryExampleIsASchedule(t *testing.T) {
	for _, text := range Examples() {
		if _, err := Parse(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestPhonesWithinATime(t *testing.T) {
	for title, row := range map[string]struct {
		text string
		in   time.Duration
		most int
		want int
	}{
		"a minute at 200/s":      {"hold 200/s", time.Minute, 100_000, 12_000},
		"fewer phones than that": {"hold 200/s", time.Minute, 1000, 1000},
		"everybody":              {"all at once", time.Second, 77, 77},
		"within no time":         {"hold 1/s", 0, 10, 0},
	} {
		t.Run(title, func(t *testing.T) {
			if got := (Schedule{Stages: stages(t, row.text)}).Phones(row.in, row.most); got != row.want {
				t.Errorf("got %d, want %d", got, row.want)
			}
		})
	}
}

func BenchmarkStarts(b *testing.B) {
	s := Schedule{Stages: []Stage{{From: 10, To: 200, For: 30 * time.Second}, {From: 200, To: 200}}, Arrivals: Poisson}
	n := 0
	for range s.Starts() {
		if n++; n >= b.N {
			break
		}
	}
}
