package phone_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/sccp"
)

// TestRunGivesUp switches a phone on that nobody takes. It goes through its
// list twice with 24 s between, and boots as often as its model does, with 12 s
// between.
func TestRunGivesUp(t *testing.T) {
	for _, c := range []struct {
		situation string
		boots     int
		story     []string
	}{
		{"after one boot", 1, []string{"0s power on 1", "24s register refused", "24s gave up"}},
		{"after the two of its model", 2, []string{"0s power on 1", "24s register refused", "36s power on 2", "1m0s register refused", "1m0s gave up"}},
		{"after three", 3, []string{
			"0s power on 1", "24s register refused", "36s power on 2", "1m0s register refused", "1m12s power on 3", "1m36s register refused", "1m36s gave up",
		}},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, answersAll)
				l.nodes[0].stop()
				err := l.run(t, l.phone(t, func(id *phone.Identity, _ *phone.Flash, _ *phone.Env) {
					id.Model = sometimes(t, "7965", func(timers *phone.Timers) { timers.Boots = c.boots })
				}), time.Hour)
				var failed *phone.Error
				if !errors.As(err, &failed) || failed.Step != phone.StepRegister || failed.Cause != phone.CauseRefused {
					t.Errorf("Run: %v", err)
				}
				mustTell(t, l.said.story(l.began), c.story...)
				if gave := all[phone.GaveUp](&l.said); len(gave) != 1 || gave[0].Err != err {
					t.Errorf("gave up with %+v, and Run returned %v", gave, err)
				}
			})
		})
	}
}

// TestRunStartsAgain takes every CallManager away from a registered phone, for
// a while: it reboots, says why, and is back.
func TestRunStartsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, answersAll)
		stop := func(at, length time.Duration) {
			time.AfterFunc(at, l.nodes[0].stop)
			time.AfterFunc(at+length, func() { l.restart(t, 1) })
		}
		stop(10*time.Second, 30*time.Second)
		stop(100*time.Second, 30*time.Second)
		if err := l.run(t, l.phone(t, nil), 4*time.Minute); err != nil {
			t.Fatal(err)
		}
		mustTell(
			t, without(l.said.story(l.began), " keepalive"),
			"0s power on 1", "0s registered with "+node1+", boot",
			"10s lost "+node1+": EOF", "34s register refused", "46s power on 2", "46s registered with "+node1+", boot",
			"1m40s lost "+node1+": EOF", "2m4s register refused", "2m16s power on 3", "2m16s registered with "+node1+", boot",
			"4m0s left "+node1,
		)
		if got := l.nodes[0].outages(); got != "Initialized CM-closed-TCP CM-closed-TCP" {
			t.Errorf("alarms say %q", got)
		}
	})
}

// TestRunForgetsFailedBoots has a boot fail, the next one succeed, and one fail
// again: the phone, which has patience for two, does not give up.
func TestRunForgetsFailedBoots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, answersAll)
		l.nodes[0].stop()
		time.AfterFunc(30*time.Second, func() { l.restart(t, 1) })
		time.AfterFunc(50*time.Second, l.nodes[0].stop)
		time.AfterFunc(115*time.Second, func() { l.restart(t, 1) })
		if err := l.run(t, l.phone(t, nil), 130*time.Second); err != nil {
			t.Error(err)
		}
		mustTell(
			t, l.said.story(l.began),
			"0s power on 1", "24s register refused", "36s power on 2", "36s registered with "+node1+", boot",
			"50s lost "+node1+": EOF", "1m14s register refused", "1m26s power on 3", "1m50s register refused",
			"2m2s power on 4", "2m2s registered with "+node1+", boot", "2m10s left "+node1,
		)
	})
}

// TestRunWaitsLongerEveryRound has a phone with more patience than most: 20 s
// after the first round, twice as long after every further one, never more
// than two minutes; all that and a fifth.
func TestRunWaitsLongerEveryRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, but(answersAll, sccp.IDRegisterReq, hangsUp))
		p := l.phone(t, func(id *phone.Identity, _ *phone.Flash, _ *phone.Env) {
			id.Model = sometimes(t, "7965", func(timers *phone.Timers) { timers.Rounds, timers.Boots = 6, 1 })
		})
		if err := l.run(t, p, time.Hour); phone.CauseOf(err) != phone.CauseRefused {
			t.Errorf("Run: %v", err)
		}
		if got, want := l.nodes[0].times(sccp.IDRegisterReq), "0s 24s 1m12s 2m48s 5m12s 7m36s"; got != want {
			t.Errorf("tried at %s, want %s", got, want)
		}
	})
}

// TestRunEndsWithItsContext ends the context in every phase of a phone's life.
// A registered phone takes its leave; nobody waits for anything.
func TestRunEndsWithItsContext(t *testing.T) {
	silent := deafTo(answersAll, sccp.IDRegisterReq)
	for _, c := range []struct {
		situation string
		manner    manner
		life      time.Duration
		ends      time.Duration
		story     []string
		unregs    int
	}{
		{"registered", answersAll, 10 * time.Second, 10 * time.Second, []string{"0s power on 1", "0s registered with " + node1 + ", boot", "10s left " + node1}, 1},
		{
			"registered with one that does not answer UnregisterReq", deafTo(answersAll, sccp.IDUnregisterReq), 10 * time.Second, 11 * time.Second,
			[]string{"0s power on 1", "0s registered with " + node1 + ", boot", "11s left " + node1},
			1,
		},
		{
			"registered with one that answers it with a flood", but(answersAll, sccp.IDUnregisterReq, func(c *caller, _ sccp.Message) {
				pour(c.conn, wire(sccp.SetLamp{}))
			}), 10 * time.Second, 11 * time.Second,
			[]string{"0s power on 1", "0s registered with " + node1 + ", boot", "11s left " + node1},
			1,
		},
		{"waiting for RegisterAck", silent, 5 * time.Second, 5 * time.Second, []string{"0s power on 1", "5s register canceled"}, 0},
		{"between two rounds", silent, 15 * time.Second, 15 * time.Second, []string{"0s power on 1", "15s register canceled"}, 0},
		{"between two boots", silent, 50 * time.Second, 50 * time.Second, []string{"0s power on 1", "44s register timeout"}, 0},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, c.manner)
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(c.life, cancel)
				if err := l.phone(t, nil).Run(ctx); err != nil {
					t.Errorf("Run: %v", err)
				}
				if ends := time.Since(l.began); ends != c.ends {
					t.Errorf("ended after %v, want %v", ends, c.ends)
				}
				mustTell(t, l.said.story(l.began), c.story...)
				if got := len(l.nodes[0].hears(sccp.IDUnregisterReq)); got != c.unregs {
					t.Errorf("%d UnregisterReq, want %d", got, c.unregs)
				}
			})
		})
	}
}

// TestRunSpreadsItsTries looks at the wait between two rounds with chances of
// its own: 20 s and a fifth both ways.
func TestRunSpreadsItsTries(t *testing.T) {
	var waits []time.Duration
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(t, but(answersAll, sccp.IDRegisterReq, hangsUp))
			l.run(t, l.phone(t, chance(seed)), 30*time.Second)
			waits = append(waits, l.nodes[0].hears(sccp.IDRegisterReq)[1].after)
		})
	}
	if least, most := slices.Min(waits), slices.Max(waits); least < 16*time.Second || most > 24*time.Second || most-least < 5*time.Second {
		t.Errorf("waits from %v to %v, want them spread over 16 s to 24 s", least, most)
	}
}

// TestConfigurationNotFound has the server know neither the phone's own file
// nor the default one: that is what "CFG File Not Found" says.
func TestConfigurationNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, answersAll)
		clear(l.files)
		if _, err := l.phone(t, nil).Boot(t.Context()); phone.CauseOf(err) != phone.CauseMissing {
			t.Errorf("Boot: %v (%s)", err, phone.CauseOf(err))
		}
		want := []string{"File Not Found <CTLFile.tlv>", "File Not Found <ITLFile.tlv>", "No Trust List Installed", phone.StatusConfigNotFound}
		if got := l.said.statuses(); !slices.Equal(got, want) {
			t.Errorf("status messages %q, want %q", got, want)
		}
	})
}
