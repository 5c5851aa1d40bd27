package phone

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestEveryIsOnTime runs the same expectations on a wheel and on timers of
// their own; a wheel may be one tick late, never early.
func TestEveryIsOnTime(t *testing.T) {
	const tick = 10 * time.Millisecond
	for _, c := range []struct {
		situation     string
		first, period time.Duration
		want          []time.Duration // of the first calls
	}{
		{"a keepalive", 30 * time.Second, 30 * time.Second, []time.Duration{30 * time.Second, 60 * time.Second, 90 * time.Second}},
		{"an early first", 27 * time.Second, 30 * time.Second, []time.Duration{27 * time.Second, 57 * time.Second}},
		{"longer than a round of the wheel", 100 * time.Second, time.Minute, []time.Duration{100 * time.Second, 160 * time.Second}},
		{"exactly a round", wheelSlots * tick, wheelSlots * tick, []time.Duration{wheelSlots * tick, 2 * wheelSlots * tick}},
		{"every tick", tick, tick, []time.Duration{tick, 2 * tick, 3 * tick}},
	} {
		for _, onWheel := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				var wheel *Wheel
				late := time.Duration(0)
				if onWheel {
					wheel, late = NewWheel(tick), tick
					defer wheel.Close()
				}
				began := time.Now()
				var calls []time.Duration
				stop := wheel.Every(c.first, c.period, func() { calls = append(calls, time.Since(began)) })
				time.Sleep(c.want[len(c.want)-1] + tick/2)
				stop()
				time.Sleep(3 * c.period)
				synctest.Wait()
				if len(calls) != len(c.want) {
					t.Fatalf("%s (wheel %v): called at %v, want %v and no more", c.situation, onWheel, calls, c.want)
				}
				for i, at := range calls {
					if at < c.want[i] || at > c.want[i]+late {
						t.Errorf("%s (wheel %v): call %d at %v, want %v", c.situation, onWheel, i, at, c.want[i])
					}
				}
			})
		}
	}
}

func TestWheelServesManyInTheirOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wheel := NewWheel(10 * time.Millisecond)
		defer wheel.Close()
		counts := make([]int, 1000)
		var stops []func()
		for i := range counts {
			first := time.Duration(i) * time.Millisecond
			stops = append(stops, wheel.Every(first, time.Second, func() { counts[i]++ }))
		}
		time.Sleep(10*time.Second + 5*time.Millisecond)
		for _, stop := range stops {
			stop()
		}
		synctest.Wait()
		if low, high := slices.Min(counts), slices.Max(counts); low < 10 || high > 11 {
			t.Errorf("in ten seconds between %d and %d calls each", low, high)
		}
	})
}
