// Package progress shows how far a run is: a bar for people at a terminal, one
// plain line a second for everybody else.
//
//	12s started=2400 registered=2211 failed=3 rate=198/s
package progress

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/terminal"
	"github.com/phonebank/phonebank/scenario"
)

// View shows snapshots. Show is used by one goroutine, Say by any.
type View struct {
	out  *terminal.Stream
	stay time.Duration
	said atomic.Pointer[string] // shown at the next draw

	printed time.Time // the last plain line
	phase   scenario.Phase
	bar     *progressbar.ProgressBar
	loaded  time.Duration // when the stay began
}

// New returns a view of a run whose phones stay for the given time.
func New(out *terminal.Stream, stay time.Duration) *View {
	return &View{out: out, stay: stay}
}

// Tick is how often the view wants to be shown something.
func (v *View) Tick() time.Duration {
	if v.out.Terminal {
		return 200 * time.Millisecond
	}
	return time.Second
}

// Show takes a snapshot.
func (v *View) Show(s scenario.Snapshot) {
	if v.out.Terminal {
		v.draw(s)
		return
	}
	// A change of phase is told too, but a line a second is enough.
	if now := time.Now(); now.Sub(v.printed) >= 900*time.Millisecond {
		v.printed = now
		fmt.Fprintln(v.out, Line(s))
	}
}

// Line is a snapshot in one line.
func Line(s scenario.Snapshot) string {
	seconds := int(s.Elapsed.Round(time.Second).Seconds())
	switch s.Phase {
	case scenario.PhaseKeys, scenario.PhaseCertificates:
		return fmt.Sprintf("%ds %s=%d/%d", seconds, s.Phase, s.Done, s.Of)
	}
	return fmt.Sprintf("%ds started=%d registered=%d failed=%d rate=%.0f/s", seconds, s.Started, s.Registered, s.Failed, s.Rate)
}

// Say shows a line above the bar.
func (v *View) Say(text string) { v.said.Store(&text) }

// draw moves the bar of the phase.
func (v *View) draw(s scenario.Snapshot) {
	if said := v.said.Swap(nil); said != nil {
		v.Close()
		fmt.Fprintln(v.out, *said)
	}
	if v.bar == nil || s.Phase != v.phase {
		v.Close()
		v.phase, v.loaded = s.Phase, s.Elapsed
		v.bar = v.newBar(s)
	}
	switch s.Phase {
	case scenario.PhaseKeys, scenario.PhaseCertificates:
		v.bar.ChangeMax(max(s.Of, 1))
		v.set(s.Done, string(s.Phase), s.Of)
	case scenario.PhaseStay:
		v.set(int((s.Elapsed - v.loaded).Milliseconds()), fmt.Sprintf("staying, %d registered, %d failed, keepalives lost %d",
			s.Now, s.Failed, s.KeepAlivesLost), int(v.stay.Milliseconds()))
	default:
		v.set(s.Registered+s.Failed, fmt.Sprintf("%s, %d started, %d registered, %d failed, %.0f/s",
			s.Phase, s.Started, s.Registered, s.Failed, s.Rate), s.Planned)
	}
}

// set keeps below the maximum, where a bar would end itself.
func (v *View) set(n int, text string, most int) {
	v.bar.Describe(text)
	_ = v.bar.Set(max(0, min(n, most-1))) // it only draws
}

func (v *View) newBar(s scenario.Snapshot) *progressbar.ProgressBar {
	most := s.Planned
	if s.Phase == scenario.PhaseStay {
		most = int(v.stay.Milliseconds())
	}
	theme := progressbar.Theme{Saucer: "█", SaucerPadding: "░"}
	return progressbar.NewOptions(max(most, 1),
		progressbar.OptionSetWriter(v.out), progressbar.OptionSetTheme(theme), progressbar.OptionEnableColorCodes(v.out.Colour),
		progressbar.OptionSetWidth(24), progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false),
		progressbar.OptionClearOnFinish())
}

// Close takes the bar away.
func (v *View) Close() {
	if v.bar != nil {
		_ = v.bar.Clear() // it only draws
		v.bar = nil
	}
}
