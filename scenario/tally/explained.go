package tally

import (
	"cmp"
	"slices"
	"strings"

	"github.com/phonebank/phonebank/phone"
)

// maxExplained bounds the distinct explanations that are kept; others count as
// the example of their step and cause.
const maxExplained = 64

// explained is what makes one explanation another than the next. The words of
// a reason may name ports and phones, so they do not belong to it.
type explained struct {
	step        phone.Step
	finding     phone.Finding
	cause       phone.Cause
	serial, fix string
	where       phone.Place
}

// explain counts a failed step: by the phone's own explanation where a decision
// of trust was behind it, else by what the table of hints has to say.
func (s *shard) explain(r *Row, step phone.Step, cause phone.Cause, err error) {
	why, ok := phone.Explain(err)
	key := explained{step, why.Finding, cause, why.Signer.Serial, strings.ReplaceAll(why.Fix, string(r.Name), ""), why.Where}
	if !ok {
		key, why = hinted(step, cause, err)
	}
	s.example(key, r.Name, why).Count++
}

// example is the explanation that stands for a key, or for its step and cause
// when there are too many.
func (s *shard) example(key explained, name phone.Name, why phone.Explanation) *Explanation {
	if s.explained[key] == nil && len(s.explained) >= maxExplained {
		key, why = hinted(key.step, key.cause, nil)
	}
	if s.explained[key] == nil {
		s.explained[key] = &Explanation{Step: key.step, Phone: name, Explanation: why}
	}
	return s.explained[key]
}

// hinted is the explanation of a failure that says no more than its words, or
// its cause.
func hinted(step phone.Step, cause phone.Cause, err error) (explained, phone.Explanation) {
	reason, fix := Hint(step, cause, err)
	return explained{step: step, cause: cause, fix: fix},
		phone.Explanation{Cause: cause, Reason: reason, Fix: fix, Holds: []phone.Holding{}, Console: []string{}}
}

// explanations are in the order of the causes, the most frequent first.
func (s *shard) explanations() []Explanation {
	results := []Explanation{}
	for _, cause := range s.causeResults() {
		results = append(results, s.explainedAs(cause.Step, cause.Cause)...)
	}
	return results
}

func (s *shard) explainedAs(step phone.Step, cause phone.Cause) []Explanation {
	var all []Explanation
	for key, why := range s.explained {
		if key.step == step && key.cause == cause {
			all = append(all, *why)
		}
	}
	slices.SortFunc(all, func(a, b Explanation) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Phone, b.Phone), cmp.Compare(a.Reason, b.Reason))
	})
	return all
}
