package scenario

import (
	"strconv"

	"github.com/phonebank/phonebank/scenario/internal/tree"
	"github.com/phonebank/phonebank/scenario/timeline"
)

// maxSteps bounds a plan.
const maxSteps = 200

// readTimeline reads what an administrator does: a list of times, each with a
// sentence.
func (s *Scenario) readTimeline(n *tree.Node) {
	i := 0
	n.List(func(n *tree.Node) {
		s.places[stepKey(i)] = n.Place()
		if i++; i > maxSteps {
			n.Faultf("a plan has at most %d steps", maxSteps)
			return
		}
		n.Pairs(func(key string, at tree.Place, value *tree.Node) {
			step, err := timeline.ParseTime(key)
			if err != nil {
				value.At(at).Fault(err)
				return
			}
			tree.Into(&step.Action, timeline.ParseAction)(value)
			step.Text, _ = value.Scalar()
			s.Timeline = append(s.Timeline, step)
		})
	})
}

func stepKey(i int) string { return "timeline[" + strconv.Itoa(i) + "]" }
