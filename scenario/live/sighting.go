package live

import (
	"slices"
	"strings"
	"sync"
	"time"
	"unique"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
	"github.com/phonebank/phonebank/wire/ctl"
)

// State is what a phone is doing, in one word.
type State string

// The states of a phone that was switched on.
const (
	Booting      State = "booting"
	Registered   State = "registered"
	Unregistered State = "unregistered" // was registered, and looks for a CallManager
	Failed       State = "failed"       // ran out of patience
)

// States are all of them, in the order of a phone's life.
var states = []State{Booting, Registered, Unregistered, Failed}

// How much of a phone's past is kept. Thirty status messages are what a real
// phone keeps; its console log is longer.
const (
	mostMessages = 30
	mostConsole  = 120 // a boot has some 30
)

// steps are the steps of a boot in their order.
var steps = []phone.Step{phone.StepCTL, phone.StepITL, phone.StepConfig, phone.StepCAPF, phone.StepRegister}

// sighting is one phone as it has shown itself so far.
type sighting struct {
	name    phone.Name
	model   *phone.Model
	group   string
	address string
	count   func(phone.Event) // into the metrics

	mu       sync.Mutex
	state    State
	step     phone.Step // under way while it boots
	since    time.Time  // in this state
	boots    int
	steps    [5]stepSeen
	link     phone.Registered // the last registration
	sent     int              // keepalives
	missed   int
	rtt      time.Duration
	lsc      text
	lists    [2]*ctl.List // CTL, ITL: held
	refused  [2]text      // why the last one offered was refused; empty when it was not
	failure  *phone.Error // the last step that failed
	messages ring
	console  ring
}

// stepSeen is the last attempt of a step.
type stepSeen struct {
	tried, ok    bool
	waited, took time.Duration
	note         text // what came of it, or what went wrong
}

func newSighting(id phone.Identity, holds phone.Flash, who tally.Row, now time.Time) *sighting {
	s := &sighting{name: id.Name, model: id.Model, group: who.Group, address: who.Address, state: Booting, since: now}
	s.lists = [2]*ctl.List{holds.CTL, holds.ITL}
	if holds.LSC != nil {
		s.lsc = textOf(s.name, "Installed")
	}
	return s
}

// take notes one event.
func (s *sighting) take(r phone.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := r.Event.(type) {
	case phone.PoweredOn:
		s.boots = e.Boot
		s.become(Booting, r.At)
	case phone.StepStarted:
		s.step = e.Step
	case phone.StepEnded:
		s.ended(e)
	case phone.ListJudged:
		s.judged(e)
	case phone.StatusMessage:
		s.messages.add(line{r.Shown().UnixNano(), textOf(s.name, e.Text)}, mostMessages)
		if e.Text == phone.StatusErasing {
			s.lists, s.refused = [2]*ctl.List{}, [2]text{}
		}
	case phone.ConsoleLine:
		s.console.add(line{r.Shown().UnixNano(), textOf(s.name, e.Severity+" "+e.Text)}, mostConsole)
	case phone.CertificateIssued:
		s.lsc = textOf(s.name, "Installed, "+e.KeySpec)
	case phone.CertificateDeleted:
		s.lsc = text{}
	case phone.Registered:
		e.Node = unique.Make(e.Node).Value() // one string for all its phones
		s.link, s.step = e, ""
		s.become(Registered, r.At)
	case phone.KeepAliveSent:
		s.sent++
	case phone.KeepAliveAcked:
		s.rtt = e.RTT
	case phone.KeepAliveMissed:
		s.missed++
	case phone.Unregistered:
		s.become(Unregistered, r.At)
	case phone.GaveUp:
		s.step = ""
		s.become(Failed, r.At)
	}
}

// settle brings the phone to the state in which the run left it. What happened
// in the last moment, and that the run had no more time for a phone, no phone
// has said.
func (s *sighting) settle(row *tally.Row, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case row.Node != "":
		s.link.Node, s.step = row.Node, ""
		s.come(Registered, at)
	case row.State == tally.Failed:
		if row.Step == "" && row.Err != nil {
			s.failure = &phone.Error{Phone: s.name, Step: s.step, Cause: row.Cause, Err: row.Err}
		}
		s.step = ""
		s.come(Failed, at)
		s.count(phone.GaveUp{Err: row.Err})
	case row.State == tally.Registered && s.state == Registered:
		s.come(Unregistered, at)
	}
}

// come is become for a phone that may be there already.
func (s *sighting) come(state State, at time.Time) {
	if s.state != state {
		s.become(state, at)
	}
}

func (s *sighting) become(state State, at time.Time) { s.state, s.since = state, at }

func (s *sighting) ended(e phone.StepEnded) {
	i := slices.Index(steps, e.Step)
	if i < 0 || e.Skipped {
		return
	}
	seen := stepSeen{tried: true, ok: e.Err == nil, waited: e.Waited, took: e.Took, note: textOf(s.name, e.Note)}
	if failed, ok := e.Err.(*phone.Error); ok {
		seen.note = textOf(s.name, failed.Err.Error())
		s.failure = failed
	}
	s.steps[i] = seen
}

func (s *sighting) judged(e phone.ListJudged) {
	i := slices.Index([]ctl.Kind{ctl.CTL, ctl.ITL}, e.Kind)
	if i < 0 {
		return
	}
	s.refused[i] = text{}
	switch e.Verdict.Outcome {
	case phone.Accept:
		s.lists[i] = e.Verdict.List
	case phone.Reject:
		s.refused[i] = textOf(s.name, e.Verdict.Reason)
	}
}

// cause is the class of the last failure: "ctl untrusted"; empty for none. The
// caller holds the lock.
func (s *sighting) cause() string {
	if s.failure == nil {
		return ""
	}
	return unique.Make(strings.TrimSpace(string(s.failure.Step) + " " + string(s.failure.Cause))).Value()
}
