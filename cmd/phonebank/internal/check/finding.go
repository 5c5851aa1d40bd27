package check

// Finding is one line of the checklist.
type Finding struct {
	Check   string   `json:"check"`   // name of the check: ctl-signature, capf-port …
	Step    int      `json:"step"`    // of the checklist, 1 to 7
	Outcome Outcome  `json:"outcome"` // ok, warning, failed or skipped
	Text    string   `json:"text"`    // what was found, in one sentence
	Details []string `json:"details,omitempty"`
	Repair  []string `json:"repair,omitempty"` // of a failure or a warning: what to do, in order

	// reason is what the checks that need this one say: "because …".
	reason string
}

// Outcome is how a check ended.
type Outcome string

// The outcomes of a check.
const (
	OK      Outcome = "ok"
	Warning Outcome = "warning" // it works now, and somebody should look at it
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped" // it does not apply, or could not be checked
)

// good is a finding with nothing to do.
func good(text string, details ...string) Finding {
	return Finding{Outcome: OK, Text: text, Details: details}
}

// bad is a failure. reason is the short form that its children quote.
func bad(reason, text string, repair ...string) Finding {
	return Finding{Outcome: Failed, Text: text, Repair: repair, reason: reason}
}

// doubtful is a warning.
func doubtful(text string, repair ...string) Finding {
	return Finding{Outcome: Warning, Text: text, Repair: repair}
}

// none says that there is nothing to check. Children quote the reason.
func none(reason, text string) Finding {
	return Finding{Outcome: Skipped, Text: text, reason: reason}
}

// unchecked is a check whose need was not met.
func unchecked(title, reason string) Finding {
	return none(reason, title+" (could not be checked, because "+reason+")")
}

func one(f Finding) []Finding { return []Finding{f} }

// lacking is a warning about something that is not there, so that what builds
// on it cannot be checked.
func lacking(reason, text string, repair ...string) Finding {
	return Finding{Outcome: Warning, Text: text, Repair: repair, reason: reason}
}
