package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/state"
	"github.com/phonebank/phonebank/scenario/tally"
)

// run runs a scenario in memory and inside a bubble.
func runInMemory(t *testing.T, ctx context.Context, s *Scenario, o Options) *tally.Result {
	t.Helper()
	nodes := s.withDefaults().Core.Nodes
	o.World = inMemory(t, nodes)
	r, err := Run(ctx, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestASlowCoreNeverSlowsTheArrivals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, `
phones: {count: 10, keys: pool 2}
core:
  faults: [{fault: slow, on: capf, delay: 3s}]
load: [hold 4/s for 1s, hold 10/s]
stay: 5s
`)
		r := runInMemory(t, t.Context(), s, Options{})
		for n, row := range r.Rows {
			want := time.Duration(n) * 250 * time.Millisecond
			if n >= 4 {
				want = time.Second + time.Duration(n-4)*100*time.Millisecond
			}
			if row.StartedAt != want {
				t.Errorf("phone %d started at %v, want %v", n, row.StartedAt, want)
			}
		}
		if r.Generator.StartLag.Max != 0 {
			t.Errorf("start lag %v ms, want none", r.Generator.StartLag.Max)
		}
		if r.Phones.Registered != 10 || r.ExitCode() != tally.ExitOK {
			t.Errorf("got %+v, exit %d", r.Phones, r.ExitCode())
		}
		// Three answers, three seconds late each.
		if got := r.Steps[3]; got.OK != 10 || got.Took.P50 < 9_000 || got.Took.Max > 9_009 {
			t.Errorf("CAPF %+v, want 9 s for each phone", got)
		}
	})
}

func TestStayCountsFromTheLastStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, "phones: {count: 5, lsc: none}\ncore: {keepalive: 2s}\nload: hold 1/s\nstay: 10s")
		r := runInMemory(t, t.Context(), s, Options{})
		if r.Elapsed != 14 {
			t.Errorf("elapsed %v s, want the last start at 4 s and 10 s more", r.Elapsed)
		}
		if r.KeepAlive.Sent < 5*5 || r.KeepAlive.Sent != r.KeepAlive.Acked || r.KeepAlive.Lost != 0 {
			t.Errorf("keepalives %+v, want at least five of each phone, all answered", r.KeepAlive)
		}
		if r.Phones.RegisteredAtEnd != 5 {
			t.Errorf("%d registered at the end, want 5: the drain is not part of the result", r.Phones.RegisteredAtEnd)
		}
	})
}

func TestTheRunWaitsForPhonesThatStillTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, `
phones: {count: 2, lsc: none}
core:
  faults: [{fault: refuse, on: callmanager}]
load: hold 1/s
`)
		r := runInMemory(t, t.Context(), s, Options{})
		if want := (tally.Phones{Planned: 2, Started: 2, Failed: 2}); r.Phones != want {
			t.Errorf("got %+v, want %+v", r.Phones, want)
		}
		if r.ExitCode() != tally.ExitFailed {
			t.Errorf("exit %d", r.ExitCode())
		}
		if len(r.Causes) != 1 || r.Causes[0].Step != phone.StepRegister || r.Causes[0].Cause != phone.CauseRefused {
			t.Errorf("causes %+v, want register refused", r.Causes)
		}
		// Two boots each, by the patience of the model.
		if r.Rows[0].Boots != 2 || r.Elapsed < 20 || r.Elapsed > 300 {
			t.Errorf("%d boots in %v s", r.Rows[0].Boots, r.Elapsed)
		}
	})
}

func TestAnInterruptKeepsTheResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, "phones: {count: 100, lsc: none}\nload: hold 10/s\nthresholds: [registered == 100]")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		o := Options{Tick: 100 * time.Millisecond, Progress: func(now Snapshot) {
			if now.Phase == PhaseLoad && now.Elapsed >= 2*time.Second {
				cancel()
			}
		}}
		var left journal
		o.Watch = left.watch
		r := runInMemory(t, ctx, s, o)
		if !r.Interrupted || r.ExitCode() != tally.ExitInterrupted {
			t.Errorf("interrupted %v, exit %d", r.Interrupted, r.ExitCode())
		}
		if started := r.Phones.Started; started != 20 && started != 21 || r.Phones.Planned != 100 || r.Phones.Failed != 0 {
			t.Errorf("got %+v, want the phones of two seconds, and none counted as failed", r.Phones)
		}
		if r.Elapsed != 2 {
			t.Errorf("elapsed %v s, want 2", r.Elapsed)
		}
		gone := make(map[phone.Name]bool)
		for _, e := range left.records {
			if u, ok := e.Event.(phone.Unregistered); ok && u.Err == nil {
				gone[e.Phone] = true
			}
		}
		for _, row := range r.Rows {
			if row.State == tally.Registered && !gone[row.Name] {
				t.Errorf("%s did not take its leave", row.Name)
			}
		}
	})
}

func TestAnInterruptBeforeTheFirstStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := parse(t, "phones: {count: 2, keys: pool 2}")
	r, err := Run(ctx, s, Options{World: World{Authority: authority(t, 1), Machine: &roomy}})
	if err != nil || !r.Interrupted || r.Phones.Started != 0 || r.ExitCode() != tally.ExitInterrupted {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestWaitingForThisMachineIsNotTheCoresTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, `
phones: {count: 3, lsc: none, trust: held}
core:
  faults: [{fault: slow, on: ctl, delay: 1s}]
load: hold 1000/s
limits: {transfers: 1}
`)
		var said journal
		runInMemory(t, t.Context(), s, Options{Watch: said.watch})
		var got []string
		for _, r := range said.records {
			if e, ok := r.Event.(phone.StepEnded); ok && e.Step == phone.StepCTL {
				got = append(got, fmt.Sprintf("%s waited %v took %v", r.Phone, e.Waited, e.Took))
			}
		}
		slices.Sort(got)
		// One transfer at a time, in the order of the asking, a second each; phone
		// n has started n milliseconds after the first.
		if diff := cmp.Diff([]string{
			"SEP0011215A0001 waited 0s took 1s",
			"SEP0011215A0002 waited 999ms took 1s",
			"SEP0011215A0003 waited 1.998s took 1s",
		}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestALimitThatHoldsTheFleetBackIsTheVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, `
phones: {count: 40, lsc: none}
core:
  faults: [{fault: slow, on: tftp, delay: 100ms}]
load: hold 1000/s
limits: {transfers: 1}
thresholds: [registered == 40]
`)
		r := runInMemory(t, t.Context(), s, Options{})
		if !r.Generator.Limited || r.ExitCode() != tally.ExitLimited {
			t.Errorf("limited %v, exit %d; waited %+v", r.Generator.Limited, r.ExitCode(), r.Steps[0].Waited)
		}
		if r.Phones.Registered != 40 {
			t.Errorf("got %+v", r.Phones)
		}
	})
}

func TestProgressIsToldByTheClockAndByThePhase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, "phones: {count: 4, lsc: installed, keys: pool 2}\nload: hold 2/s\nstay: 2s")
		var told []string
		runInMemory(t, t.Context(), s, Options{Progress: func(now Snapshot) {
			told = append(told, fmt.Sprintf("%s %v %d/%d", now.Phase, now.Elapsed, now.Started, now.Planned))
		}})
		want := []string{
			"load 0s 0/4", "load 1s 2/4", "stay 1.5s 4/4", "stay 2s 4/4", "stay 3s 4/4", "drain 3.5s 4/4",
		}
		// Two starts a second: the third falls on the same instant as the first tick.
		if told[1] == "load 1s 3/4" {
			want[1] = told[1]
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
	})
}

func TestARunAgainstSomebodyElsesCore(t *testing.T) {
	dir := t.TempDir()
	factory, err := state.Manufacturer(dir)
	if err != nil {
		t.Fatal(err)
	}
	// A cluster that knows the devices and has been told to trust the factory.
	there := parse(t, "phones: {count: 4, keys: pool 2, lsc: enrol}\ncore: {capf: {auth: mic}}")
	config, err := there.CoreConfig()
	if err != nil {
		t.Fatal(err)
	}
	config.Authority = authority(t, 1)
	config.MICRoots = append(config.MICRoots, factory.Certificate)
	cluster := coretest.Start(t, config)

	s := parse(t, "core: "+cluster.TFTPAddr()+"\nphones: {count: 4, keys: pool 2}\nload: hold 20/s")
	r, err := Run(t.Context(), s, Options{StateDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if r.Phones.Registered != 4 || r.ExitCode() != tally.ExitOK {
		t.Errorf("got %+v\n%+v", r.Phones, r.Causes)
	}
	if got := cluster.Stats().CAPF.Issued; got != 4 {
		t.Errorf("%d certificates issued, want 4", got)
	}
	if got := r.Lists; len(got) != 2 || got[0].Unchanged != 4 || got[0].HeldSHA1 == "" {
		t.Errorf("lists %+v: held lists are those that the core serves", got)
	}
	for _, row := range r.Rows {
		if row.Address == "" && Inspect().Spread {
			t.Errorf("%s has no source address of its own, and the core is on this machine", row.Name)
		}
	}
}

// deaf is a TFTP server that does not answer.
type deaf struct{}

func (deaf) Fetch(ctx context.Context, name string) ([]byte, error) {
	return nil, &phone.Error{Cause: phone.CauseTimeout, Err: errors.New(name + ": TFTP timeout: no answer")}
}

func TestACoreThatDoesNotAnswer(t *testing.T) {
	s := parse(t, "core: 127.0.0.1:9\nphones: {count: 4, keys: pool 1}")
	r, err := Run(t.Context(), s, Options{World: World{Files: func(*core.Core, phone.Identity) phone.Files { return deaf{} }}})
	if r != nil || ExitCode(r, err) != ExitPreflight {
		t.Errorf("got %v, %v, exit %d", r, err, ExitCode(r, err))
	}
}

func TestAScenarioMadeInGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Scenario{Phones: []Group{{Count: 3, LSC: LSCNone}}}
		r := runInMemory(t, t.Context(), s, Options{})
		if r.Phones.Registered != 3 || r.Scenario != "unnamed" {
			t.Errorf("got %+v", r)
		}
	})
	if _, err := Run(t.Context(), &Scenario{}, Options{}); ExitCode(nil, err) != ExitScenario {
		t.Errorf("a scenario without phones: %v", err)
	}
}

// TestEncryptedConfigurationsNeedAnRSAKey boots phones whose LSC cannot unwrap
// a configuration, or who have none: theirs are sealed for the MIC.
func TestEncryptedConfigurationsNeedAnRSAKey(t *testing.T) {
	for name, text := range map[string]string{
		"EC, enrolled": "phones: {count: 2, model: 8945, keys: fresh}\ncore: {encrypted_config: true, capf: {key: ec-p256, operation: install, auth: null-string}}",
		"EC, by MIC":   "phones: {count: 2, model: 8945, keys: fresh}\ncore: {encrypted_config: true, capf: {key: ec-p256, operation: install, auth: mic}}",
		"EC, held":     "phones: {count: 2, model: 8945, keys: pool 1, lsc: installed}\ncore: {encrypted_config: true, capf: {key: ec-p256}}",
		"MIC alone":    "phones: {count: 2, lsc: none}\ncore: {encrypted_config: true}",
		"RSA":          "phones: {count: 2, keys: pool 1}\ncore: {encrypted_config: true, capf: {key: rsa-1024}}",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := runInMemory(t, t.Context(), parse(t, text+"\nstay: 1s"), Options{})
				if r.Phones.Registered != 2 || len(r.Causes) > 0 {
					t.Errorf("%+v, %+v", r.Phones, r.Causes)
				}
			})
		})
	}
}

func TestTimeIsCountedInExactSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, "phones: {count: 6, lsc: none}\ncore:\n  faults: [{fault: slow, on: ctl, delay: 1500ms}]\nload: [hold 2/s]\nstay: 3s")
		r := runInMemory(t, t.Context(), s, Options{})
		var got []string
		for _, p := range r.Timeline {
			got = append(got, fmt.Sprintf("%v+%v started %d registered %d in flight %d now %d ctl %d", p.At, p.Width, p.Started, p.Registered, p.InFlight, p.Now, p.Steps[0].OK))
			if p.Health.Goroutines == 0 {
				t.Errorf("no sample at %v", p.At)
			}
		}
		if diff := cmp.Diff([]string{
			"0s+1s started 2 registered 0 in flight 2 now 0 ctl 0",
			"1s+1s started 2 registered 1 in flight 3 now 1 ctl 1",
			"2s+1s started 2 registered 2 in flight 3 now 3 ctl 2",
			"3s+1s started 0 registered 2 in flight 1 now 5 ctl 2",
			"4s+1s started 0 registered 1 in flight 0 now 6 ctl 1",
			"5s+1s started 0 registered 0 in flight 0 now 6 ctl 0",
		}, got); diff != "" {
			t.Error(diff)
		}
		if r.Boot != r.BootAsSent {
			t.Errorf("boot %+v, as sent %+v: nobody was late", r.Boot, r.BootAsSent)
		}
	})
}
