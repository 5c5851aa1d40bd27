package scenario

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/scenario/search"
	"github.com/phonebank/phonebank/scenario/tally"
)

// searchInMemory searches inside a bubble.
func searchInMemory(t *testing.T, ctx context.Context, s *Scenario, p search.Plan, tell Searching) *search.Report {
	t.Helper()
	r, err := Search(ctx, s, p, Options{World: inMemory(t, 1)}, tell)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Probes {
		t.Log(search.Line(p))
	}
	return r
}

func TestASearchFindsTheCapacityOfTheCore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := searchInMemory(t, t.Context(), parse(t, calibrated), search.Plan{From: 80, To: 1000, For: 5 * time.Second, Confirm: 1}, Searching{})
		if r.Held < 95 || r.Held > 100 || r.Broke <= 100 || r.Broke > 105 {
			t.Errorf("%v to %v a second, want 100 within 5 %%", r.Held, r.Broke)
		}
		if r.SetBy != "core" || r.Confirmed != 1 || r.Ended != search.Found || r.ExitCode() != tally.ExitOK {
			t.Errorf("set by %s, confirmed %d times, %s, exit %d", r.SetBy, r.Confirmed, r.Ended, r.ExitCode())
		}
		if r.Base != 50 {
			t.Errorf("base latency %v ms, want the service time", r.Base)
		}
	})
}

func TestAnInterruptKeepsWhatASearchFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		probes := 0
		r := searchInMemory(t, ctx, parse(t, calibrated), search.Plan{From: 10, For: 2 * time.Second}, Searching{
			Begins: func(rate float64, _ search.Phase) {
				if probes++; probes == 3 {
					time.AfterFunc(time.Second, cancel)
				}
			},
		})
		if len(r.Probes) != 2 || r.Held != 20 || r.Ended != search.Interrupted || r.ExitCode() != tally.ExitInterrupted {
			t.Errorf("%d probes, %v held, %s, exit %d", len(r.Probes), r.Held, r.Ended, r.ExitCode())
		}
	})
}

func TestAMachineThatIsTooSmallSetsTheLimitItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		small := roomy
		small.Descriptors = 800 // enough for 92 phones and an embedded core
		world := inMemory(t, 1)
		world.Machine = &small
		r, err := Search(t.Context(), parse(t, calibrated), search.Plan{From: 20, For: 2 * time.Second, Resolution: 0.2, Confirm: -1}, Options{World: world}, Searching{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Held < 35 || r.Broke > 50 || r.SetBy != "generator" || r.ExitCode() != tally.ExitLimited || !strings.Contains(r.Why, "descriptors") {
			t.Errorf("%v to %v, set by %s, exit %d: %s", r.Held, r.Broke, r.SetBy, r.ExitCode(), r.Why)
		}
	})
}

func TestACoreThatRegistersNobodyHasNoRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, "phones: {count: 1, lsc: none, keys: pool 1}\ncore: {security: nonsecure, faults: [{fault: refuse, on: callmanager}]}")
		r := searchInMemory(t, t.Context(), s, search.Plan{From: 20, Least: 10, For: 2 * time.Second}, Searching{})
		if len(r.Probes) != 2 || r.Held != 0 || r.Broke != 10 || r.SetBy != "core" || r.ExitCode() != tally.ExitFailed {
			t.Errorf("%d probes, %v to %v, set by %s, exit %d: %s", len(r.Probes), r.Held, r.Broke, r.SetBy, r.ExitCode(), r.Why)
		}
	})
}

func TestASearchHasOnlySoMuchTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r := searchInMemory(t, t.Context(), parse(t, calibrated), search.Plan{From: 10, For: 2 * time.Second, Within: 5 * time.Second}, Searching{})
		if took := time.Since(began); r.Ended != search.Exhausted || took > 9*time.Second || r.Held == 0 {
			t.Errorf("%s after %v with %v held", r.Ended, took, r.Held)
		}
	})
}

// neighbour keeps a machine busy during some probes: what connects then waits
// 30 ms longer with every second of the probe.
type neighbour struct {
	busy  []int // the probes, from 1
	probe int
	began time.Time
}

func (n *neighbour) begins(float64, search.Phase) { n.probe, n.began = n.probe+1, time.Now() }

func (n *neighbour) beside(w World) World {
	dial := w.Dial
	w.Dial = func(local netip.Addr) func(context.Context, string, string) (net.Conn, error) {
		connect := dial(local)
		return func(ctx context.Context, network, address string) (net.Conn, error) {
			if slices.Contains(n.busy, n.probe) {
				time.Sleep(time.Since(n.began) * 30 / 1000)
			}
			return connect(ctx, network, address)
		}
	}
	return w
}

// TestABusyNeighbourIsNotTakenForTheCore searches beside one that is busy during
// one probe, and during the next one, too. The core does 100 registrations a
// second.
func TestABusyNeighbourIsNotTakenForTheCore(t *testing.T) {
	for _, c := range []struct {
		situation   string
		busy        []int
		held, broke float64
		want        []string // of each probe
		more        string   // of the verdict
	}{
		{"nobody is busy", nil, 90, 0, []string{
			"bracket: ✔ 45/s 45.0 50ms 50ms 50ms 2 holds",
			"bracket: ✔ 90/s 90.0 50ms 50ms 50ms 4 holds",
		}, "not confirmed"},
		{"during one probe", []int{2}, 90, 0, []string{
			"bracket: ✔ 45/s 45.0 50ms 50ms 50ms 2 holds",
			"bracket: ! 90/s 87.4 125ms 192ms 198ms 17 p99 grew by 142 ms over the load, and nothing else speaks against it",
			"again: ✔ 90/s 90.0 50ms 50ms 50ms 4 holds when tried again",
		}, "90/s was tried again, because nothing but its p99 spoke against it: it held, and that counts"},
		{"during both", []int{2, 3}, 45, 90, []string{
			"bracket: ✔ 45/s 45.0 50ms 50ms 50ms 2 holds",
			"bracket: ! 90/s 87.4 125ms 192ms 198ms 17 p99 grew by 142 ms over the load, and nothing else speaks against it",
			"again: ✘ 90/s 87.4 125ms 192ms 198ms 17 p99 grew by 142 ms over the load",
		}, "90/s was tried again, because nothing but its p99 spoke against it: it did not hold again: p99 grew by 142 ms over the load"},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &neighbour{busy: c.busy}
				plan := search.Plan{From: 45, To: 90, For: 5 * time.Second, Confirm: -1, Resolution: 1}
				r, err := Search(t.Context(), parse(t, calibrated), plan, Options{World: n.beside(inMemory(t, 1))}, Searching{Begins: n.begins})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, p := range r.Probes {
					got = append(got, string(p.Phase)+": "+strings.Join(strings.Fields(search.Line(p)), " "))
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
				_, more := r.Verdict()
				if r.Held != c.held || r.Broke != c.broke || !strings.Contains(strings.Join(more, "; "), c.more) {
					t.Errorf("%v to %v, want %v to %v; %q", r.Held, r.Broke, c.held, c.broke, more)
				}
			})
		})
	}
}

// TestASearchMayEndWithItsLastProbe allows exactly as many as are needed, and one
// less.
func TestASearchMayEndWithItsLastProbe(t *testing.T) {
	for _, c := range []struct {
		probes int
		ended  search.Ended
		exit   int
	}{{2, search.Found, tally.ExitOK}, {1, search.Exhausted, tally.ExitFailed}} {
		synctest.Test(t, func(t *testing.T) {
			r := searchInMemory(t, t.Context(), parse(t, calibrated), search.Plan{From: 20, To: 20, For: 2 * time.Second, Confirm: 1, Probes: c.probes}, Searching{})
			if len(r.Probes) != c.probes || r.Ended != c.ended || r.ExitCode() != c.exit {
				t.Errorf("%d probes, want %d: %s, exit %d", len(r.Probes), c.probes, r.Ended, r.ExitCode())
			}
		})
	}
}

func TestWhatASearchRefuses(t *testing.T) {
	for _, c := range []struct {
		situation, scenario string
		plan                search.Plan
		want                string
	}{
		{"a plan of an administrator's", "phones: {count: 1}\ntimeline: [{settled: reset phones}]", search.Plan{}, "a search has no timeline"},
		{"rates the wrong way round", "phones: {count: 1}", search.Plan{From: 20, To: 10}, "no rate lies between 20/s and 10/s"},
	} {
		_, err := Search(t.Context(), parse(t, c.scenario), c.plan, Options{}, Searching{})
		var wrong *FileError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.situation, err, c.want)
		}
	}
}

func TestASearchStaysWithinTheScenarioAndItsLimits(t *testing.T) {
	devices := make([]Device, 900)
	for _, c := range []struct {
		situation string
		scenario  string
		change    func(*Scenario)
		plan      search.Plan
		from, to  float64
		least     float64
		note      string
	}{
		{"the simulator", "phones: {count: 1}", nil, search.Plan{}, 10, 1000, 20. / 30, ""},
		{"somebody's cluster", "core: 10.0.0.1\nphones: {count: 1}", nil, search.Plan{}, 10, 50, 20. / 30, "nothing above 50/s was tried: a core that is not the simulator is spared more unless limits.rate says so"},
		{"somebody's, which may be loaded", "core: 10.0.0.1\nphones: {count: 1}\nlimits: {rate: 300/s}", nil, search.Plan{}, 10, 300, 20. / 30, "nothing above 300/s was tried: limits.rate"},
		{"listed devices", "phones: {count: 1}", func(s *Scenario) { s.Phones[0].CSV, s.Phones[0].Devices = "lab.csv", devices }, search.Plan{}, 10, 30, 20. / 30, "nothing above 30/s was tried: lab.csv lists 900 devices, and a load lasts 30s"},
		{"more phones than there can be", "phones: {count: 1}", nil, search.Plan{To: 20_000}, 10, 6666, 20. / 30, "nothing above 6666/s was tried: 30s of it are 200,000 phones"},
		{"too few phones to mean anything", "phones: {count: 1}", nil, search.Plan{From: 1, To: 5, For: time.Second}, 20, 20, 20, ""},
	} {
		s := parse(t, c.scenario)
		if c.change != nil {
			c.change(s)
		}
		p := c.plan.WithDefaults()
		notes := strings.Join(s.bound(&p), "\n")
		if p.From != c.from || p.To != c.to || p.Least != c.least || notes != c.note {
			t.Errorf("%s: from %v to %v, %v at least, %q", c.situation, p.From, p.To, p.Least, notes)
		}
	}
}
