package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/report"
	"github.com/phonebank/phonebank/scenario/tally"
	"github.com/phonebank/phonebank/wire/ctl"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

func TestALineSaysWhatHappened(t *testing.T) {
	hostile := &phone.Error{Phone: "SEP0011215A0001", Step: phone.StepCAPF, Cause: phone.CauseTimeout, Err: errors.New("no answer\n</script>")}
	for _, c := range []struct {
		event phone.Event
		want  string
	}{
		{phone.PoweredOn{Boot: 2}, `"event":"powered_on","boot":2`},
		{phone.StepEnded{Step: phone.StepCTL, Took: 1500 * time.Microsecond}, `"event":"step_ended","step":"ctl","took_ms":1.5`},
		{
			phone.StepEnded{Step: phone.StepCAPF, Err: hostile},
			`"event":"step_ended","step":"capf","cause":"timeout","error":"SEP0011215A0001: capf: no answer\n\u003c/script\u003e"`,
		},
		{phone.TrustListReplaced{Kind: ctl.ITL, Size: 9}, `"event":"trust_list_replaced","list":"ITL","size":9`},
		{
			phone.Registered{Node: "127.1.1.1:2443", Version: "TLS 1.0", Took: time.Millisecond, Why: phone.AfterBoot},
			`"event":"registered","took_ms":1,"node":"127.1.1.1:2443","tls":"TLS 1.0","why":"boot"`,
		},
		{
			phone.Registered{Node: "127.1.1.9:2000", Took: time.Millisecond, Why: phone.AfterFailover, SRST: true},
			`"event":"registered","took_ms":1,"node":"127.1.1.9:2000","why":"failover","srst":true`,
		},
		{phone.GaveUp{}, `"event":"gave_up"`},
	} {
		got := string(appendLine(nil, start, phone.Record{Phone: "SEP0011215A0001", At: start.Add(1234567 * time.Microsecond), Event: c.event}, nil))
		if want := `{"t_ms":1234.567,"phone":"SEP0011215A0001",` + c.want + "}\n"; got != want {
			t.Errorf("got  %swant %s", got, want)
		}
	}
	// None is forgotten in the switch.
	for _, e := range []phone.Event{
		phone.StepStarted{},
		phone.ListJudged{},
		phone.StatusMessage{},
		phone.ConsoleLine{},
		phone.TVSAsked{},
		phone.TVSAnswered{},
		phone.CertificateIssued{},
		phone.CertificateDeleted{},
		phone.KeepAliveSent{},
		phone.KeepAliveAcked{},
		phone.KeepAliveMissed{},
		phone.ResetReceived{},
		phone.Unregistered{},
	} {
		if lineOf(e).Event == "other" {
			t.Errorf("%T has no name", e)
		}
	}
}

func TestKeepIsRead(t *testing.T) {
	for text, want := range map[string]int{"all": 1, "off": 0, "sample 10": 10} {
		if k, err := ParseKeep(text); err != nil || k.every != want || k.String() != text {
			t.Errorf("%s: %+v, %v", text, k, err)
		}
	}
	for _, text := range []string{"", "some", "sample", "sample 0", "sample -3", "sample x", "all 3"} {
		if _, err := ParseKeep(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
	for phones, want := range map[int]string{10: "all", 2000: "all", 2001: "sample 3", 10_000: "sample 10"} {
		if got := (Keep{}).orUsual(phones).String(); got != want {
			t.Errorf("%d phones: %s, want %s", phones, got, want)
		}
	}
}

// told is a filter and what it wrote.
type told struct {
	*filter
	lines []string
}

func (o *told) say(name phone.Name, events ...phone.Event) {
	for _, e := range events {
		o.take(phone.Record{Phone: name, Event: e}, func(r phone.Record) int {
			o.lines = append(o.lines, fmt.Sprintf("%s %s", r.Phone[11:], lineOf(r.Event).Event))
			return 100
		})
	}
}

func TestPhonesInTroubleAreKeptWhole(t *testing.T) {
	o := &told{filter: newFilter(Keep{"sample 2", 2})}
	bad := phone.StepEnded{Step: phone.StepCTL, Err: errors.New("x")}
	o.say("SEP001122330002", phone.PoweredOn{}, phone.Registered{}) // every second one is chosen
	o.say("SEP001122330001", phone.PoweredOn{}, phone.StepStarted{})
	o.say("SEP001122330003", phone.PoweredOn{}, phone.Registered{}, phone.KeepAliveSent{}, phone.KeepAliveAcked{})
	o.say("SEP001122330001", bad, phone.Registered{})
	o.say("SEP001122330003", phone.Unregistered{Err: errors.New("reset")})
	if diff := cmp.Diff([]string{
		"0002 powered_on", "0002 registered",
		"0001 powered_on", "0001 step_started", "0001 step_ended", "0001 registered",
		"0003 registered", "0003 unregistered",
	}, o.lines); diff != "" {
		t.Error(diff)
	}
	if o.pending != 0 || o.kept != len(o.lines) {
		t.Errorf("%d pending, %d kept of %d", o.pending, o.kept, len(o.lines))
	}
}

func TestTheFileAndTheMemoryAreBounded(t *testing.T) {
	o := &told{filter: newFilter(Keep{"all", 1})}
	o.room = 1000
	for range 20 {
		o.say("SEP001122330002", phone.PoweredOn{})
	}
	if len(o.lines) != 8 || o.full != 12 {
		t.Errorf("%d lines, %d without room: want three quarters of a thousand bytes and the line that crosses", len(o.lines), o.full)
	}
	o.say("SEP001122330002", phone.GaveUp{})
	if len(o.lines) != 9 {
		t.Error("a failure finds no room")
	}
	o = &told{filter: newFilter(Keep{"off", 0})}
	for range mostOfPhone + 5 {
		o.say("SEP001122330001", phone.ConsoleLine{})
	}
	o.say("SEP001122330001", phone.KeepAliveSent{}, phone.KeepAliveAcked{}) // which nobody would have kept
	if o.pending != mostOfPhone || o.forgotten != 5 {
		t.Errorf("%d pending, %d forgotten", o.pending, o.forgotten)
	}
}

func TestARunIsWrittenEverySecond(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, report.ResultFile), []byte("of an earlier run"), 0o644); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		r, err := New(dir, Keep{}, 10)
		if err != nil {
			t.Fatal(err)
		}
		r.Begin(time.Now())
		r.Watch(phone.Record{Phone: "SEP001122330001", At: time.Now().Add(time.Millisecond), Event: phone.PoweredOn{Boot: 1}})
		counts := tally.New(1)
		time.Sleep(time.Second)
		synctest.Wait()
		interim := counts.Interim(tally.Facts{Scenario: "killed"})
		interim.Timeline = []tally.Point{{Width: time.Second, Started: 1, Steps: make([]tally.PointStep, 5)}}
		r.Second(interim)
		// Were it killed now, this is what is there.
		if got, _ := os.ReadFile(filepath.Join(dir, report.EventsFile)); string(got) != `{"t_ms":1,"phone":"SEP001122330001","event":"powered_on","boot":1}`+"\n" {
			t.Errorf("events %q", got)
		}
		half, err := report.Open(dir)
		if want := (tally.Events{Keep: "all", Written: 1, Bytes: 67}); err != nil || half.Events == nil || *half.Events != want {
			t.Errorf("%+v, %v: what became of the events is not in the snapshot", half.Events, err)
		}
		if err != nil || half.Scenario != "killed" || !half.Interrupted || len(half.Timeline) != 1 || half.Timeline[0].Started != 1 {
			t.Errorf("%+v, %v", half, err)
		}
		events, err := r.Close()
		if want := (tally.Events{Keep: "all", Written: 1, Bytes: 67}); err != nil || *events != want {
			t.Errorf("%+v, %v", events, err)
		}
		r.Watch(phone.Record{}) // a phone that is switched off late
		if err := r.Settle(); err != nil {
			t.Error(err)
		}
		if _, err := report.Open(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the snapshot is still there: %v", err)
		}
	})
}

func TestASlowDiskDropsAndCounts(t *testing.T) {
	r := &Recorder{records: make(chan phone.Record, 2), filter: newFilter(Keep{})} // nobody writes
	for range 5 {
		r.Watch(phone.Record{})
	}
	if got := r.dropped.Load(); got != 3 {
		t.Errorf("%d dropped, want 3", got)
	}
}

func TestOffWritesNoEvents(t *testing.T) {
	dir := t.TempDir()
	r, err := New(dir, Keep{"off", 0}, 10)
	if err != nil {
		t.Fatal(err)
	}
	r.Watch(phone.Record{Event: phone.GaveUp{}})
	if events, err := r.Close(); err != nil || events.Written != 0 {
		t.Errorf("%+v, %v", events, err)
	}
	if _, err := os.Stat(filepath.Join(dir, report.EventsFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("events.jsonl: %v", err)
	}
}

func TestADirectoryThatIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := New(file, Keep{}, 1); err == nil || !strings.Contains(err.Error(), "results directory") {
		t.Errorf("got %v", err)
	}
}

func BenchmarkLine(b *testing.B) {
	r := phone.Record{Phone: "SEP001122330001", At: start, Event: phone.StepEnded{Step: phone.StepCTL, Took: time.Millisecond, Note: "unchanged"}}
	var buffer bytes.Buffer
	line := []byte(nil)
	for b.Loop() {
		line = appendLine(line[:0], start, r, nil)
	}
	buffer.Write(line)
	if !json.Valid(buffer.Bytes()) {
		b.Fatal("no JSON")
	}
}
