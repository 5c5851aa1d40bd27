package bench

import (
	"testing"
)

// spareFiles are descriptors that a process needs beside its phones' own.
const spareFiles = 400

// BenchmarkG7IdleMemory is the resident memory of a registered secure phone
// that waits, client side, over that of a connection of the usual design: a
// goroutine, a tls.Conn and a bufio.Reader each. Both sides keep their LSC.
func BenchmarkG7IdleMemory(b *testing.B) {
	for _, digits := range models {
		b.Run(digits, func(b *testing.B) { idleMemory(b, short(full), digits) })
	}
}

func idleMemory(t testing.TB, s size, digits string) {
	if !measurable {
		t.Skip("this system does not tell the memory of a process")
	}
	n := min(s.idle, openFiles()-spareFiles) / s.rounds
	dir := t.TempDir()
	if err := newWorld(t, s, n*s.rounds).save(dir); err != nil {
		t.Fatal(err)
	}
	fleet := FleetArgs{Dir: dir, Model: digits, Phones: n * s.rounds}
	startChild(t, "core").call(t, "Start", CoreArgs{Dir: dir, Phones: n * s.rounds}, &fleet.Core)
	ours := startChild(t, "fleet")
	ours.call(t, "Prepare", fleet, nil)

	bare := ClientArgs{Dir: dir, Model: digits}
	startChild(t, "tls peer").call(t, "Start", dir, &bare.Core.TFTP)
	floor := startChild(t, "bare idle")
	floor.call(t, "Prepare", bare, nil)

	// A round is n phones more; its figure is what each of them has added.
	result := alternate(s.rounds,
		func() float64 {
			var before, after Tally
			ours.call(t, "Tally", true, &before)
			ours.call(t, "Start", n, nil)
			ours.call(t, "Tally", true, &after)
			return float64(after.Bytes-before.Bytes) / float64(n)
		},
		func() float64 {
			var before, after Usage
			floor.call(t, "Usage", Nothing{}, &before)
			floor.call(t, "Start", n, nil)
			floor.call(t, "Usage", Nothing{}, &after)
			return float64(after.Bytes-before.Bytes) / float64(n)
		})
	report(t, result.ratio, "ratio")
	report(t, result.ours, "B/phone")
	report(t, result.floor, "B/bare-conn")
	report(t, float64(n*s.rounds), "phones")
}
