package check

import (
	"github.com/phonebank/phonebank/cmd/phonebank/internal/inspect"
	"github.com/phonebank/phonebank/phone"
)

// Report is what came of a check, as "check --json" writes it.
type Report struct {
	Servers     []string   `json:"servers"` // TFTP, host:port
	Phone       phone.Name `json:"phone"`   // the device that was asked as
	Model       string     `json:"model"`
	Good        bool       `json:"good"`        // nothing failed
	Unreachable bool       `json:"unreachable"` // no TFTP server answered
	Counts      Counts     `json:"counts"`

	FirstCause string   `json:"first_cause"` // the first failure, empty for none
	Check      string   `json:"check"`       // its check
	Repair     []string `json:"repair"`      // what to do about it, in order

	Findings []Finding      `json:"findings"` // in the order of the steps
	Lists    []inspect.List `json:"lists"`    // that were served and parse
}

// Counts are findings by outcome.
type Counts struct {
	OK      int `json:"ok"`
	Warning int `json:"warning"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
}

// report orders the findings by step.
func (e *examination) report() Report {
	r := Report{
		Servers: e.Servers, Phone: e.Identity.Name, Model: e.Identity.Model.Name, Unreachable: e.main == nil,
		Repair: []string{}, Findings: []Finding{}, Lists: []inspect.List{},
	}
	for step := range headings {
		for _, f := range e.findings {
			if f.Step == step+1 {
				r.add(f)
			}
		}
	}
	r.Good = r.Counts.Failed == 0
	for _, kind := range kinds {
		if list := e.lists[kind]; list != nil {
			r.Lists = append(r.Lists, inspect.ListOf(list))
		}
	}
	return r
}

func (r *Report) add(f Finding) {
	r.Findings = append(r.Findings, f)
	switch f.Outcome {
	case OK:
		r.Counts.OK++
	case Warning:
		r.Counts.Warning++
	case Skipped:
		r.Counts.Skipped++
	case Failed:
		r.Counts.Failed++
		if r.FirstCause == "" {
			r.FirstCause, r.Check, r.Repair = f.Text, f.Check, append(r.Repair, f.Repair...)
		}
	}
}
