package progress

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/terminal"
	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/scenario/tally"
)

func TestLine(t *testing.T) {
	counted := tally.Snapshot{Planned: 3000, Started: 2400, Registered: 2211, Failed: 3}
	for _, c := range []struct {
		situation string
		s         scenario.Snapshot
		want      string
	}{
		{"phones start", scenario.Snapshot{Phase: scenario.PhaseLoad, Elapsed: 12*time.Second + 3*time.Millisecond, Snapshot: counted, Rate: 198.4}, "12s started=2400 registered=2211 failed=3 rate=198/s"},
		{"just before the second", scenario.Snapshot{Phase: scenario.PhaseStay, Elapsed: 12*time.Second - time.Millisecond, Snapshot: counted}, "12s started=2400 registered=2211 failed=3 rate=0/s"},
		{"the pool is filled", scenario.Snapshot{Phase: scenario.PhaseKeys, Elapsed: 2 * time.Second, Done: 17, Of: 264}, "2s keys=17/264"},
	} {
		if got := Line(c.s); got != c.want {
			t.Errorf("%s: %q, want %q", c.situation, got, c.want)
		}
	}
}

func TestOneLineASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		v := New(terminal.New(&out), 0)
		if v.Tick() != time.Second {
			t.Errorf("tick %v", v.Tick())
		}
		for n := range 31 { // ten ticks of a second, and changes of phase between them
			v.Show(scenario.Snapshot{Phase: scenario.PhaseLoad, Elapsed: time.Duration(n) * time.Second / 3})
			time.Sleep(time.Second / 3)
		}
		v.Close()
		if lines := strings.Count(out.String(), "\n"); lines != 11 {
			t.Errorf("%d lines in ten seconds:\n%s", lines, out.String())
		}
		if strings.ContainsAny(out.String(), "\r\x1b") {
			t.Errorf("decoration in plain output: %q", out.String())
		}
	})
}

func TestABarOnATerminal(t *testing.T) {
	var out bytes.Buffer
	v := New(&terminal.Stream{Writer: &out, Terminal: true}, time.Minute)
	show := func(phase scenario.Phase, elapsed time.Duration, registered int) {
		v.Show(scenario.Snapshot{Phase: phase, Elapsed: elapsed, Done: 1, Of: 2, Snapshot: tally.Snapshot{Planned: 100, Started: 100, Registered: registered, Now: registered}})
	}
	show(scenario.PhaseKeys, 0, 0)
	show(scenario.PhaseLoad, time.Second, 40)
	show(scenario.PhaseLoad, 2*time.Second, 100)
	show(scenario.PhaseStay, 3*time.Second, 100)
	show(scenario.PhaseStay, 100*time.Second, 100) // longer than planned
	show(scenario.PhaseDrain, 101*time.Second, 100)
	v.Close()
	v.Close()
	for _, want := range []string{"keys", "40 registered", "100 registered", "staying", "drain"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in %q", want, out.String())
		}
	}
	if strings.Contains(out.String(), "\n") {
		t.Errorf("the bar ended a line: %q", out.String())
	}
}
