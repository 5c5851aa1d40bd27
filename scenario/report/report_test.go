package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

var update = flag.Bool("update", false, "write the golden files")

func threshold(t *testing.T, text string) tally.Threshold {
	t.Helper()
	parsed, err := tally.ParseThreshold(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// storm is a run in which something of everything happened.
func storm(t *testing.T) *tally.Result {
	begin := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	counts := tally.New(4)
	counts.Begin(begin)
	say := func(n int, address string, events ...phone.Event) {
		name := phone.NameFromMAC(0x0011215A0001 + uint64(n))
		at := begin.Add(time.Duration(n) * 5 * time.Millisecond)
		watch := counts.Start(n, at, at.Add(time.Duration(n)*time.Millisecond), tally.Row{
			Name: name, Model: "7965", Address: address, Group: []string{"floor 1", "lobby"}[n%2],
			Trust: "stale", Held: [2]string{"ab", "cd"},
		})
		for _, e := range events {
			at = at.Add(40 * time.Millisecond)
			watch(phone.Record{Phone: name, At: at, Event: e})
		}
	}
	timeout := &phone.Error{
		Phone: "SEP0011215A0002", Step: phone.StepCAPF, Cause: phone.CauseTimeout,
		Err: errors.New("no CAPF_MSG_KEY_GEN_REQ from 127.1.1.1:3804 within 30s"),
	}
	registered := phone.Registered{
		Node: "127.1.1.1:2443", Ack: 3 * time.Millisecond, Took: 30 * time.Millisecond, Boot: 106 * time.Millisecond, Why: phone.AfterBoot,
	}
	say(0, "127.66.0.1", phone.PoweredOn{Boot: 1},
		phone.StepEnded{Step: phone.StepCTL, Took: 4 * time.Millisecond}, phone.StatusMessage{Text: "Trust List Updated"},
		phone.StepEnded{Step: phone.StepConfig, Took: 6 * time.Millisecond, Waited: time.Millisecond},
		phone.StepEnded{Step: phone.StepCAPF, Took: 60 * time.Millisecond}, phone.CertificateIssued{KeySpec: "rsa-2048"},
		phone.StepEnded{Step: phone.StepRegister, Took: 30 * time.Millisecond}, registered,
		phone.KeepAliveSent{}, phone.KeepAliveAcked{RTT: 300 * time.Microsecond}, phone.KeepAliveSent{}, phone.KeepAliveMissed{InARow: 1},
		phone.Unregistered{Err: errors.New("connection reset by peer")},
		phone.Registered{Node: "127.1.1.2:2000", Took: 25 * time.Millisecond, Why: phone.AfterFailover, SRST: true})
	say(1, "127.66.0.2", phone.PoweredOn{Boot: 1},
		phone.StepEnded{Step: phone.StepCAPF, Took: 2 * time.Second, Err: timeout},
		phone.StepEnded{Step: phone.StepRegister, Took: 28 * time.Millisecond}, registered)
	say(2, "", phone.PoweredOn{Boot: 1}, phone.GaveUp{Err: timeout})

	counts.Sample(begin, begin.Add(time.Second), tally.Health{
		StartLag: 2 * time.Millisecond, CPUPercent: 71.5, GCPause: 120 * time.Microsecond, Heap: 90 << 20, RSS: 210 << 20,
		Goroutines: 12, Descriptors: 34, Sockets: 20, TimeWait: 3,
	})
	var lag tally.Histogram
	lag.Record(100 * time.Microsecond)
	return counts.Result(tally.Facts{
		Scenario: "morning boot storm", Version: "v0.1.0", Seed: 42, Elapsed: 61234 * time.Millisecond,
		Thresholds: []tally.Threshold{threshold(t, "registered >= 99.9%"), threshold(t, "register.p99 < 2s"), threshold(t, "itl.p99 < 1s")},
		Generator: tally.Generator{
			StartLag: lag.Latency(), Process: tally.Process{CPUPercent: 71.5, MaxRSS: 210 << 20}, Cores: 2,
		},
		Groups: []tally.GroupPlan{{Name: "lobby", Planned: 2}, {Name: "floor 1", Planned: 2}},
		Core:   &tally.Process{CPUPercent: 93, MaxRSS: 340 << 20},
		Notes:  []string{"the core runs in a process of its own: 20,100 descriptors would be needed in one, and 20,000 may be open"},
	})
}

// plan is a rehearsal of ten steps, of which the last two are told, and the harm
// that the tenth does to one of two phones.
func plan() []tally.PlanStep {
	return []tally.PlanStep{
		{Step: 0, Text: "before the plan", Groups: []tally.PlanGroup{{Group: "lobby", Phones: 2, Registered: 2}}},
		{Step: 9, Text: "restart TFTP on node-1", Groups: []tally.PlanGroup{{
			Group: "lobby", Phones: 2, Registered: 2, ListsKept: tally.ListsKept{CTL: 2, ITL: 1},
		}}},
		{Step: 10, Text: "restart CallManager on node-1", Groups: []tally.PlanGroup{{
			Group: "lobby", Phones: 2, Registered: 1, ListsUpdated: 1, ListsKept: tally.ListsKept{ITL: 1}, LockedOut: 1,
			Needs: []tally.Need{{Phones: 1, Need: "Erase the lists.", Reason: "signed by a stranger", Phone: "SEP0011215A0002"}},
		}}},
	}
}

// plain takes out the histograms: their compression may differ from one
// version of Go to the next.
func plain(b []byte) string {
	return regexp.MustCompile(`"HIST[^"]*"`).ReplaceAllString(string(b), `"HIST…"`)
}

func TestReports(t *testing.T) {
	limited := storm(t)
	limited.Interrupted = true
	rehearsed := storm(t)
	rehearsed.Plan = plan()
	rehearsed.Harm = &tally.Harm{Step: 10, Text: "restart CallManager on node-1", LockedOut: 1}
	limited.Generator.Limited, limited.Generator.Why = true, "phones started up to 900 ms late (p99)"
	for title, row := range map[string]struct {
		file   string
		write  func(io.Writer, *tally.Result) error
		result *tally.Result
	}{
		"json":                          {"result.json", JSON, storm(t)},
		"csv":                           {"phones.csv", CSV, storm(t)},
		"junit":                         {"junit.xml", JUnit, storm(t)},
		"junit, limited":                {"junit-limited.xml", JUnit, limited},
		"timeline":                      {"timeline.csv", Timeline, storm(t)},
		"text":                          {"text.txt", Text, storm(t)},
		"text, interrupted and limited": {"text-limited.txt", Text, limited},
		"text, a plan":                  {"text-plan.txt", Text, rehearsed},
		"text, a plan of two groups":    {"text-plan-groups.txt", Text, twoGroups(t)},
		"text, nothing happened":        {"text-empty.txt", Text, tally.New(2).Result(tally.Facts{Scenario: "nothing"})},
	} {
		t.Run(title, func(t *testing.T) {
			row.result.StartedAt = row.result.StartedAt.UTC()
			var got bytes.Buffer
			if err := row.write(&got, row.result); err != nil {
				t.Fatal(err)
			}
			golden, shown := filepath.Join("testdata", row.file), plain(got.Bytes())
			if *update {
				if err := os.WriteFile(golden, []byte(shown), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), shown); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestATimelineIsReadAsItWasWritten(t *testing.T) {
	r := storm(t)
	var file bytes.Buffer
	if err := Timeline(&file, r); err != nil {
		t.Fatal(err)
	}
	whole := file.String()
	got, err := ReadTimeline(&file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Timeline { // what the file has no columns for
		p := &r.Timeline[i]
		for _, l := range []*tally.Latency{&p.Boot, &p.Steps[0].Took, &p.Steps[1].Took, &p.Steps[2].Took, &p.Steps[3].Took, &p.Steps[4].Took} {
			l.P90, l.Max, l.Mean = 0, 0, 0
		}
	}
	if diff := cmp.Diff(r.Timeline, got, cmpopts.IgnoreUnexported(tally.Health{})); diff != "" {
		t.Error(diff)
	}
	lines := strings.Count(whole, "\n") - 1
	for cut := range whole {
		points, err := ReadTimeline(strings.NewReader(whole[:cut]))
		if err == nil && len(points) > lines {
			t.Fatalf("%d points of the first %d bytes", len(points), cut)
		}
	}
}

func TestSaveWritesWholeFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "out")
	paths, err := Save(dir, storm(t))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{filepath.Join(dir, "result.json"), filepath.Join(dir, "phones.csv"), filepath.Join(dir, "timeline.csv"), filepath.Join(dir, "report.html")}, paths); diff != "" {
		t.Error(diff)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(paths) {
		t.Errorf("%d entries, %v: a temporary file was left", len(entries), err)
	}
	want, _ := os.ReadFile("testdata/result.json")
	if got, _ := os.ReadFile(paths[0]); plain(got) != string(want) {
		t.Error("result.json differs from the report")
	}
}

func TestWhatWasSavedIsOpenedAgain(t *testing.T) {
	dir, want := t.TempDir(), storm(t)
	if _, err := Save(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for title, write := range map[string]func(io.Writer, *tally.Result) error{"text": Text, "json": JSON, "timeline": Timeline} {
		var before, after bytes.Buffer
		if err := errors.Join(write(&before, want), write(&after, got)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before.String(), after.String()); diff != "" {
			t.Errorf("%s:\n%s", title, diff)
		}
	}
	before, _ := os.ReadFile(filepath.Join(dir, PhonesFile))
	if _, err := Save(dir, got); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.ReadFile(filepath.Join(dir, PhonesFile)); !bytes.Equal(before, after) {
		t.Error("phones.csv changed, and the result does not know the phones")
	}
}

func TestWhatIsNoResult(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "neither") {
		t.Errorf("an empty directory: %v", err)
	}
	for _, text := range []string{"{}", "[]", "{\"scenario\":", `{"steps": 3}`} {
		if err := os.WriteFile(filepath.Join(dir, ResultFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), ResultFile) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestJUnitIsWellFormedWhateverWasWritten(t *testing.T) {
	r := hostile(t)
	r.Scenario = "a\x00\x1b\xff]]>" + attack
	var out bytes.Buffer
	if err := JUnit(&out, r); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Suites []struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Cases    []struct {
				Name    string    `xml:"name,attr"`
				Failure *struct{} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	if s := read.Suites[0]; s.Tests != 3 || s.Failures != 2 || len(s.Cases) != 3 || s.Cases[0].Name != attack || s.Cases[0].Failure == nil || s.Cases[1].Failure != nil {
		t.Errorf("got %+v", s)
	}
}

func TestAFileThatFailsHalfwayLeavesTheOldOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "result.json")
	if err := os.WriteFile(path, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("disk on fire")
	err := Whole(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want the cause", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "before" {
		t.Errorf("the file holds %q, want what it held", got)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("%d entries: the temporary file was left", len(entries))
	}
}

// fullDisk takes so many bytes and then no more.
type fullDisk struct{ left int }

func (d *fullDisk) Write(b []byte) (int, error) {
	if len(b) > d.left {
		return 0, errors.New("no space left")
	}
	d.left -= len(b)
	return len(b), nil
}

func TestReportsTellThatTheyCouldNotBeWritten(t *testing.T) {
	for _, write := range []func(io.Writer, *tally.Result) error{JSON, CSV, Text, Timeline, HTML, JUnit} {
		for _, space := range []int{0, 100} {
			if write(&fullDisk{space}, storm(t)) == nil {
				t.Errorf("no error with %d bytes of space", space)
			}
		}
	}
}

func TestARunThatEndedBeforeItsFirstPhone(t *testing.T) {
	var out strings.Builder
	r := &tally.Result{Scenario: "storm", Interrupted: true, Phones: tally.Phones{Planned: 1000}}
	if err := Text(&out, r); err != nil || out.String() != "storm: interrupted before the first of 1000 phones started\n" {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

func TestATerminalObeysNobodyElse(t *testing.T) {
	const attack = "a\x1b[2J\x9b1mb\r\nc\xff\u0085"
	r := twoGroups(t)
	r.Scenario, r.Notes, r.Broken = attack, []string{attack}, attack
	r.StatusMessages[attack] = 3
	r.Causes[0].Example, r.Causes[0].Cause = attack, attack
	r.Explain = append(r.Explain, tally.Explanation{Step: r.Causes[0].Step, Phone: attack, Explanation: phone.Explanation{Cause: attack, Reason: attack + "!", Fix: attack}})
	r.Nodes[0].Node, r.Groups[0].Group, r.Links.Example = attack, attack, attack
	r.Thresholds[0].Expression, r.Thresholds[0].Note = attack, attack
	r.Plan[0].Text, r.Plan[0].Error = attack, attack
	r.Plan[len(r.Plan)-1].Groups[0].Needs = []tally.Need{{Phones: 2, Need: attack, Reason: attack, Phone: attack}}
	r.Generator.Limited, r.Generator.Why = true, attack
	var out strings.Builder
	if err := Text(&out, r); err != nil {
		t.Fatal(err)
	}
	if i := strings.IndexFunc(out.String(), func(r rune) bool { return r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0) }); i >= 0 {
		t.Errorf("a control character behind %q", out.String()[max(0, i-40):i])
	}
	if n := strings.Count(out.String(), "a?[2J"); n < 15 || strings.Contains(out.String(), "\nc\ufffd") {
		t.Errorf("the attack is shown %d times, want it wherever it was written and nowhere on a line of its own:\n%s", n, &out)
	}
}
