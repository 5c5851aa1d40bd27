package bench

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkG11TenRounds keeps secure phones registered for ten keepalives each,
// this process the phones and a child the core, and loses none. Besides the
// 10,000 of the goal it tries as many as one process can have.
func BenchmarkG11TenRounds(b *testing.B) {
	s := short(full)
	for _, n := range []int{s.idle, 2*s.idle - s.idle/20} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { tenRounds(b, s, n) })
	}
}

func tenRounds(t testing.TB, s size, n int) {
	if most := openFiles() - spareFiles; n > most {
		t.Skipf("%d phones need %d open files, the limit is %d", n, n+spareFiles, openFiles())
	}
	dir := t.TempDir()
	w := newWorld(t, s, n)
	if err := w.save(dir); err != nil {
		t.Fatal(err)
	}
	fleet, args := &Fleet{world: w}, FleetArgs{Model: models[0], Phones: n}
	other := startChild(t, "core")
	other.call(t, "Start", CoreArgs{Dir: dir, Phones: n, Pace: s.pace}, &args.Core)
	if err := fleet.Prepare(args, nil); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := fleet.Start(n, nil); err != nil {
		t.Fatal(err)
	}
	report(t, float64(n)/time.Since(began).Seconds(), "boots/s")
	waitForBeats(t, fleet, s)
	var tally Tally
	if err := fleet.Tally(measurable, &tally); err != nil {
		t.Fatal(err)
	}
	if err := fleet.Stop(Nothing{}, nil); err != nil {
		t.Error(err)
	}
	if tally.Missed > 0 || tally.Lost > 0 {
		t.Errorf("%d keepalives missed and %d registrations lost, of %d phones", tally.Missed, tally.Lost, n)
	}
	report(t, float64(tally.Answered), "keepalives")
	report(t, float64(tally.Missed+tally.Lost), "lost")
	report(t, float64(tally.Bytes)/float64(n), "B/phone")
}

// waitForBeats waits until every phone has had its answers.
func waitForBeats(t testing.TB, fleet *Fleet, s size) {
	t.Helper()
	pace := time.Duration(s.pace) * time.Second
	for end := time.Now().Add(time.Duration(s.beats+3) * pace); ; {
		var tally Tally
		fleet.Tally(false, &tally)
		if tally.Least >= int32(s.beats) || tally.Lost > 0 {
			return
		}
		if time.Now().After(end) {
			t.Errorf("a phone has had %d answers instead of %d", tally.Least, s.beats)
			return
		}
		time.Sleep(pace / 10)
	}
}
