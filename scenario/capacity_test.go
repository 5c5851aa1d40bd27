package scenario

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/scenario/tally"
)

// calibrated is a core whose answer is known beforehand: a registration takes
// 50 ms, and 100 of them get done in a second.
const calibrated = `
name: calibration
core: {security: nonsecure, capacity: {rate: 100/s, service: 50ms}}
phones: {count: 1, lsc: none, keys: pool 1}
`

func TestBelowTheCapacityOfACoreARunMeasuresItsServiceTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, calibrated)
		if err := s.Override(Overrides{Rate: "80/s", For: 5 * time.Second}); err != nil {
			t.Fatal(err)
		}
		r := runInMemory(t, t.Context(), s, Options{})
		if r.Phones.Registered != 400 {
			t.Errorf("%+v, want 400 registered", r.Phones)
		}
		register := r.Steps[4].Took
		if want := (tally.Latency{P50: 50.015, P90: 50.015, P95: 50.015, P99: 50.015, Max: 50.015, Mean: 50}); register != want {
			t.Errorf("register %+v, want 50 ms for every phone (three digits)", register)
		}
		for _, row := range r.Rows {
			if row.Register != 50*time.Millisecond {
				t.Fatalf("%s: %v, want 50 ms to the nanosecond", row.Name, row.Register)
			}
		}
	})
}

func TestAboveTheCapacityOfACoreARunShowsTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, calibrated)
		if err := s.Override(Overrides{Rate: "125/s", For: 4 * time.Second}); err != nil {
			t.Fatal(err)
		}
		r := runInMemory(t, t.Context(), s, Options{})
		// Each of five clerks takes every fifth phone: they come every 40 ms and take
		// 50 ms, so each waits 10 ms longer than the one before.
		last := r.Rows[499]
		if want := 50*time.Millisecond + 99*10*time.Millisecond; last.Register != want {
			t.Errorf("the last phone took %v, want %v", last.Register, want)
		}
		for i, want := range []int{25, 50, 75, 100} {
			if got := r.Timeline[i].InFlight; got < want || got > want+6 {
				t.Errorf("%d in flight after %d s, want about %d", got, i+1, want)
			}
		}
		if got := r.Rate.Registered; got < 98 || got > 100.5 {
			t.Errorf("%v registered a second, want 100", got)
		}
	})
}
