package compare

import (
	"bytes"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

var update = flag.Bool("update", false, "write the golden file")

// drawn is a run whose phones registered after times of a log-normal
// distribution, the shape of real latencies, with the given median in
// milliseconds.
func drawn(random *rand.Rand, n int, median float64, failed int) *tally.Result {
	counts := tally.New(n + failed)
	begin := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	counts.Begin(begin)
	for i := range n + failed {
		watch := counts.Start(i, begin, begin, tally.Row{})
		if i >= n {
			watch(phone.Record{At: begin, Event: phone.GaveUp{}})
			continue
		}
		took := time.Duration(median * logNormal(random) * float64(time.Millisecond))
		watch(phone.Record{At: begin, Event: phone.StepEnded{Step: phone.StepRegister, Took: took}})
		watch(phone.Record{At: begin, Event: phone.Registered{Node: "n", Took: took, Boot: took, Why: phone.AfterBoot}})
	}
	return counts.Result(tally.Facts{Scenario: "drawn"})
}

func compared(t *testing.T, a, b *tally.Result) map[string]Difference {
	t.Helper()
	c, err := Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]Difference)
	for _, d := range c.Differences {
		all[d.Metric] = d
	}
	return all
}

func TestTheSameDistributionIsRarelyCalledDifferent(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const rounds = 200
	called, covered := map[string]int{}, map[string]int{}
	for range rounds {
		for metric, d := range compared(t, drawn(random, 1000, 20, 3), drawn(random, 1000, 20, 3)) {
			if d.Verdict == Better || d.Verdict == Worse {
				called[metric]++
			}
			if d.Low <= 0 && d.High >= 0 {
				covered[metric]++
			}
		}
	}
	for _, metric := range []string{"failed", "register.p50", "register.p95", "register.p99"} {
		if called[metric] > rounds*8/100 || covered[metric] < rounds*92/100 {
			t.Errorf("%s: called different %d times of %d, covered %d", metric, called[metric], rounds, covered[metric])
		}
	}
}

func TestARealDifferenceIsFound(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	a, b := drawn(random, 2000, 20, 0), drawn(random, 2000, 25, 60)
	forth, back := compared(t, a, b), compared(t, b, a)
	for _, metric := range []string{"failed", "register.p50", "register.p95", "boot.p50"} {
		if forth[metric].Verdict != Worse || back[metric].Verdict != Better {
			t.Errorf("%s: %+v", metric, forth[metric])
		}
	}
	if p := forth["register.p50"].Percent; p < 18 || p > 32 {
		t.Errorf("the median rose by %v %%, want about 25", p)
	}
}

func TestTooFewTimesAreSaidToBe(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	all := compared(t, drawn(random, 50, 20, 0), drawn(random, 50, 200, 0))
	if all["register.p99"].Verdict != Unknown || all["register.p50"].Verdict != Worse {
		t.Errorf("p99 %+v, p50 %+v", all["register.p99"], all["register.p50"])
	}
}

func TestDemands(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	a, b := drawn(random, 2000, 20, 0), drawn(random, 2000, 25, 60)
	for text, want := range map[string]bool{
		"register.p50 worse by 10%":  true,
		"register.p50 worse by 60%":  false,
		"register.p50 worse":         true,
		"register.p50 worse by 1ms":  true,
		"register.p50 worse by 90ms": false,
		"failed worse by 1%":         true,
		"failed worse by 9%":         false,
	} {
		c, err := Compare(a, b)
		if err != nil {
			t.Fatal(err)
		}
		d, err := ParseDemand(text)
		if err != nil {
			t.Fatal(err)
		}
		if hit, err := c.Judge([]Demand{d}); err != nil || hit != want {
			t.Errorf("%s: hit %v, %v", text, hit, err)
		}
	}
	few, err := Compare(drawn(random, 20, 20, 0), drawn(random, 20, 20, 0))
	if err != nil {
		t.Fatal(err)
	}
	if hit, err := few.Judge([]Demand{{text: "x", metric: "register.p99"}}); !hit || err != nil {
		t.Errorf("a demand on what nobody measured passes: %v, %v", hit, err)
	}
	if _, err := few.Judge([]Demand{{text: "x", metric: "regster.p99"}}); err == nil || !strings.Contains(err.Error(), "register.p99") {
		t.Errorf("a wrong metric: %v", err)
	}
	for _, text := range []string{"", "register.p99", "register.p99 better by 3%", "register.p99 worse by", "register.p99 worse by lots", "failed worse by 3s", "register.p99 worse by -3%"} {
		if _, err := ParseDemand(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func TestADemandOnWhatTookNoTimeBefore(t *testing.T) {
	for verdict, want := range map[Verdict]bool{Worse: true, NoDifference: false} {
		c := &Comparison{Differences: []Difference{{Metric: "ctl.p50", Unit: "ms", B: 5, Change: 5, Low: 4, High: 6, Verdict: verdict}}}
		demand, err := ParseDemand("ctl.p50 worse by 10%")
		if err != nil {
			t.Fatal(err)
		}
		if hit, err := c.Judge([]Demand{demand}); hit != want || err != nil {
			t.Errorf("%s: hit %v, %v", verdict, hit, err)
		}
	}
}

func TestRunsInWhichNothingWasMeasured(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	stuck := func() *tally.Result {
		counts := tally.New(3)
		counts.Start(0, time.Now(), time.Now(), tally.Row{})
		return counts.Result(tally.Facts{Scenario: "stuck", Interrupted: true})
	}
	for situation, a := range map[string]*tally.Result{
		"nobody started":    tally.New(0).Result(tally.Facts{Scenario: "nobody"}),
		"no step has ended": stuck(),
	} {
		for _, b := range []*tally.Result{stuck(), drawn(random, 1000, 20, 3)} {
			c, err := Compare(a, b)
			if err != nil {
				t.Errorf("%s: %v", situation, err)
				continue
			}
			for _, d := range c.Differences {
				if (d.Metric != "failed" || a.Phones.Started == 0) && (d.Verdict != Unknown || d.Note == "") {
					t.Errorf("%s: %+v", situation, d)
				}
				for _, v := range []float64{d.A, d.B, d.Change, d.Low, d.High, d.Percent} {
					if math.IsNaN(v) || math.IsInf(v, 0) {
						t.Errorf("%s: %+v is no JSON", situation, d)
					}
				}
			}
		}
	}
	old := drawn(random, 10, 20, 0)
	old.Histograms = nil
	if _, err := Compare(old, stuck()); err == nil || !strings.HasPrefix(err.Error(), "run A ") || !strings.Contains(err.Error(), "older program") {
		t.Errorf("a result of an older program: %v", err)
	}
	damaged := drawn(random, 10, 20, 0)
	damaged.Histograms["register"] = damaged.Histograms["register"][:20]
	if _, err := Compare(stuck(), damaged); err == nil || !strings.HasPrefix(err.Error(), `run B ("drawn") is damaged at register`) {
		t.Errorf("a damaged histogram: %v", err)
	}
}

func TestReasonsNotToCompare(t *testing.T) {
	for want, spoil := range map[string]func(r *tally.Result){
		"B broke: the core ended":                            func(r *tally.Result) { r.Broken = "the core ended" },
		"B was interrupted":                                  func(r *tally.Result) { r.Interrupted = true },
		"B measured its own generator: it was late":          func(r *tally.Result) { r.Generator.Limited, r.Generator.Why = true, "it was late" },
		"the runs had different scenarios or flags":          func(r *tally.Result) { r.Flags = []string{"--rate 3/s"} },
		"the runs had different scenarios or flags, in name": func(r *tally.Result) { r.Scenario = "another" },
		"the runs had different scenarios or flags, in seed": func(r *tally.Result) { r.Seed++ },
		"the runs were on different machines":                func(r *tally.Result) { r.Machine = &tally.Machine{Cores: 3} },
	} {
		a, b := &tally.Result{Machine: &tally.Machine{Cores: 2}}, &tally.Result{Machine: &tally.Machine{Cores: 2}}
		spoil(b)
		if got := warnings(a, b); len(got) != 1 || !strings.HasPrefix(want, got[0]) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTheTableForPeople(t *testing.T) {
	c := &Comparison{
		Warnings: []string{"B was interrupted"},
		Differences: []Difference{
			{Metric: "failed", Unit: "%", A: 0, B: 3, Change: 3, Low: 2.2, High: 3.9, Verdict: Worse},
			{Metric: "register.p50", Unit: "ms", A: 2.2, B: 2, Change: -0.2, Low: -0.3, High: -0.1, Percent: -9.091, Verdict: Better},
			{Metric: "register.p99", Unit: "ms", A: 30, B: 31, Change: 1, Percent: 3.333, Verdict: Unknown},
			{Metric: "capf.p50", Unit: "ms", A: 30, Verdict: Unknown, Note: "not measured in both runs"},
		},
		Demands: []Outcome{{"failed worse", true, ""}, {"register.p99 worse by 10%", true, "too little was measured to say"}},
	}
	var got bytes.Buffer
	if err := c.Text(&got); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/text.txt", got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/text.txt")
	if err != nil || got.String() != string(want) {
		t.Errorf("%v; got\n%s", err, &got)
	}
}

func logNormal(random *rand.Rand) float64 { return math.Exp(0.6 * random.NormFloat64()) }
