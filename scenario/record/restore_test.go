package record

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/report"
	"github.com/phonebank/phonebank/scenario/tally"
)

// killed is the directory of a run that was killed when its phones had said all
// of this, and what the run itself had counted.
func killed(t *testing.T, keep Keep, phones int, say func(n int, name phone.Name, say func(...phone.Event))) (dir string, counted *tally.Result) {
	t.Helper()
	dir = t.TempDir()
	r, err := New(dir, keep, phones)
	if err != nil {
		t.Fatal(err)
	}
	r.Begin(start)
	counts := tally.New(phones)
	counts.Begin(start)
	for n := range phones {
		name := phone.NameFromMAC(0x001122330000 + uint64(n))
		who := tally.Row{Name: name, Model: "7965", Group: "floor \"1\"", DueAt: time.Duration(n) * 250 * time.Millisecond}
		who.StartedAt = who.DueAt + 1234*time.Microsecond
		if n%2 == 0 {
			who.Address = "127.0.0.1"
		}
		counting, keeping := counts.Start(n, start.Add(who.DueAt), start.Add(who.StartedAt), who), r.Meet(phone.Identity{Name: name}, phone.Flash{}, who)
		at := start.Add(who.StartedAt)
		say(n, name, func(events ...phone.Event) {
			for _, e := range events {
				at = at.Add(7654 * time.Microsecond)
				counting(phone.Record{Phone: name, At: at, Event: e})
				keeping(phone.Record{Phone: name, At: at, Event: e})
			}
		})
	}
	if _, err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, counts.Result(tally.Facts{Scenario: "killed"})
}

// restored is phones.csv after Restore, and the notes.
func restored(t *testing.T, dir string, counted *tally.Result) (table string, notes []string) {
	t.Helper()
	half := *counted
	half.Rows = nil
	if err := Restore(dir, &half); err != nil {
		t.Fatal(err)
	}
	if half.Rows == nil {
		return "", half.Notes
	}
	return csv(t, half.Rows), half.Notes
}

func csv(t *testing.T, rows []tally.Row) string {
	t.Helper()
	var out strings.Builder
	if err := report.CSV(&out, &tally.Result{Rows: rows}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// lives are phones of every kind.
func lives(n int, name phone.Name, say func(...phone.Event)) {
	timeout := &phone.Error{Phone: name, Step: phone.StepCAPF, Cause: phone.CauseTimeout, Err: errors.New("no answer: \"none\",\nnot one")}
	registered := phone.Registered{Node: "127.1.1.1:2443", Version: "TLS 1.0", Ack: time.Millisecond, Took: 3 * time.Millisecond, Boot: 40 * time.Millisecond, Why: phone.AfterBoot}
	say(phone.PoweredOn{Boot: 1}, phone.StepStarted{Step: phone.StepCTL}, phone.StepEnded{Step: phone.StepCTL, Took: time.Millisecond, Waited: 2 * time.Millisecond})
	switch n {
	case 0: // registers, and keeps alive
		say(phone.TVSAnswered{Valid: true}, phone.StepEnded{Step: phone.StepCAPF, Skipped: true}, phone.CertificateIssued{KeySpec: "rsa-2048"}, registered)
		say(phone.KeepAliveSent{}, phone.KeepAliveAcked{RTT: time.Millisecond}, phone.KeepAliveSent{}, phone.KeepAliveMissed{InARow: 1})
	case 1: // fails at a step, and registers
		say(phone.StepEnded{Step: phone.StepCAPF, Err: timeout}, registered)
	case 2: // registers, and loses it
		say(registered, phone.Unregistered{Node: "127.1.1.1:2443", Err: errors.New("EOF")}, phone.PoweredOn{Boot: 2})
	case 3: // gives up
		say(phone.StepEnded{Step: phone.StepCAPF, Err: timeout}, phone.GaveUp{Err: timeout})
	case 4: // gives up before its first step has failed
		say(phone.GaveUp{Err: errors.New("out of patience")})
	default: // is on its way
	}
}

func TestPhonesOfAKilledRunAreRestored(t *testing.T) {
	dir, counted := killed(t, Keep{}, 6, lives)
	table, notes := restored(t, dir, counted)
	if diff := cmp.Diff(csv(t, counted.Rows), table); diff != "" {
		t.Errorf("the run had counted otherwise:\n%s", diff)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "which goes on to 1.3 s: it has every phone that had started") {
		t.Errorf("%q", notes)
	}
}

func TestTheLastLineOfAKilledRunMayBeCut(t *testing.T) {
	dir, counted := killed(t, Keep{}, 6, lives)
	path := filepath.Join(dir, report.EventsFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := len(whole); cut > len(whole)-200; cut -= 13 {
		if err := os.WriteFile(path, whole[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		restored(t, dir, counted) // no error
	}
	lines := strings.SplitAfter(string(whole), "\n")
	for situation, text := range map[string]string{
		"line 2: unexpected":  lines[0] + "{\n" + strings.Join(lines[2:], ""),
		"line 1: json":        `{"t_ms": "1"}` + "\n",
		"line 3 has more tha": lines[0] + lines[1] + strings.Repeat("x", 2<<20) + "\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := Restore(dir, counted); err == nil || !strings.Contains(err.Error(), path+": "+situation) {
			t.Errorf("%s: got %v", situation, err)
		}
	}
	if err := os.WriteFile(path, []byte(`{"t_ms":1e300,"phone":"x","event":"powered_on","boot":1,"due_ms":-1e300,"started_ms":1e300}`+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	restored(t, dir, counted) // nonsense, and no panic
}

func TestWhatCannotBeRestoredIsSaid(t *testing.T) {
	dir, counted := killed(t, Keep{"sample 2", 2}, 6, lives)
	table, notes := restored(t, dir, counted)
	// 1 and 3 had trouble on their first way; 5 is on its way and was not chosen.
	if lines := strings.Count(table, "\nSEP"); lines != 5 || len(notes) != 1 || !strings.Contains(notes[0], "the 5 of 6 phones") {
		t.Errorf("%d phones, %q", lines, notes)
	}

	counted.Events = &tally.Events{Dropped: 2, NoRoom: 5}
	if _, notes := restored(t, dir, counted); len(notes) != 2 || !strings.Contains(notes[1], "is not exact: 7 events were not written") {
		t.Errorf("%q", notes)
	}

	dir, counted = killed(t, Keep{"off", 0}, 6, lives)
	for range 2 { // a second time it says no more
		if err := Restore(dir, counted); err != nil {
			t.Fatal(err)
		}
	}
	if n := counted.Notes; len(n) != 1 || !strings.Contains(n[0], "there is no phones.csv: the run was killed, and there is no events.jsonl") {
		t.Errorf("%q", n)
	}

	dir, counted = killed(t, Keep{}, 1, func(int, phone.Name, func(...phone.Event)) {})
	if _, notes := restored(t, dir, counted); len(notes) != 1 || !strings.Contains(notes[0], "tells no phone from its start on") {
		t.Errorf("%q", notes)
	}
}

func TestPhonesThatAreThereStayAsTheyAre(t *testing.T) {
	dir, counted := killed(t, Keep{}, 6, lives)
	if err := os.WriteFile(filepath.Join(dir, report.PhonesFile), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if table, notes := restored(t, dir, counted); table != "" || len(notes) != 0 {
		t.Errorf("%q, %q", table, notes)
	}
	if err := Restore(filepath.Join(dir, report.EventsFile), &tally.Result{Phones: tally.Phones{Started: 1}}); err == nil {
		t.Error("a file is taken for a directory")
	}
}

// TestARunThatWasLookedAtOnItsWay: report may come while the run goes on, and
// again after it was killed.
func TestARunThatWasLookedAtOnItsWay(t *testing.T) {
	dir, counted := killed(t, Keep{}, 6, lives)
	write := func(name string, elapsed float64, registered int, at time.Time) {
		r := *counted
		r.Rows, r.Elapsed, r.Phones.Registered, r.Interrupted = nil, elapsed, registered, true
		path := filepath.Join(dir, name)
		if err := report.Whole(path, func(w io.Writer) error { return report.JSON(w, &r) }); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	look := func() *tally.Result {
		r, err := report.Open(dir)
		if err == nil {
			err = Restore(dir, r)
		}
		if err == nil {
			_, err = report.Again(dir, r)
		}
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	write(report.Snapshot, 1, 1, start)
	if r := look(); r.Phones.Registered != 1 || len(r.Rows) != 6 || len(r.Notes) != 2 {
		t.Errorf("on its way: %+v, %d phones, %q", r.Phones, len(r.Rows), r.Notes)
	}
	if r := look(); r.Phones.Registered != 1 || r.Rows != nil || len(r.Notes) != 2 {
		t.Errorf("nothing is new: %+v, %d phones, %q", r.Phones, len(r.Rows), r.Notes)
	}
	write(report.Snapshot, 2, 3, time.Now().Add(time.Hour))
	if r := look(); r.Phones.Registered != 3 || len(r.Rows) != 6 || len(r.Notes) != 2 {
		t.Errorf("killed later: %+v, %d phones, %q: that is what it was before", r.Phones, len(r.Rows), r.Notes)
	}
}

// TestTheTimeLineGoesOnUnderTheEyesOfReport: report must not put another file
// in the place of the one that the run writes.
func TestTheTimeLineGoesOnUnderTheEyesOfReport(t *testing.T) {
	dir := t.TempDir()
	r, err := New(dir, Keep{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		interim := tally.New(1).Interim(tally.Facts{Scenario: "going on", Elapsed: time.Duration(n+1) * time.Second})
		interim.Timeline = []tally.Point{{At: time.Duration(n) * time.Second, Width: time.Second, Steps: make([]tally.PointStep, 5)}}
		r.Second(interim)
		seen, err := report.Open(dir)
		if err == nil {
			_, err = report.Again(dir, seen)
		}
		if err != nil || len(seen.Timeline) != n+1 {
			t.Errorf("after %d seconds: %d of them, %v", n+1, len(seen.Timeline), err)
		}
	}
	if _, err := r.Close(); err != nil {
		t.Error(err)
	}
}
