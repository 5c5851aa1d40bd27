package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/scenario/timeline"
)

// startsAnew are the settings of a simulated cluster that no directory keeps,
// and the orders that change them. The next run has them from its scenario;
// phones that are kept remember otherwise.
var startsAnew = []struct {
	what string
	by   []core.Deed
}{
	{"the cluster security mode", []core.Deed{core.DoMixedMode, core.DoNonSecureMode}},
	{"the CTL", []core.Deed{core.DoUpdateCTL, core.DoMixedMode, core.DoNonSecureMode}},
	{"the signer of the ITL", []core.Deed{core.DoResetITLKey}},
	{"the preparation for rollback", []core.Deed{core.DoPrepareRollback, core.DoUndoRollback}},
	{"the security profiles", []core.Deed{core.DoSetProfile}},
	{"the servers' clock", []core.Deed{core.DoAdvanceClock}},
}

// noteWhatStartsAnew says what of a plan the next run with the same directory
// does not find.
func (r *run) noteWhatStartsAnew() {
	if r.keeper == nil || r.rehearsal == nil || r.place == nil || len(r.place.nodes) == 0 {
		return
	}
	if forgotten := forgottenOf(r.rehearsal.taken); len(forgotten) > 0 {
		r.note(fmt.Sprintf("%s keeps the cluster's certificates and tokens as the plan has left them; the next run has %s from its scenario: "+
			"phones may refuse lists that are made otherwise, until their lists are erased", r.options.StateDir, enumerate(forgotten)))
	}
	if moved := r.rehearsal.movedAway(); moved > 0 {
		r.note(fmt.Sprintf("cluster-2 is not kept: %d phones were moved there, and hold lists in %s whose signers are gone until they are erased",
			moved, r.options.StateDir))
	}
}

// forgottenOf are the settings that the steps of a plan have changed.
func forgottenOf(taken []timeline.Action) (forgotten []string) {
	for _, setting := range startsAnew {
		if slices.ContainsFunc(taken, func(a timeline.Action) bool { return slices.Contains(setting.by, a.Order.Do) }) {
			forgotten = append(forgotten, setting.what)
		}
	}
	return forgotten
}

// movedAway is how many phones ask another cluster than the first.
func (h *rehearsal) movedAway() (n int) {
	for i := range h.moved {
		n += btoi(h.moved[i].Load() > 0)
	}
	return n
}

// enumerate joins words to "a, b and c".
func enumerate(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
