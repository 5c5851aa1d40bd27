package scenario

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

func TestPhonesThatShowAnotherDate(t *testing.T) {
	run := func(clock string) (boot float64, by map[string]time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			var said journal
			s := parse(t, "seed: 3\nphones:\n  - {group: office, count: 1, trust: held, lsc: none, keys: pool 1"+clock+"}\n"+
				"  - {group: lobby, count: 1, first: SEP0011215A0009, trust: held, lsc: none, keys: pool 1}\nload: hold 10/s")
			began := time.Now()
			r := runInMemory(t, t.Context(), s, Options{Watch: said.watch})
			if r.ExitCode() != tally.ExitOK || r.Phones.Registered != 2 {
				t.Errorf("%+v %+v: a phone minds no date", r.Phones, r.Causes)
			}
			boot, by = r.Boot.Max, make(map[string]time.Duration)
			for _, e := range said.records {
				if _, ok := e.Event.(phone.ConsoleLine); ok && e.At.Sub(began) < time.Minute {
					by[string(e.Phone)] = e.Shown().Sub(e.At)
				}
			}
		})
		return boot, by
	}
	right, _ := run("")
	const lifetime = 30 * 365 * 24 * time.Hour // every certificate is out of date by then
	for _, clock := range []string{", clock: 30y", ", clock: 2029-12-25"} {
		boot, by := run(clock)
		off := by["SEP0011215A0001"].Round(time.Hour * 24)
		if off < lifetime-24*time.Hour || off > lifetime+24*time.Hour || by["SEP0011215A0009"] != 0 {
			t.Errorf("%s: clocks are off by %v, want that of the office alone", clock, by)
		}
		if boot != right {
			t.Errorf("%s: a boot takes %v ms, and %v with the right time", clock, boot, right)
		}
	}
}
