package tally

import (
	"errors"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/internal/phrase"
)

func TestThresholdsJudge(t *testing.T) {
	r := &Result{
		Phones: Phones{Planned: 10000, Started: 9999, Registered: 9994, Failed: 5},
		Rate:   Rate{Registered: 199.1},
		Boot:   Latency{P50: 106, P99: 150.5, Max: 210, Mean: 109},
		Steps: []StepResult{
			{Step: phone.StepCAPF},
			{Step: phone.StepRegister, OK: 9994, Took: Latency{P95: 1999.9996, P99: 2000, Max: 2100}},
		},
	}
	for title, row := range map[string]struct {
		expression string
		want       ThresholdOutcome
	}{
		"share that holds":       {"registered >= 99.9%", ThresholdOutcome{Value: 99.94, Unit: "%", Pass: true}},
		"share that fails":       {"registered >= 99.95%", ThresholdOutcome{Value: 99.94, Unit: "%"}},
		"share of failed":        {"failed < 0.05%", ThresholdOutcome{Value: 0.05, Unit: "%"}},
		"count":                  {"failed <= 5", ThresholdOutcome{Value: 5, Pass: true}},
		"count exactly":          {"started == 10000", ThresholdOutcome{Value: 9999}},
		"count not":              {"failed != 0", ThresholdOutcome{Value: 5, Pass: true}},
		"rate":                   {"rate > 150/s", ThresholdOutcome{Value: 199.1, Unit: "/s", Pass: true}},
		"rate, bare":             {"rate > 200", ThresholdOutcome{Value: 199.1, Unit: "/s"}},
		"time at the limit":      {"register.p99 < 2s", ThresholdOutcome{Value: 2000, Unit: "ms"}},
		"time at the limit, <=":  {"register.p99 <= 2s", ThresholdOutcome{Value: 2000, Unit: "ms", Pass: true}},
		"judged before rounding": {"register.p95 < 2s", ThresholdOutcome{Value: 2000, Unit: "ms", Pass: true}},
		"boot":                   {"boot.mean<110ms", ThresholdOutcome{Value: 109, Unit: "ms", Pass: true}},
		"no blanks":              {"boot.max>1s", ThresholdOutcome{Value: 210, Unit: "ms"}},
		"silence is no proof":    {"capf.p99 < 1h", ThresholdOutcome{Unit: "ms", Note: "nothing measured: no phone came to capf"}},
		"a step nobody took":     {"itl.p99 < 1h", ThresholdOutcome{Unit: "ms", Note: "nothing measured: no phone came to itl"}},
	} {
		t.Run(title, func(t *testing.T) {
			threshold, err := ParseThreshold(row.expression)
			if err != nil {
				t.Fatal(err)
			}
			row.want.Expression = row.expression
			if diff := cmp.Diff(row.want, threshold.Judge(r)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestThresholdsThatMakeNoSense(t *testing.T) {
	for title, row := range map[string]struct {
		expression string
		offset     int
		want       string
	}{
		"empty":             {"", 0, `"" compares nothing; write it like registered >= 99.9%`},
		"no comparison":     {"registered 99%", 0, `"registered 99%" compares nothing; write it like registered >= 99.9%`},
		"unknown metric":    {"registred >= 99%", 0, `"registred" is no metric; did you mean "registered"?`},
		"far from any":      {"happiness > 1", 0, `"happiness" is no metric; known: registered, failed, started, locked_out, rate, boot, ctl, itl, config, capf, register`},
		"unknown figure":    {"register.p98 < 2s", 9, `"p98" is no figure of register; did you mean "p90"?`},
		"no figure":         {"register < 2s", 0, `"register" is a distribution; name one figure of it: register.p99 (or p50, p90, p95, p99, max, mean)`},
		"figure of a count": {"failed.p99 < 2", 6, `"failed" is a single number and has no ".p99"`},
		"one equals sign":   {"failed = 0", 7, `"=" is no comparison; known: >= <= == != > <`},
		"no limit":          {"failed < ", 9, "there is nothing to compare failed with"},
		"time without unit": {"boot.p99 < 2", 11, `"2" has no unit; write 2s, 2m or 2ms`},
		"percent of a time": {"boot.p99 < 2%", 11, `"2%" is no duration; write it like 30s, 2m or 250ms`},
		"part of a phone":   {"failed < 0.5", 9, `"0.5" phones cannot be; write a whole number or a percentage`},
		"more than all":     {"registered > 101%", 13, `"101%" is more than 100%`},
		"rate in percent":   {"rate > 5%", 7, `"5%" is no number`},
		"two comparisons":   {"1 < failed < 3", 0, `"1" is no metric; known: registered, failed, started, locked_out, rate, boot, ctl, itl, config, capf, register`},
		"blanks in front":   {"  faild < 3", 2, `"faild" is no metric; did you mean "failed"?`},
		"words after limit": {"failed < 3 or so", 9, `"3 or so" is no number`},
	} {
		t.Run(title, func(t *testing.T) {
			_, err := ParseThreshold(row.expression)
			var fault *phrase.Error
			if !errors.As(err, &fault) || fault.Offset != row.offset || fault.Problem != row.want {
				t.Errorf("got  %+v\nwant %d: %s", err, row.offset, row.want)
			}
		})
	}
}

func TestExitCodes(t *testing.T) {
	held, broken := ThresholdOutcome{Pass: true}, ThresholdOutcome{}
	for title, row := range map[string]struct {
		result Result
		want   int
	}{
		"all well":                         {Result{}, ExitOK},
		"a phone failed":                   {Result{Phones: Phones{Failed: 1}}, ExitFailed},
		"a threshold allows the failure":   {Result{Phones: Phones{Failed: 1}, Thresholds: []ThresholdOutcome{held}}, ExitOK},
		"one of two thresholds failed":     {Result{Thresholds: []ThresholdOutcome{held, broken}}, ExitThreshold},
		"interrupted":                      {Result{Interrupted: true, Thresholds: []ThresholdOutcome{broken}}, ExitInterrupted},
		"the generator was the bottleneck": {Result{Generator: Generator{Limited: true}, Thresholds: []ThresholdOutcome{held}}, ExitLimited},
		"limited and a threshold failed":   {Result{Generator: Generator{Limited: true}, Thresholds: []ThresholdOutcome{broken}}, ExitLimited},
	} {
		t.Run(title, func(t *testing.T) {
			if got := row.result.ExitCode(); got != row.want {
				t.Errorf("got %d, want %d", got, row.want)
			}
		})
	}
}

func TestOneLatePhoneOfAHandfulIsNoBottleneck(t *testing.T) {
	g := Generator{StartLag: Latency{P99: 900}}
	g.judge(&Result{Phones: Phones{Started: lagSamples - 1}})
	if g.Limited {
		t.Error(g.Why)
	}
}

func TestWhenTheGeneratorIsTheBottleneck(t *testing.T) {
	step := func(took, waited float64) []StepResult {
		return []StepResult{{Step: phone.StepCAPF, Took: Latency{P95: took}, Waited: Latency{P95: waited}}}
	}
	late := Latency{P99: 251}
	const lateText = "phones started up to 251 ms late (p99), so the offered load was not the planned one; "
	for title, row := range map[string]struct {
		generator Generator
		steps     []StepResult
		failed    int
		want      string
	}{
		"on time": {Generator{StartLag: Latency{P99: 249}}, step(100, 900), 0, ""},
		"late":    {Generator{StartLag: late}, nil, 0, lateText + "use a lower rate or more cores"},
		"late, with a full processor": {
			Generator{StartLag: late, Cores: 2, Peak: Peak{LateCPUPercent: 171}},
			nil, 0,
			lateText + "this process used 171 of 200 % CPU then; use a lower rate or more cores",
		},
		"late, with the core inside": {
			Generator{StartLag: late, Cores: 2, SharesCore: true, Peak: Peak{LateCPUPercent: 196}},
			nil, 0,
			lateText + "generator and core used 196 of 200 % CPU then; run the core elsewhere, use a lower rate or more cores",
		},
		"late, because of others": {
			Generator{StartLag: late, Cores: 2, Peak: Peak{LateCPUPercent: 60}},
			nil, 0,
			lateText + "this process used 60 of 200 % CPU then, and did not get more: other programs were busy; give it a calmer machine, or use a lower rate",
		},
		"late, because of garbage": {
			Generator{StartLag: late, Cores: 2, Peak: Peak{LateCPUPercent: 60, GCPause: 400}},
			nil, 0,
			lateText + "this process used 60 of 200 % CPU then, and did not get more: other programs were busy, or it stood still for garbage (400 ms); give it a calmer machine, or use a lower rate",
		},
		"a full processor, and on time": {Generator{Cores: 2, Peak: Peak{CPUPercent: 200}}, nil, 0, ""},
		"waits, but the core longer":    {Generator{}, step(5000, 3000), 0, ""},
		"waits longer than the core": {
			Generator{},
			step(500, 3000), 0,
			"at step capf phones waited 3000 ms (p95) for this machine, longer than for the core; raise limits, use keys from a pool, or lower the rate",
		},
		"no descriptor left": {
			Generator{StartLag: late, Peak: Peak{NoDescriptor: 12, Descriptors: 1020, DescriptorLimit: 1024}},
			nil, 9,
			"12 attempts failed because this process may open no more descriptors (1020 of 1024 at the most); raise the limit (ulimit -n), or start fewer phones",
		},
		"the core inside had no descriptor left": {
			Generator{Peak: Peak{Descriptors: 1020, DescriptorLimit: 1024}},
			nil, 9,
			"this process had 1020 of the 1024 descriptors open that it may, and phones failed; raise the limit (ulimit -n), or start fewer phones",
		},
		"nearly all descriptors, and enough": {Generator{Peak: Peak{Descriptors: 1020, DescriptorLimit: 1024}}, nil, 0, ""},
		"failures, and descriptors left":     {Generator{Peak: Peak{Descriptors: 900, DescriptorLimit: 1024}}, nil, 9, ""},
		"no source port left": {
			Generator{Peak: Peak{NoPort: 7, Sockets: 28_231}},
			nil, 3,
			"7 attempts failed because no source port was left (28231 sockets on this machine); widen net.ipv4.ip_local_port_range, give the phones more addresses, or start fewer",
		},
		"one address of a list is not ours": {Generator{Peak: Peak{NoPort: 1}}, nil, 1, ""},
	} {
		t.Run(title, func(t *testing.T) {
			g := row.generator
			g.judge(&Result{Phones: Phones{Started: lagSamples, Failed: row.failed}, Steps: row.steps})
			if g.Why != row.want || g.Limited != (row.want != "") {
				t.Errorf("got %v %q, want %q", g.Limited, g.Why, row.want)
			}
		})
	}
}

func TestThePeakIsOfTheWorstSeconds(t *testing.T) {
	counts := New(1)
	start := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	counts.Begin(start)
	for i, h := range []Health{
		{CPUPercent: 50, Descriptors: 40, Sockets: 10, TimeWait: 5},
		{CPUPercent: 190, StartLag: 300 * time.Millisecond, GCPause: 3 * time.Millisecond, Heap: 7},
		{CPUPercent: 170, StartLag: time.Second, Descriptors: 50},
		{CPUPercent: 199},
	} {
		at := start.Add(time.Duration(i) * time.Second)
		counts.Sample(at, at.Add(time.Second), h)
	}
	counts.Start(0, start, start, Row{})(phone.Record{At: start, Event: phone.StepEnded{
		Step: phone.StepRegister, Err: &phone.Error{Step: phone.StepRegister, Cause: phone.CauseLocal, Err: syscall.EADDRINUSE},
	}})
	got := counts.Interim(Facts{Generator: Generator{Peak: Peak{DescriptorLimit: 1024}}}).Generator.Peak
	want := Peak{CPUPercent: 199, LateCPUPercent: 180, GCPause: 3, Heap: 7, Descriptors: 50, DescriptorLimit: 1024, Sockets: 15}
	if runtime.GOOS != "windows" { // where package syscall has other numbers than the sockets
		want.NoPort = 1
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
