package scenario

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

// rehearsals says how the phones of each example in examples/rehearse stand
// after each of its steps: registered, lists updated, another CTL or ITL held
// than is served, switched off, locked out; and, where CAPF was asked, how often
// that went well.
var rehearsals = map[string]struct {
	want  []string // a line a step and group, or none for one that has changed nothing
	harm  int      // -1: none
	needs []string // beginnings, of the phones that are locked out in the end
}{
	"wrong-order": {[]string{
		"0 group-1: 10 registered",
		"5 group-1: 10 registered, old CTL 10, old ITL 10",
		"6 group-1: 0 registered, old CTL 10, old ITL 10, 10 locked out",
	}, 6, []string{"10 Have the list signed by a SAST that the phone holds, or have a TVS server"}},
	"right-order": {[]string{
		"0 group-1: 10 registered",
		"3 group-1: 10 registered, old CTL 10, old ITL 10",
		"4 group-1: 10 registered, 10 updated",
		"5 group-1: 10 registered",
		"7 group-1: 10 registered, old ITL 10",
		"8 group-1: 10 registered, 10 updated",
	}, -1, nil},
	"recovery-key": {[]string{
		"0 group-1: 10 registered",
		"5 group-1: 10 registered, old CTL 10, old ITL 10",
		"6 group-1: 0 registered, old CTL 10, old ITL 10, 10 locked out",
		"8 group-1: 10 registered, 10 updated",
	}, 6, nil},
	"triple-renewal": {[]string{
		"0 group-1: 10 registered",
		"1 group-1: 9 registered, 1 off",
		"3 group-1: 9 registered, old ITL 10, 1 off",
		"4 group-1: 9 registered, 9 updated, old ITL 1, 1 off",
		"5 group-1: 9 registered, old ITL 1, 1 off",
		"7 group-1: 9 registered, old ITL 10, 1 off",
		"8 group-1: 9 registered, 9 updated, old ITL 1, 1 off",
		"9 group-1: 9 registered, old ITL 1, 1 off",
		"11 group-1: 9 registered, old ITL 10, 1 off",
		"12 group-1: 9 registered, 9 updated, old ITL 1, 1 off",
		"13 group-1: 10 registered, old ITL 1, 1 locked out",
		"14 group-1: 10 registered, old ITL 10, 1 locked out",
		"15 group-1: 10 registered, 10 updated",
	}, 13, nil},
	"rollback": {[]string{
		"0 group-1: 10 registered",
		"1 group-1: 9 registered, 1 off",
		"3 group-1: 9 registered, old ITL 10, 1 off",
		"4 group-1: 9 registered, 9 updated, old ITL 1, 1 off",
		"5 group-1: 9 registered, old ITL 1, 1 off",
		"10 group-1: 9 registered, old ITL 10, 1 off",
		"11 group-1: 9 registered, 9 updated, old ITL 1, 1 off",
		"12 group-1: 10 registered, old ITL 1, 1 locked out",
		"13 group-1: 10 registered, 1 updated",
	}, 12, nil},
	"two-tftp": {[]string{
		"0 group-1: 10 registered",
		"3 group-1: 10 registered, old CTL 10, old ITL 10",
		"4 group-1: 10 registered, 10 updated",
		"5 group-1: 10 registered, old CTL 10, old ITL 10",
		"6 group-1: 0 registered, 10 updated, 10 locked out",
		"7 group-1: 10 registered, 10 updated, old CTL 1", // which one fetched just before the restart
		"8 group-1: 10 registered, 1 updated",
	}, 6, nil},
	"migration": {[]string{
		"0 office: 8 registered", "0 pilot: 2 registered",
		"1 pilot: 2 registered, old ITL 2", // than the one of the cluster where they are sent
		"2 pilot: 2 registered, old ITL 2, 2 locked out",
		"4 office: 8 registered, old ITL 8",
		"5 office: 8 registered, 8 updated", "5 pilot: 2 registered, 2 updated",
	}, 2, nil},
	"capf-missing": {[]string{
		"0 old: 5 registered", "0 new: 5 registered",
		"2 old: 5 registered, old CTL 5", "2 new: 5 registered, old CTL 5",
		"4 old: 5 registered, 5 updated", "4 new: 5 registered, 5 updated",
		"capf: 5 ok, 5 failed",
	}, -1, nil},
	"foreign-lsc": {[]string{
		"0 office: 8 registered", "0 lobby: 0 registered, 2 locked out",
		"1 lobby: 2 registered",
		"capf: 2 ok, 0 failed",
	}, 0, nil},
	"expiring": {[]string{
		"0 group-1: 10 registered",
		"2 group-1: 0 registered, 10 locked out",
		"3 group-1: 10 registered",
		"capf: 10 ok, 0 failed",
	}, 2, nil},
}

func TestRehearsals(t *testing.T) {
	paths, err := filepath.Glob("../examples/rehearse/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) != len(rehearsals) {
		t.Errorf("%d files and %d tests", len(paths), len(rehearsals))
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		example, ok := rehearsals[name]
		if !ok {
			t.Errorf("nobody tests %s", path)
			continue
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, err := Load(path)
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Override(Overrides{Phones: 10}); err != nil {
					t.Fatal(err)
				}
				for i := range s.Phones { // keys are the slowest thing about a test
					s.Phones[i].Keys.Pool = 2
				}
				r := runInMemory(t, t.Context(), s, Options{})
				if diff := cmp.Diff(example.want, stood(r)); diff != "" {
					t.Error(diff)
				}
				harm := -1
				if r.Harm != nil {
					harm = r.Harm.Step
				}
				if harm != example.harm {
					t.Errorf("harm %+v, want at step %d", r.Harm, example.harm)
				}
				if got := needed(r); !beginnings(got, example.needs) {
					t.Errorf("needs %q, want %q", got, example.needs)
				}
				if name == "capf-missing" {
					capfMissing(t, r)
				}
				if got := r.ExitCode(); got != tally.ExitOK {
					t.Errorf("exit %d: %+v", got, r.Thresholds)
				}
			})
		})
	}
}

func TestAnOrderToTheClusterNeedsNoPhone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, "phones: {count: 2, trust: none, lsc: none, keys: pool 1}\nload:\n  - hold 0/s for 5s\n  - hold 10/s\n"+
			"timeline:\n  - 0s: regenerate TVS on node-1\n  - 1s: reset phones")
		r := runInMemory(t, t.Context(), s, Options{})
		if got := r.Plan[1]; got.Error != "" {
			t.Errorf("%q before any phone has started: %s", got.Text, got.Error)
		}
		if got := r.Plan[2]; got.Error != errNobody.Error() {
			t.Errorf("%q before any phone has started: %q, want that nobody is meant", got.Text, got.Error)
		}
	})
}

// A CTL without CAPF costs nobody a registration, and so the table above shows
// no harm: what goes wrong is the enrolment of phones that have no ITL.
func capfMissing(t *testing.T, r *tally.Result) {
	t.Helper()
	if got := step(r, phone.StepCAPF); got.OK != 5 || got.Failed != 5 {
		t.Errorf("%+v: want five LSCs and five refusals", got)
	}
	if len(r.Causes) != 1 || r.Causes[0].Step != phone.StepCAPF || r.Causes[0].Cause != phone.CauseUntrusted || r.Causes[0].Count != 5 {
		t.Fatalf("causes %+v, want capf untrusted of five phones", r.Causes)
	}
	if got := r.Causes[0].Example; !strings.Contains(got, "whom the held CTL does not name as CAPF: it has none") {
		t.Errorf("the cause is %s", got)
	}
	if len(r.Explain) != 1 || !strings.HasPrefix(r.Explain[0].Fix, "Run the CTL update") || r.Explain[0].Hands {
		t.Errorf("explained as %+v, want the CTL update and no hands", r.Explain)
	}
	for _, row := range r.Rows {
		if failed := row.Step == phone.StepCAPF && row.Cause == phone.CauseUntrusted; failed != (row.Group == "old") || row.LSC == failed {
			t.Errorf("%s of %s: %+v", row.Name, row.Group, row)
		}
	}
}

// stood are the steps after which the phones of a group stood otherwise than
// before, and the sessions with CAPF.
func stood(r *tally.Result) (lines []string) {
	last := make(map[string]string)
	for _, step := range r.Plan {
		for _, g := range step.Groups {
			text := fmt.Sprintf("%d registered", g.Registered)
			for _, part := range []struct {
				format string
				n      int
			}{
				{"%d updated", g.ListsUpdated},
				{"old CTL %d", g.ListsKept.CTL},
				{"old ITL %d", g.ListsKept.ITL},
				{"%d off", g.Off},
				{"%d locked out", g.LockedOut},
			} {
				if part.n > 0 {
					text += ", " + fmt.Sprintf(part.format, part.n)
				}
			}
			if step.Error != "" {
				text += ", not done: " + step.Error
			}
			if text != last[g.Group] {
				lines = append(lines, fmt.Sprintf("%d %s: %s", step.Step, g.Group, text))
			}
			last[g.Group] = text
		}
	}
	for _, s := range r.Steps {
		if s.Step == phone.StepCAPF && s.OK+s.Failed > 0 {
			lines = append(lines, fmt.Sprintf("capf: %d ok, %d failed", s.OK, s.Failed))
		}
	}
	return lines
}

// needed is what the phones need that are locked out in the end.
func needed(r *tally.Result) (needs []string) {
	if len(r.Plan) == 0 {
		return nil
	}
	for _, g := range r.Plan[len(r.Plan)-1].Groups {
		for _, n := range g.Needs {
			needs = append(needs, fmt.Sprintf("%d %s", n.Phones, n.Need))
		}
	}
	return needs
}

func beginnings(texts, begin []string) bool {
	if len(texts) != len(begin) {
		return false
	}
	for i := range texts {
		if !strings.HasPrefix(texts[i], begin[i]) {
			return false
		}
	}
	return true
}
