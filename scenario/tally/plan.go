package tally

import "github.com/phonebank/phonebank/phone"

// PlanStep is what came of one step of a scenario's timeline: how the phones
// stood when the next step was due, or at the end. Step 0 is how they stood
// before the first.
type PlanStep struct {
	Step   int         `json:"step"`
	At     float64     `json:"at_seconds"` // when it was taken, since the start of the load
	Text   string      `json:"text"`
	Error  string      `json:"error,omitempty"` // why it could not be done
	Groups []PlanGroup `json:"groups"`
}

// PlanGroup is how the phones of a group stood. A phone is locked out when it is
// switched on and refused the last list or the last configuration that it was
// offered, or when it is not registered because its last attempt failed.
type PlanGroup struct {
	Group        string    `json:"group"`
	Phones       int       `json:"phones"` // started so far
	Off          int       `json:"off"`    // switched off
	Registered   int       `json:"registered"`
	ListsUpdated int       `json:"lists_updated"` // phones that took a new list since the step
	ListsKept    ListsKept `json:"lists_kept"`
	LockedOut    int       `json:"locked_out"`
	Needs        []Need    `json:"needs"` // of those that are locked out, most frequent first
}

// ListsKept counts the phones whose list is another than the one that TFTP
// serves, switched-off ones included.
type ListsKept struct {
	CTL int `json:"ctl"`
	ITL int `json:"itl"`
}

// Need is what locked-out phones need.
type Need struct {
	Phones int        `json:"phones"`
	Need   string     `json:"need"`
	Hands  bool       `json:"hands_on_phone"`
	Reason string     `json:"reason"` // of one of them
	Phone  phone.Name `json:"phone"`  // that one
}

// Harm is the first step after which more phones were locked out than before;
// step 0 is before the plan.
type Harm struct {
	Step      int    `json:"step"`
	Text      string `json:"text"`
	LockedOut int    `json:"locked_out"`
}

// lockedOut adds up the groups.
func (s PlanStep) lockedOut() (n int) {
	for _, g := range s.Groups {
		n += g.LockedOut
	}
	return n
}

func firstHarm(plan []PlanStep) *Harm {
	for _, step := range plan {
		if now := step.lockedOut(); now > 0 {
			return &Harm{Step: step.Step, Text: step.Text, LockedOut: now}
		}
	}
	return nil
}

// LockedOutAtEnd is how many phones a plan has left locked out.
func (r *Result) LockedOutAtEnd() int {
	if len(r.Plan) == 0 {
		return 0
	}
	return r.Plan[len(r.Plan)-1].lockedOut()
}
