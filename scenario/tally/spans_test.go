package tally

import (
	"testing"
	"time"

	"github.com/phonebank/phonebank/phone"
)

// TestNoSecondIsLostWhenSpansBecomeWider: after ten minutes they are two seconds
// wide, and the first of these has begun before that.
func TestNoSecondIsLostWhenSpansBecomeWider(t *testing.T) {
	const phones = 1300
	counts := New(phones)
	begin := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	counts.Begin(begin)
	var spans Spans
	var until time.Duration
	started, registered, steps := 0, 0, 0
	widths := make(map[time.Duration]int)
	for n := range phones { // one a second, and a sample soon after
		at := begin.Add(time.Duration(n) * time.Second)
		say := counts.Start(n, at, at, Row{})
		say(phone.Record{At: at, Event: phone.StepEnded{Step: phone.StepRegister, Took: time.Millisecond}})
		say(phone.Record{At: at, Event: phone.Registered{Node: "n", Took: time.Millisecond}})
		if n < 595 || n > 605 && n < 1190 || n == 1201 || n == 1202 {
			continue // samples may also come late
		}
		for _, p := range spans.Next(counts, time.Duration(n)*time.Second+300*time.Millisecond) {
			if p.At != until {
				t.Errorf("a span begins at %v, the one before ended at %v", p.At, until)
			}
			until = p.At + p.Width
			started, registered, steps = started+p.Started, registered+p.Registered, steps+p.Steps[4].OK
			if time.Duration(p.Started)*time.Second != p.Width {
				t.Errorf("%d starts in the %v from %v", p.Started, p.Width, p.At)
			}
			widths[p.Width]++
		}
	}
	if seconds := int(until.Seconds()); started != seconds || registered != seconds || steps != seconds || seconds < 1290 || widths[2*time.Second] < 200 || widths[4*time.Second] < 20 {
		t.Errorf("until %v: %d starts, %d registrations, %d steps, spans %v", until, started, registered, steps, widths)
	}
}
