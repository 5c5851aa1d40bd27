package scenario

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/state"
	"github.com/phonebank/phonebank/scenario/tally"
)

// keeps is a small fleet whose flash is kept.
const keeps = `
phones:
  - {group: office, count: 4, trust: none, keys: pool 2}
  - {group: old, count: 2, model: 7940, trust: none, keys: pool 2}
core: {encrypted_config: true}
load: hold 20/s
`

func lists(r *tally.Result) string {
	var words []string
	for _, l := range r.Lists {
		words = append(words, fmt.Sprintf("%s %d accepted %d unchanged %d rejected", l.List, l.Accepted, l.Unchanged, l.Rejected))
	}
	return strings.Join(words, ", ")
}

func issuedIn(said *journal) (n int) {
	for _, e := range said.records {
		if _, ok := e.Event.(phone.CertificateIssued); ok {
			n++
		}
	}
	return n
}

func TestTheSecondRunFindsWhatTheFirstHasLeft(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	runIt := func(text string) (*tally.Result, int) {
		t.Helper()
		var said journal
		r, err := Run(t.Context(), parse(t, text), Options{StateDir: dir, Watch: said.watch})
		if err != nil {
			t.Fatal(err)
		}
		if r.Phones.Registered != r.Phones.Planned || r.ExitCode() != tally.ExitOK {
			t.Errorf("got %+v\n%+v", r.Phones, r.Causes)
		}
		return r, issuedIn(&said)
	}
	r, issued := runIt(keeps)
	if got, want := lists(r), "CTL 6 accepted 0 unchanged 0 rejected, ITL 4 accepted 0 unchanged 0 rejected"; got != want || issued != 6 {
		t.Errorf("first run: %s, %d certificates, want %s", got, issued, want)
	}
	r, issued = runIt(keeps)
	if got, want := lists(r), "CTL 0 accepted 6 unchanged 0 rejected, ITL 0 accepted 4 unchanged 0 rejected"; got != want || issued != 0 {
		t.Errorf("second run: %s, %d certificates, want %s and none", got, issued, want)
	}
	if want := "6 of 6 phones boot with what " + dir + " keeps of them; trust: and lsc: are for the others"; !slicesContain(r.Notes, want) {
		t.Errorf("notes %q", r.Notes)
	}
	if r.Rows[0].Trust != trustKept || len(r.Lists[0].Held) != 1 || r.Lists[0].Held[0].Kept != 6 {
		t.Errorf("%+v: want lists that were kept", r.Lists[0].Held)
	}
	// More phones, and a second node: the newcomers are as the scenario says.
	r, issued = runIt(strings.Replace(strings.Replace(keeps, "{encrypted", "{nodes: 2, encrypted", 1), "count: 4", "count: 5", 1))
	if got, want := lists(r), "CTL 7 accepted 0 unchanged 0 rejected, ITL 5 accepted 0 unchanged 0 rejected"; got != want || issued != 1 {
		t.Errorf("larger run: %s, %d certificates, want %s and one", got, issued, want)
	}
}

func slicesContain(notes []string, want string) bool {
	return strings.Contains("\n"+strings.Join(notes, "\n")+"\n", "\n"+want+"\n")
}

func TestFlashIsKeptWhileTheRunGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var copied []byte
		s := parse(t, "phones: {count: 40, trust: none, lsc: none}\nload: hold 10/s\nstay: 1h")
		o := Options{StateDir: dir, Tick: 500 * time.Millisecond, Progress: func(now Snapshot) {
			if now.Phase == PhaseLoad && now.Elapsed >= 3*time.Second && copied == nil {
				copied, _ = os.ReadFile(filepath.Join(dir, "phones.db")) // what a power cut would leave
			}
			if now.Phase == PhaseStay && now.Elapsed >= 6*time.Second {
				cancel()
			}
		}}
		r := runInMemory(t, ctx, s, o)
		if !r.Interrupted {
			t.Error("not interrupted")
		}
		crashed := t.TempDir()
		if err := os.WriteFile(filepath.Join(crashed, "phones.db"), copied, 0o600); err != nil {
			t.Fatal(err)
		}
		if n := keptIn(t, crashed); n < 18 || n > 31 {
			t.Errorf("%d phones are on disk after 3 s, want those of the first 2 s at least", n)
		}
		if n := keptIn(t, dir); n != 40 {
			t.Errorf("%d phones are kept after an interrupt, want 40", n)
		}
	})
}

// keptIn counts the phones of a directory that hold a CTL.
func keptIn(t *testing.T, dir string) (n int) {
	t.Helper()
	store, err := state.OpenToRead(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Each(func(p state.Phone) error {
		if p.Flash.CTL != nil {
			n++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestADirectoryInUse(t *testing.T) {
	dir := t.TempDir()
	store, err := state.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	_, err = Run(t.Context(), parse(t, "phones: {count: 1}"), Options{StateDir: dir})
	var preflight *PreflightError
	if !errors.As(err, &preflight) || !strings.Contains(preflight.Problem, fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("got %v, want who has it", err)
	}
	if diff := cmp.Diff("wait for it to end, or name another directory", preflight.Fix); diff != "" {
		t.Error(diff)
	}
}
