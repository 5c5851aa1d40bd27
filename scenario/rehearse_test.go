package scenario

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/scenario/tally"
)

// rehearsals says how the phones of each example in examples/rehearse stand
// after each of its steps: registered, lists updated, another CTL or ITL held
// than is served, switched off, locked out.
var rehearsals = map[string]struct {
	phones int
	want   []string // a line a step and group, or none for one that has changed nothing
	harm   int
	needs  []string // beginnings, of the phones that are locked out in the end
	exit   int
}{
	"wrong-order": {10, []string{
		"0 group-1: 10 registered",
		"5 group-1: 10 registered, old CTL 10, old ITL 10",
		"6 group-1: 0 registered, old CTL 10, old ITL 10, 10 locked out",
	}, 6, []string{"10 Have the list signed by a SAST that the phone holds, or have a TVS server"}, 0},
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
				if err := s.Override(Overrides{Phones: example.phones}); err != nil {
					t.Fatal(err)
				}
				r := runInMemory(t, t.Context(), s, Options{})
				if diff := cmp.Diff(example.want, stood(r)); diff != "" {
					t.Error(diff)
				}
				if harm := r.Harm; harm == nil && example.harm != 0 || harm != nil && harm.Step != example.harm {
					t.Errorf("harm %+v, want at step %d", harm, example.harm)
				}
				if got := needed(r); !beginnings(got, example.needs) {
					t.Errorf("needs %q, want %q", got, example.needs)
				}
				if got := r.ExitCode(); got != example.exit {
					t.Errorf("exit %d, want %d: %+v", got, example.exit, r.Thresholds)
				}
			})
		})
	}
}

// stood are the steps after which the phones of a group stood otherwise than
// before.
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
