package scenario

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/search"
	"github.com/phonebank/phonebank/scenario/state"
	"github.com/phonebank/phonebank/scenario/tally"
	"github.com/phonebank/phonebank/scenario/timeline"
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

// TestEveryProbeOfASearchBeginsWithWhatIsKept searches with a directory that keeps
// nobody, and with one that keeps four phones.
func TestEveryProbeOfASearchBeginsWithWhatIsKept(t *testing.T) {
	const text = "core: {capf: {key: rsa-1024}}\nphones: {count: 4, trust: none, keys: pool 2}\nload: all at once"
	for _, c := range []struct {
		situation string
		before    bool // four phones have run
		want      string
	}{
		{"nobody", false, "CTL 20 accepted 0 unchanged 0 rejected, ITL 20 accepted 0 unchanged 0 rejected, 20 certificates"},
		{"four phones", true, "CTL 16 accepted 4 unchanged 0 rejected, ITL 16 accepted 4 unchanged 0 rejected, 16 certificates"},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "state")
				options := func() Options {
					world := inMemory(t, 1)
					world.Authority = nil // the directory's
					return Options{StateDir: dir, World: world}
				}
				if c.before {
					if _, err := Run(t.Context(), parse(t, text), options()); err != nil {
						t.Fatal(err)
					}
				}
				kept := phonesIn(t, dir)
				o, said := options(), new(journal)
				o.Watch = said.watch
				var got []string
				r, err := Search(t.Context(), parse(t, text), search.Plan{From: 20, To: 20, For: time.Second, Confirm: 1}, o, Searching{
					Ends: func(_ search.Probe, r *tally.Result) {
						got = append(got, fmt.Sprintf("%s, %d certificates", lists(r), issuedIn(said)))
						said.records = nil
					},
				})
				if err != nil {
					t.Fatal(err)
				}
				if len(got) != 2 || got[0] != c.want || got[1] != c.want {
					t.Errorf("the probes: %q, want twice %q", got, c.want)
				}
				if diff := gocmp.Diff(kept, phonesIn(t, dir)); diff != "" {
					t.Errorf("the search has changed what is kept: %s", diff)
				}
				if _, err := core.LoadManufacturer(dir); err != nil {
					t.Errorf("the factory is not kept: %v", err)
				}
				if want := "every run began with what " + dir + " keeps; what its phones were given is not kept"; !slicesContain(r.Notes, want) {
					t.Errorf("notes %q", r.Notes)
				}
			})
		})
	}
}

// phonesIn are the phones that a directory keeps, with their lists and LSCs.
func phonesIn(t *testing.T, dir string) (phones []string) {
	t.Helper()
	store, err := state.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	err = store.Each(func(p state.Phone) error {
		phones = append(phones, fmt.Sprintf("%s %x %x %x", p.Name, p.Flash.CTL.SHA1(), p.Flash.ITL.SHA1(), p.Flash.LSC.Certificate))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return phones
}

// changes is a fleet of kept phones whose administrator renews CallManager and
// takes another token: the phones hold the new lists in the end.
const changes = `
core: {run: WHERE}
phones: {count: 2, trust: none, lsc: none, keys: pool 1}
load: hold 20/s
timeline:
  - settled: add a token
  - 1s: regenerate CallManager on node-1
  - 1s: run CTL client with token-1
  - 1s: restart TFTP on node-1
  - 1s: restart CallManager on node-1
`

func TestWhatAnAdministratorHasChangedIsKept(t *testing.T) {
	for _, where := range []string{"embedded", "local"} {
		t.Run(where, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { administratorChanges(t, where) })
		})
	}
}

func administratorChanges(t *testing.T, where string) {
	dir := filepath.Join(t.TempDir(), "state")
	runIt := func(text string) *tally.Result {
		t.Helper()
		c := child{world: inMemory(t, 1)}
		world := c.world
		world.Authority = nil // the directory's
		world.Files = func(embedded *core.Core, id phone.Identity) phone.Files {
			return c.world.Files(cmp.Or(embedded, c.running), id)
		}
		s := parse(t, strings.Replace(text, "WHERE", where, 1))
		r, err := Run(t.Context(), s, Options{StateDir: dir, StartLocal: c.start, World: world})
		if err != nil {
			t.Fatal(err)
		}
		if r.Phones.Registered != 2 || r.ExitCode() != tally.ExitOK || r.Harm != nil {
			t.Errorf("got %+v\n%+v\n%+v", r.Phones, r.Plan, r.Causes)
		}
		return r
	}
	cluster := func() *core.Authority {
		t.Helper()
		a, err := core.LoadAuthority(filepath.Join(dir, "cluster"))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	before, _, _ := strings.Cut(changes, "timeline:")
	runIt(before)
	began := cluster()
	r := runIt(changes)
	left := cluster()
	if len(left.Tokens) != len(began.Tokens)+1 || left.CallManagers[0].Certificate.Equal(began.CallManagers[0].Certificate) ||
		!left.CAPF.Certificate.Equal(began.CAPF.Certificate) {
		t.Errorf("%d tokens after %d: want one more, another CallManager and the same CAPF", len(left.Tokens), len(began.Tokens))
	}
	note := dir + " keeps the cluster's certificates and tokens as the plan has left them; the next run has the CTL from its scenario: " +
		"phones may refuse lists that are made otherwise, until their lists are erased"
	if !slicesContain(r.Notes, note) {
		t.Errorf("notes %q\nwant %q", r.Notes, note)
	}
	// Had the cluster been forgotten, the phones would refuse the lists of the old one.
	r = runIt(before)
	for _, l := range r.Lists {
		if l.Rejected > 0 {
			t.Errorf("%+v: the phones do not know their cluster any more", l)
		}
	}
}

func TestSettingsThatTheNextRunHasFromItsScenario(t *testing.T) {
	for text, want := range map[string]string{
		"regenerate TVS on node-1":            "",
		"add a token":                         "",
		"reset phones":                        "",
		"run CTL client with token-2":         "the CTL",
		"set cluster non-secure with token-1": "the cluster security mode and the CTL",
		"utils itl reset localkey on node-1":  "the signer of the ITL",
		"prepare for rollback":                "the preparation for rollback",
		"set security profile encrypted":      "the security profiles",
		"advance clock by 5y":                 "the servers' clock",
		"utils ctl set-cluster mixed-mode":    "the cluster security mode and the CTL",
		"utils ctl reset localkey":            "the CTL",
		"undo rollback":                       "the preparation for rollback",
	} {
		action, err := timeline.ParseAction(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := enumerate(forgottenOf([]timeline.Action{action})); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if got := enumerate([]string{"a", "b", "c"}); got != "a, b and c" {
		t.Errorf("got %q", got)
	}
}

func TestASecondClusterIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s := parse(t, "core: {clusters: 2}\nphones: {count: 2, trust: none, lsc: none, keys: pool 1}\nload: hold 10/s\ntimeline:\n  - settled: move 50% of phones to cluster-2")
		r := runInMemory(t, t.Context(), s, Options{StateDir: dir})
		want := "cluster-2 is not kept: 1 phones were moved there, and hold lists in " + dir + " whose signers are gone until they are erased"
		if !slicesContain(r.Notes, want) {
			t.Errorf("notes %q, want %q", r.Notes, want)
		}
	})
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
	if diff := gocmp.Diff("wait for it to end, or name another directory", preflight.Fix); diff != "" {
		t.Error(diff)
	}
}
