package scenario

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
)

const replayed = `
seed: 9
core:
  capf: {key: rsa-1024}
  faults:
    - {fault: reject, on: capf, share: 40%, at: 500ms, for: 20s}
    - {fault: reject, on: callmanager, share: 30%}
network: [{fault: half-open, on: callmanager, share: 20%, at: 800ms}]
phones: {count: 16, keys: pool 2, key_time: 1s to 5s, model: {8945: 50%, 7965: 50%}, trust: {held: 50%, none: 50%}}
load: [hold 10/s]
`

// troubles is what went wrong for each phone, in order, and what it took.
func troubles(said []phone.Record) map[phone.Name]string {
	all := make(map[phone.Name]string)
	for _, e := range said {
		if ended, ok := e.Event.(phone.StepEnded); ok {
			text := string(ended.Step)
			if ended.Err != nil {
				text += " " + string(phone.CauseOf(ended.Err))
			}
			all[e.Phone] += fmt.Sprintf("%s after %v; ", text, ended.Took)
		}
	}
	return all
}

// TestAPhoneOfARunCanBeReplayed runs a fleet of which some fail, and then some
// of its phones alone: the same happens to them, to the nanosecond.
func TestAPhoneOfARunCanBeReplayed(t *testing.T) {
	var whole map[phone.Name]string
	synctest.Test(t, func(t *testing.T) {
		var said journal
		r := runInMemory(t, t.Context(), parse(t, replayed), Options{Watch: said.watch})
		if r.Phones.Failed == 0 || r.Phones.Registered == 0 {
			t.Fatalf("%+v: want some that fail and some that do not", r.Phones)
		}
		whole = troubles(said.records)
	})
	for n := range 16 {
		name := phone.NameFromMAC(phone.Name(defaultFirst).MAC() + uint64(n))
		synctest.Test(t, func(t *testing.T) {
			var said journal
			r := runInMemory(t, t.Context(), parse(t, replayed), Options{Watch: said.watch, Only: name})
			if diff := cmp.Diff(map[phone.Name]string{name: whole[name]}, troubles(said.records)); diff != "" || r.Phones.Started != 1 {
				t.Errorf("%s: %d started\n%s", name, r.Phones.Started, diff)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		var unready *PreflightError
		_, err := Run(t.Context(), parse(t, replayed), Options{World: inMemory(t, 1), Only: "SEP001122334455"})
		if !errors.As(err, &unready) {
			t.Errorf("a phone of another run: %v", err)
		}
	})
}

func TestFaultsAreShiftedToThePhone(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		situation string
		at, length,
		wantAt, wantFor time.Duration
		over bool
	}{
		{"from the start to the end", 0, 0, 0, 0, false},
		{"begun", 5 * s, 0, 0, 0, false},
		{"under way", 5 * s, 10 * s, 0, 5 * s, false},
		{"still to come", 15 * s, 10 * s, 5 * s, 10 * s, false},
		{"over", 0, 10 * s, 0, 0, true},
	} {
		got := shifted([]core.FaultSpec{{At: c.at, For: c.length}}, 10*s, func(s *core.FaultSpec) (at, length *time.Duration) { return &s.At, &s.For })
		if c.over && len(got) != 0 || !c.over && (len(got) != 1 || got[0].At != c.wantAt || got[0].For != c.wantFor) {
			t.Errorf("%s: %+v", c.situation, got)
		}
	}
}
