package bench

import (
	"testing"
	"time"
)

// BenchmarkG9KeepAliveCPU is the CPU time of a keepalive on the phones' side,
// from the timer to the answer, over that of the same over plain TCP. Both
// fleets run at the same time, so that every round sees one machine.
func BenchmarkG9KeepAliveCPU(b *testing.B) {
	for _, digits := range models {
		b.Run(digits, func(b *testing.B) { keepAliveCPU(b, short(full), digits) })
	}
}

func keepAliveCPU(t testing.TB, s size, digits string) {
	if !measurable {
		t.Skip("this system does not tell the CPU time of a process")
	}
	n := s.idle / 4
	dir := t.TempDir()
	if err := newWorld(t, s, n).save(dir); err != nil {
		t.Fatal(err)
	}
	fleet := FleetArgs{Dir: dir, Model: digits, Phones: n}
	startChild(t, "core").call(t, "Start", CoreArgs{Dir: dir, Phones: n, Pace: s.pace}, &fleet.Core)
	ours := startChild(t, "fleet")
	ours.call(t, "Prepare", fleet, nil)
	ours.call(t, "Start", n, nil)

	bare := BareTCPArgs{Conns: n, Pace: s.pace}
	startChild(t, "tcp peer").call(t, "Start", Nothing{}, &bare.Address)
	floor := startChild(t, "bare tcp")
	floor.call(t, "Start", bare, nil)

	var seen []pair
	for range s.rounds {
		ourCost, floorCost := costOf(t, ours), costOf(t, floor)
		time.Sleep(time.Duration(s.pace) * time.Second)
		seen = append(seen, pair{ours: ourCost(), floor: floorCost()})
	}
	result := mediansOf(seen)
	report(t, result.ratio, "ratio")
	report(t, result.ours, "µs-cpu/keepalive")
	report(t, result.floor, "µs-cpu/bare-keepalive")
}

// costOf begins to measure what an answered keepalive costs a child; the
// returned function ends it, with microseconds.
func costOf(t testing.TB, c *child) func() float64 {
	var before, after Tally
	c.call(t, "Tally", false, &before)
	return func() float64 {
		c.call(t, "Tally", false, &after)
		return float64(after.CPU-before.CPU) / float64(time.Microsecond) / float64(max(1, after.Answered-before.Answered))
	}
}
