package report

import (
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

const attack = `</script><script>alert(1)</script><img src=x onerror=alert(1)>&"'`

func rendered(t *testing.T, r *tally.Result) string {
	t.Helper()
	var out bytes.Buffer
	if err := HTML(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// hostile is a result in which everything that others may have written is an
// attack on the page.
func hostile(t *testing.T) *tally.Result {
	r := storm(t)
	r.Scenario, r.ScenarioText, r.Version = attack, attack, attack
	r.Flags, r.Notes = []string{attack}, []string{attack}
	r.Machine = &tally.Machine{Processor: attack, System: attack, Go: attack}
	r.StatusMessages[attack] = 3
	r.Causes[0].Example, r.Causes[0].Cause = attack, attack
	r.Explain = append(r.Explain, tally.Explanation{Step: r.Causes[0].Step, Explanation: phone.Explanation{Cause: attack, Reason: attack, Fix: attack, Holds: []phone.Holding{}, Console: []string{}}})
	r.Nodes[0].Node, r.Groups[0].Group = attack, attack
	r.Thresholds[0].Expression, r.Thresholds[0].Note = attack, attack
	r.Plan = []tally.PlanStep{{Step: 1, Text: attack, Error: attack, Groups: []tally.PlanGroup{
		{Group: attack, LockedOut: 2, Needs: []tally.Need{{Phones: 2, Need: attack, Reason: attack, Phone: attack}}},
	}}}
	r.Harm = &tally.Harm{Step: 1, Text: attack, LockedOut: 2}
	return r
}

func TestHostileTextStaysText(t *testing.T) {
	got := rendered(t, hostile(t))
	if strings.Contains(got, "<script>alert") || strings.Contains(got, "<img") {
		t.Error("the attack is markup")
	}
	if n := strings.Count(got, "<script"); n != 3 {
		t.Errorf("%d scripts, want the charts, uPlot and ours", n)
	}
	if n := strings.Count(got, "&lt;/script&gt;"); n < 20 {
		t.Errorf("the attack is shown %d times, want it wherever it was written", n)
	}
}

func TestThePageIsOneFile(t *testing.T) {
	got := rendered(t, storm(t))
	// Addresses of the network, but for the comment in which uPlot names itself.
	if found := regexp.MustCompile(`(src|href|url|@import)\s*[=(]\s*["']?\s*(https?:)?//`).FindString(got); found != "" {
		t.Errorf("it loads %q", found)
	}
	if !strings.Contains(got, "default-src &#39;none&#39;") && !strings.Contains(got, "default-src 'none'") {
		t.Error("no content security policy")
	}
	for _, want := range []string{
		"morning boot storm", "seed 42", "v0.1.0", "registered &gt;= 99.9%", "SEP0011215A0002: capf: no CAPF_MSG_KEY_GEN_REQ", "prefers-color-scheme: dark",
		"@media print", "floor 1", "127.1.1.2:2000", "Trust List Updated", `id="arrivals"`, `id="percentiles"`, `id="step-capf"`, `id="cpu"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// chartsIn reads the page's own description of its charts.
func chartsIn(t *testing.T, page string) map[string]chartRead {
	t.Helper()
	_, rest, _ := strings.Cut(page, `id="charts">`)
	text, _, ok := strings.Cut(rest, "</script>")
	var all []chartRead
	if err := json.Unmarshal([]byte(text), &all); !ok || err != nil {
		t.Fatalf("charts: %v", err)
	}
	byPlace := make(map[string]chartRead)
	for _, c := range all {
		byPlace[c.Into] = c
		if !strings.Contains(page, `id="`+c.Into+`"`) {
			t.Errorf("chart %s has no place", c.Into)
		}
		for _, s := range c.Series {
			if len(s.Values) != len(c.X) {
				t.Errorf("%s %s has %d values for %d places", c.Into, s.Name, len(s.Values), len(c.X))
			}
		}
	}
	return byPlace
}

type chartRead struct {
	Into   string
	X      []float64
	Series []struct {
		Name   string
		Values []*float64
	}
}

func TestChartsHoldTheFigures(t *testing.T) {
	charts := chartsIn(t, rendered(t, storm(t)))
	started := charts["arrivals"].Series[0]
	if started.Name != "started" || *started.Values[0] != 3 || *started.Values[1] != 0 {
		t.Errorf("arrivals %+v", started)
	}
	capf := charts["step-capf"].Series[2]
	if capf.Name != "p99" || *capf.Values[0] != 2007 || capf.Values[1] != nil {
		t.Errorf("CAPF %+v, want 2007 ms and a gap where nothing was measured", capf)
	}
	if plot := charts["percentiles"]; plot.X[0] != 1 || len(plot.Series) != 5 {
		t.Errorf("percentiles %+v", plot)
	}
}

func TestAMonthFitsIntoAMegabyte(t *testing.T) {
	r := storm(t)
	r.Timeline = nil
	for i := range 600 {
		p := tally.Point{
			At: time.Duration(i) * 8192 * time.Second, Width: 8192 * time.Second, Started: 123456 + i, Registered: 123456 - i, InFlight: 99 + i, Now: 200_000 - i,
			Steps: make([]tally.PointStep, 5), Health: tally.Health{CPUPercent: 123.456, RSS: 1<<33 + int64(i), Heap: 1<<32 + int64(i)<<20, Goroutines: 100_000 + i},
		}
		for s := range p.Steps {
			p.Steps[s].Took = tally.Latency{P50: 12.345 + float64(i), P95: 123.45 + float64(i), P99: 1234.5 + float64(i)}
		}
		r.Timeline = append(r.Timeline, p)
	}
	if n := len(rendered(t, r)); n > 1<<20 {
		t.Errorf("%d bytes", n)
	}
}

func TestAResultOfAnOlderProgramIsAPageToo(t *testing.T) {
	r := storm(t)
	r.Timeline, r.Histograms, r.Machine, r.Events, r.ScenarioText = nil, nil, nil, nil, ""
	if charts := chartsIn(t, rendered(t, r)); len(charts) != 0 {
		t.Errorf("charts of nothing: %v", charts)
	}
	chartsIn(t, rendered(t, tally.New(2).Result(tally.Facts{Scenario: "nothing"})))
}

// TestABrowserDrawsThePage renders the page of an attack in Chromium: every
// chart has its canvas, and no script ran but ours.
func TestABrowserDrawsThePage(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	dir := t.TempDir()
	if _, err := Save(dir, hostile(t)); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir="+filepath.Join(dir, "profile"), "--dump-dom",
		"file://"+filepath.Join(dir, HTMLFile)).Output()
	if err != nil {
		t.Fatalf("%v", err)
	}
	dom, want := string(out), len(chartsIn(t, rendered(t, hostile(t))))
	if n := strings.Count(dom, "<canvas"); n != want || want < 8 {
		t.Errorf("%d canvases, want %d", n, want)
	}
	if n := strings.Count(dom, "<script"); n != 3 {
		t.Errorf("%d scripts in the document", n)
	}
}

// TestChartsOfNothingAreLists: a page that is opened before the first second
// gets charts without points, which a browser must be able to add to.
func TestChartsOfNothingAreLists(t *testing.T) {
	text, err := json.Marshal(append(Charts(nil), Distribution(tally.New(1).Result(tally.Facts{}))))
	if err != nil || bytes.Contains(text, []byte("null,")) || bytes.Contains(text, []byte(":null")) {
		t.Errorf("%v: %s", err, text)
	}
}

func TestVerdicts(t *testing.T) {
	lockedOut := []tally.PlanStep{{Groups: []tally.PlanGroup{{LockedOut: 2}}}}
	for want, r := range map[string]tally.Result{
		"✔ every phone registered":                          {},
		"✔ every threshold holds":                           {Thresholds: []tally.ThresholdOutcome{{Pass: true}}},
		"✘ a threshold does not hold":                       {Thresholds: []tally.ThresholdOutcome{{}}},
		"✘ 1 phone failed":                                  {Phones: tally.Phones{Failed: 1}},
		"✘ 2 phones locked out":                             {Plan: lockedOut},
		"✘ 1 phone failed, 2 phones locked out":             {Phones: tally.Phones{Failed: 1}, Plan: lockedOut},
		"✘ the run broke: this is what was seen until then": {Broken: "the core ended"},
		"✘ interrupted: this is what was seen until then":   {Interrupted: true},
		"✘ generator limited: discard":                      {Generator: tally.Generator{Limited: true}},
	} {
		if v := VerdictOf(&r); v.Mark+" "+v.Text != want {
			t.Errorf("got %s %s, want %s", v.Mark, v.Text, want)
		}
	}
}

func TestEveryReportSaysThatARunBroke(t *testing.T) {
	r := storm(t)
	r.Broken = "the core's process ended during the run"
	for title, write := range map[string]func(io.Writer, *tally.Result) error{"html": HTML, "text": Text, "json": JSON, "junit": JUnit} {
		var out strings.Builder
		if err := write(&out, r); err != nil || !strings.Contains(out.String(), "process ended during the run") {
			t.Errorf("%s: %v, and not a word of it", title, err)
		}
	}
	calm := &tally.Result{Scenario: "calm", Broken: "the core ended"}
	var out strings.Builder
	if err := JUnit(&out, calm); err != nil || !strings.Contains(out.String(), `errors="1"`) {
		t.Errorf("a run that broke passes in JUnit: %v\n%s", err, &out)
	}
	out.Reset()
	locked := &tally.Result{Scenario: "locked", Plan: []tally.PlanStep{{Groups: []tally.PlanGroup{{LockedOut: 2}}}}}
	if err := JUnit(&out, locked); err != nil || !strings.Contains(out.String(), `failures="1"`) {
		t.Errorf("phones that are locked out pass in JUnit: %v\n%s", err, &out)
	}
}

func TestEveryPhoneIsInOneState(t *testing.T) {
	for _, phones := range []tally.Phones{
		{Planned: 10, Started: 9, Registered: 6, RegisteredAtEnd: 4, Failed: 2},
		{Planned: 10, Started: 10, Registered: 6, RegisteredAtEnd: 9, Failed: 4}, // three of the failed were cured
		{Planned: 10},
		{},
	} {
		sum, share := 0, 0.0
		for _, s := range statesOf(&tally.Result{Phones: phones}) {
			sum += s.Count
			share += s.Percent
		}
		if sum != phones.Planned || share > 100.5 {
			t.Errorf("%+v: %d phones, %v %%", phones, sum, share)
		}
	}
}
