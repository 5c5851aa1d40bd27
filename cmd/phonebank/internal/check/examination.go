package check

import (
	"context"
	"slices"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// kinds are the trust lists, in the order in which a phone asks for them.
var kinds = [...]ctl.Kind{ctl.CTL, ctl.ITL}

// examination is what is known of a cluster so far.
type examination struct {
	Options
	findings []Finding
	unmet    map[string]string // checks that others must not build on, and why

	servers []*server // of TFTP, in the order they were named
	main    *server   // the first that answers; nil: none
	lists   map[ctl.Kind]*ctl.List
	taken   map[ctl.Kind]bool // the phone takes it in the place of the one it holds

	requested string // name of the configuration that was served
	file      []byte // that file
	verdict   phone.ConfigVerdict
	config    *cnf.Config // what it says; also of a file that is not to be trusted, for its addresses

	ports map[string][]*port // by service
	flash phone.Flash
	booted
}

func newExamination(o Options) *examination {
	o = o.withDefaults()
	e := &examination{
		Options: o, flash: o.Flash, unmet: map[string]string{},
		lists: map[ctl.Kind]*ctl.List{}, taken: map[ctl.Kind]bool{}, ports: map[string][]*port{},
	}
	for _, address := range o.Servers {
		e.servers = append(e.servers, &server{address: address, files: map[ctl.Kind]file{}})
	}
	return e
}

// examine makes one check, if what it needs is there.
func (e *examination) examine(ctx context.Context, c row) {
	var findings []Finding
	switch reason := e.missing(c); {
	case reason != "":
		findings = one(unchecked(c.title, reason))
	case ctx.Err() != nil:
		findings = one(unchecked(c.title, "the check was interrupted"))
	default:
		findings = c.examine(ctx, e)
	}
	for _, f := range findings {
		f.Check, f.Step = c.name, c.step
		e.findings = append(e.findings, f)
		if _, known := e.unmet[c.name]; !known && f.reason != "" {
			e.unmet[c.name] = f.reason
		}
	}
}

// missing is why a check cannot be made, "" when it can.
func (e *examination) missing(c row) string {
	for _, need := range c.needs {
		if reason, ok := e.unmet[need]; ok {
			return reason
		}
	}
	return ""
}

// failed says whether something was found to be wrong.
func (e *examination) failed() bool {
	return slices.ContainsFunc(e.findings, func(f Finding) bool { return f.Outcome == Failed })
}

// trust is what the phone holds once it has seen what it was offered.
func (e *examination) trust() phone.Held {
	held := phone.Held{CTL: e.Flash.CTL, ITL: e.Flash.ITL}
	if e.taken[ctl.CTL] {
		held.CTL = e.lists[ctl.CTL]
	}
	if e.taken[ctl.ITL] {
		held.ITL = e.lists[ctl.ITL]
	}
	return held
}
