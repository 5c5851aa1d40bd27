package keyboard

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/scenario"
)

func TestKeys(t *testing.T) {
	for title, row := range map[string]struct {
		keys string
		want scenario.Pace
		said []string
	}{
		"faster":              {"+", scenario.Pace{Speed: 1.1}, []string{"arrivals at 110 % of the planned rate"}},
		"twice, then half":    {"*/", scenario.Pace{Speed: 1}, []string{"arrivals at 200 % of the planned rate", "arrivals at 100 % of the planned rate"}},
		"back to the plan":    {"**0", scenario.Pace{Speed: 1}, []string{"arrivals at 200 % of the planned rate", "arrivals at 400 % of the planned rate", "arrivals at 100 % of the planned rate"}},
		"pause":               {"p", scenario.Pace{Speed: 1, Paused: true}, []string{"paused; p goes on"}},
		"pause and go on":     {"pp", scenario.Pace{Speed: 1}, []string{"paused; p goes on", "arrivals at 100 % of the planned rate"}},
		"drain":               {"q", scenario.Pace{Speed: 1, Drained: true}, []string{"draining: nobody more starts"}},
		"stop":                {"Q", scenario.Pace{Speed: 1}, []string{"stopping"}},
		"keys without a hand": {"x\n\x1b[A", scenario.Pace{Speed: 1}, nil},
	} {
		t.Run(title, func(t *testing.T) {
			c := scenario.NewControl()
			var said []string
			Steer(strings.NewReader(row.keys), c, func(s string) { said = append(said, s) })
			if diff := cmp.Diff(row.want, c.Pace()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(row.said, said); diff != "" {
				t.Error(diff)
			}
		})
	}
}
