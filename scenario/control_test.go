package scenario

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/scenario/tally"
)

// steered runs a scenario and does something to it at given times.
func steered(t *testing.T, text string, hands map[time.Duration]func(*Control)) *tally.Result {
	control := NewControl()
	for at, do := range hands {
		time.AfterFunc(at, func() { do(control) })
	}
	return runInMemory(t, t.Context(), parse(t, text), Options{Control: control})
}

func starts(r *tally.Result) []time.Duration {
	var list []time.Duration
	for _, row := range r.Rows {
		list = append(list, row.StartedAt)
	}
	return list
}

func TestHandsOnTheSchedule(t *testing.T) {
	const text = "phones: {count: 6, lsc: none}\nload: hold 1/s\nstay: 1m"
	const s = time.Second
	for title, row := range map[string]struct {
		hands map[time.Duration]func(*Control)
		want  []time.Duration
		end   float64 // seconds
	}{
		"none":           {nil, []time.Duration{0, s, 2 * s, 3 * s, 4 * s, 5 * s}, 65},
		"twice as fast":  {map[time.Duration]func(*Control){1500 * time.Millisecond: func(c *Control) { c.Speed(2) }}, []time.Duration{0, s, 1750 * time.Millisecond, 2250 * time.Millisecond, 2750 * time.Millisecond, 3250 * time.Millisecond}, 63.25},
		"half as fast":   {map[time.Duration]func(*Control){s / 2: func(c *Control) { c.Faster(0.5) }}, []time.Duration{0, 3 * s / 2, 7 * s / 2, 11 * s / 2, 15 * s / 2, 19 * s / 2}, 69.5},
		"a pause of 10s": {map[time.Duration]func(*Control){1500 * time.Millisecond: func(c *Control) { c.Pause(true) }, 11500 * time.Millisecond: func(c *Control) { c.Pause(false) }}, []time.Duration{0, s, 12 * s, 13 * s, 14 * s, 15 * s}, 75},
		"drained":        {map[time.Duration]func(*Control){2500 * time.Millisecond: func(c *Control) { c.Drain() }}, []time.Duration{0, s, 2 * s}, 2.5},
		"drained while paused": {map[time.Duration]func(*Control){
			s / 2: func(c *Control) { c.Pause(true) }, 2 * s: func(c *Control) { c.Drain(); c.Drain() },
		}, []time.Duration{0}, 2},
	} {
		t.Run(title, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := steered(t, text, row.hands)
				if diff := cmp.Diff(row.want, starts(r)); diff != "" {
					t.Error(diff)
				}
				if r.Elapsed != row.end {
					t.Errorf("ended after %v s, want %v", r.Elapsed, row.end)
				}
				if r.Phones.Planned != len(row.want) || r.Phones.Registered != len(row.want) || r.ExitCode() != tally.ExitOK || r.Generator.StartLag.Max != 0 {
					t.Errorf("got %+v, exit %d, lag %v", r.Phones, r.ExitCode(), r.Generator.StartLag.Max)
				}
				if drained := len(row.want) < 6; drained != strings.HasPrefix(strings.Join(r.Notes, ""), "drained by hand") {
					t.Errorf("notes %q", r.Notes)
				}
			})
		})
	}
}

func TestStopKeepsTheResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := steered(t, "phones: {count: 100, lsc: none}\nload: hold 1/s", map[time.Duration]func(*Control){2500 * time.Millisecond: (*Control).Stop})
		if r.ExitCode() != tally.ExitInterrupted || r.Phones.Started != 3 || r.Phones.Planned != 100 {
			t.Errorf("exit %d, %+v", r.ExitCode(), r.Phones)
		}
	})
}

func TestSpeedStaysWithinReason(t *testing.T) {
	c := NewControl()
	for _, row := range []struct{ ask, want float64 }{{2, 2}, {0, 0.01}, {-5, 0.01}, {1e9, 100}} {
		if c.Speed(row.ask); c.Pace().Speed != row.want {
			t.Errorf("asked for %v, got %v, want %v", row.ask, c.Pace().Speed, row.want)
		}
	}
}

func TestHandsKeepTheLimit(t *testing.T) {
	s := parse(t, "phones: {count: 500}\nload: hold 40/s\nlimits: {rate: 60/s}")
	c := NewControl()
	c.Speed(4)
	with := s.withDefaults()
	if c.attach(func() {}, with.fastest()); c.Pace().Speed != 1.5 {
		t.Errorf("speed %v, want 1.5: 40/s planned, 60/s allowed", c.Pace().Speed)
	}
	if c.Faster(2); c.Pace().Speed != 1.5 {
		t.Errorf("speed %v after asking for more", c.Pace().Speed)
	}
}

// A closed loop starts the next phone when one has registered: with two at a
// time and 9 s of CAPF each, two every 9 s.
func TestAClosedLoopWaitsForTheCore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runInMemory(t, t.Context(), parse(t, `
phones: {count: 6, keys: pool 2}
core:
  faults: [{fault: slow, on: capf, delay: 3s}]
load: keep 2 booting
`), Options{})
		for n, got := range starts(r) {
			want := time.Duration(n/2) * 9 * time.Second
			if got.Truncate(time.Second) != want {
				t.Errorf("phone %d started at %v, want %v", n, got, want)
			}
		}
		if r.Phones.Registered != 6 || r.Generator.StartLag.Max != 0 {
			t.Errorf("%+v, lag %v", r.Phones, r.Generator.StartLag.Max)
		}
	})
}

func TestAClosedLoopGoesOnAfterPhonesThatGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runInMemory(t, t.Context(), parse(t, `
phones: {count: 3, lsc: none}
core:
  faults: [{fault: refuse, on: callmanager}]
load: keep 1 booting
`), Options{})
		if r.Phones.Failed != 3 || r.Rows[2].StartedAt == 0 {
			t.Errorf("%+v, the last started at %v", r.Phones, r.Rows[2].StartedAt)
		}
	})
}
