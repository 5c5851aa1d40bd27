package tally

import (
	"time"

	"github.com/phonebank/phonebank/phone"
)

// State is how far a phone has come.
type State string

// The states of a phone.
const (
	Planned    State = "planned"    // not started yet
	Started    State = "started"    // on its way
	Registered State = "registered" // completed a registration
	Failed     State = "failed"     // ran out of patience before one
)

// Row is one phone's line of the result.
type Row struct {
	Name    phone.Name
	Model   string
	Group   string    // of the scenario's groups
	Trust   string    // where the lists held at power-on came from, such as "held" or "stale"
	Held    [2]string // SHA-1 of the CTL and the ITL held at power-on, in hex; empty for none
	Address string    // source address, empty when the system chose
	State   State

	DueAt        time.Duration // when the schedule wanted it to start, since the schedule began
	StartedAt    time.Duration // when it did start, likewise
	RegisteredAt time.Duration // the first registration, likewise
	Boot         time.Duration // due to registered, without waiting for this machine's limits
	BootAsSent   time.Duration // power on to registered, likewise
	Register     time.Duration // connect to TimeDateRes
	Waited       time.Duration // for limits of this machine, all steps together

	Node           string // registered with, empty when it is not now
	Boots          int
	Registrations  int
	KeepAlivesSent int
	KeepAlivesLost int
	LSC            bool // received a certificate
	TVSAsked       int  // questions to TVS

	replaced [2]bool // CTL, ITL: the held bytes have changed
	again    uint8   // a bit for each step whose last attempt failed: the next is a retry
	refused  [2]bool // CTL, ITL: one that was offered was refused

	Step  phone.Step  // of the last failure
	Cause phone.Cause // likewise
	Err   error       // likewise; nil when every step went well
}

func (r *Row) fail(step phone.Step, cause phone.Cause, err error) {
	r.Step, r.Cause, r.Err = step, cause, err
}
