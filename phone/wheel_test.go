package phone

import (
	"slices"
	"sync"
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

// TestWheelWaitsForNobody has calls that block for 100 s, as a keepalive does
// whose CallManager reads nothing: all others are on time.
func TestWheelWaitsForNobody(t *testing.T) {
	const tick = 10 * time.Millisecond
	for _, blocked := range []int{1, 100} {
		synctest.Test(t, func(t *testing.T) {
			wheel := NewWheel(tick)
			defer wheel.Close()
			began := time.Now()
			var mu sync.Mutex
			var blocks, calls []time.Duration
			note := func(to *[]time.Duration) {
				mu.Lock()
				defer mu.Unlock()
				*to = append(*to, time.Since(began))
			}
			for range blocked {
				defer wheel.Every(10*time.Second, 10*time.Second, func() {
					note(&blocks)
					time.Sleep(100 * time.Second)
				})()
			}
			defer wheel.Every(10*time.Second, 10*time.Second, func() { note(&calls) })()
			time.Sleep(205 * time.Second)
			mu.Lock()
			defer mu.Unlock()
			if len(calls) != 20 {
				t.Fatalf("%d blocked: called %d times in 205 s, at %v", blocked, len(calls), calls)
			}
			// Behind those that block: one caller more a tick later, then two, then four.
			for i, at := range calls {
				if want := time.Duration(i+1) * 10 * time.Second; at < want || at > want+10*tick {
					t.Errorf("%d blocked: call %d at %v, want %v", blocked, i, at, want)
				}
			}
			if len(blocks) != 2*blocked { // at 10 s, and at 120 s: 10 s after it had ended
				t.Errorf("%d blocked: called %d times", blocked, len(blocks))
			}
		})
	}
}

// TestWheelOwesOneCall lets a wheel stand still for many turns, as a process
// does that was stopped: one call is made up for, the next comes a whole period
// after it.
func TestWheelOwesOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &Wheel{tick: 10 * time.Millisecond, slots: make([]*turn, wheelSlots)}
		calls := 0
		w.Every(3*time.Second, 3*time.Second, func() { calls++ })
		for _, c := range []struct{ ticks, calls int }{{299, 0}, {1, 1}, {3000, 2}, {299, 2}, {1, 3}, {299, 3}, {1, 4}} {
			w.advance(c.ticks)
			synctest.Wait()
			if calls != c.calls {
				t.Errorf("%d calls after %d ticks more, want %d", calls, c.ticks, c.calls)
			}
		}
	})
}
