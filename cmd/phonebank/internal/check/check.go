// Package check is the verification and repair checklist for phones with trust
// lists, asked from a phone's side of the wire: what does a phone see of a live
// cluster, and what is the first thing that is wrong with it?
//
//	table.go        every check: its name, its step, what it needs, its function
//	examination.go  what is known so far
//	tftp.go         step 3: the lists as TFTP serves them
//	list.go         step 4: would a phone take them
//	held.go         steps 4 and 5: and one that holds other lists
//	ports.go        which servers there are, and which certificates they present
//	certificates.go steps 1 and 2: dates
//	compare.go      step 2: the records against what is presented
//	config.go       step 7: the configuration
//	handshake.go    steps 6 and 7: TLS as the phone would judge it
//	enrolment.go    steps 6 and 7: one phone enrols and registers
//	repair.go       what an administrator does about it
//	report.go       what came of it, for programs; print.go for people
//
// A check whose need has failed is no failure of its own: it could not be
// checked, and says because of what. So the first failure of the printed list
// is a real cause. Nothing is asked twice, every question is bounded in time,
// and there are few of them: a handful of files, and one TLS handshake a server.
package check

import (
	"context"
	"crypto/tls"
	"time"

	"github.com/phonebank/phonebank/phone"
)

// Options say whom to check, and as which phone.
type Options struct {
	Servers  []string          // TFTP, host:port; the first that answers counts, the others are compared with it
	Identity phone.Identity    // of the device to ask as
	Flash    phone.Flash       // what the phone holds; empty for a new one
	Own      *phone.Credential // what the phone shows of itself: its LSC, else its MIC; nil for neither
	Unnamed  bool              // nobody named the device: that the cluster does not know it is no fault
	Enrol    bool              // have the phone obtain an LSC
	Register bool              // have the phone register, which includes what CAPF asks for

	ExpireWithin time.Duration // warn of certificates that end within it
	Timeout      time.Duration // of one file, one connect, one handshake
	Suites       []uint16      // TLS 1.0 to 1.2, for a look at servers that refuse the phone's own
	Now          time.Time     // zero: when Run is called
}

// tries is how often a datagram is sent before the server counts as silent.
const tries = 3

// Run goes through the checklist. It ends early when ctx does: what was found
// until then is in the report. The second result is the phone's flash, changed
// when it enrolled.
func Run(ctx context.Context, o Options) (Report, phone.Flash) {
	e := newExamination(o)
	for _, c := range table(e.Options) {
		e.examine(ctx, c)
	}
	return e.report(), e.flash
}

// withDefaults also gives the phone the patience of this check.
func (o Options) withDefaults() Options {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	model := *o.Identity.Model
	model.Timers.TFTPTry, model.Timers.TFTPTries = o.Timeout/tries, tries
	model.Timers.Transfer = max(4*o.Timeout, 10*time.Second) // a long list over a long way
	model.Timers.Connect, model.Timers.Handshake = o.Timeout, o.Timeout
	model.Timers.Answer, model.Timers.TVS = o.Timeout, o.Timeout
	model.Timers.Rounds, model.Timers.CAPFTries = 1, 1
	o.Identity.Model = &model
	return o
}

// widest is a phone that speaks every TLS there is: it sees the certificate of
// a server that refuses an old phone.
func (o Options) widest() *phone.Model {
	model := *o.Identity.Model
	model.TLSMin, model.TLSMax, model.Suites = tls.VersionTLS10, tls.VersionTLS13, o.Suites
	return &model
}
