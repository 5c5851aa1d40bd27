// Package story tells the boot of one phone while it happens, and remembers it
// as a [Report].
//
//	SEP0011215A1AE3, a 7965, boots against the embedded core
//
//	✔ ctl       accepted at first use, 5 records (13 ms)
//	✘ itl       timeout: ITLSEP….tlv from 10.0.0.1: no answer (8 s)
//	            hint: check that TFTP answers …
//	– capf      no operation is pending
//	✔ register  127.1.2.1:2443 over TLS 1.0 with AES128-SHA (6 ms)
//
//	registered after 0.31 s
//
// A step that failed has its reason in one sentence and a hint below it; what
// could not be reached any more is no failure of its own.
package story

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/terminal"
	"github.com/phonebank/phonebank/phone"
)

// Teller hears the events of one phone. Hear may be called from several
// goroutines.
type Teller struct {
	out     *terminal.Stream
	verbose bool

	mu         sync.Mutex
	report     Report
	registered *Step    // a registration that went well, until its details arrive
	messages   []string // status messages as the phone shows them, with the time
	waiting    bool     // the terminal shows a step under way
}

// New begins a story on out. With verbose it includes the phone's console log.
func New(out *terminal.Stream, verbose bool, id phone.Identity, core string) *Teller {
	fmt.Fprintf(out, "%s, a %s, boots against %s\n\n", out.Strong(string(id.Name)), id.Model.Name, place(core))
	return &Teller{
		out: out, verbose: verbose,
		report: Report{
			Phone: id.Name, Model: id.Model.Name, Core: core,
			Steps: []Step{}, Lists: []List{}, Explain: []Explained{}, StatusMessages: []string{}, Console: []string{},
		},
	}
}

func place(core string) string {
	if core == "embedded" {
		return "the embedded core"
	}
	return core
}

// Hear takes an event.
func (t *Teller) Hear(r phone.Record) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e := r.Event.(type) {
	case phone.StepStarted:
		t.wait(e.Step)
	case phone.StepEnded:
		t.stepEnded(e)
	case phone.ListJudged:
		t.report.Lists = append(t.report.Lists, List{Kind: e.Kind.String(), Summary: e.Verdict.Summary()})
	case phone.TraceStep:
		t.trace(e)
	case phone.StatusMessage:
		t.report.StatusMessages = append(t.report.StatusMessages, e.Text)
		t.messages = append(t.messages, r.Shown().Format("15:04:05 ")+e.Text)
	case phone.ConsoleLine:
		t.console(r.Shown(), e)
	case phone.CertificateIssued:
		t.report.LSC = e.KeySpec
	case phone.Registered:
		t.registration(e)
	}
}

// wait shows, on a terminal, the step that is under way.
func (t *Teller) wait(step phone.Step) {
	if t.out.Terminal && !t.verbose {
		fmt.Fprintf(t.out, "%s %s", t.out.Faint("…"), t.out.Faint(string(step)))
		t.waiting = true
	}
}

// clear takes that away again.
func (t *Teller) clear() {
	if t.waiting {
		fmt.Fprint(t.out, "\r\x1b[K")
		t.waiting = false
	}
}

func (t *Teller) stepEnded(e phone.StepEnded) {
	t.clear()
	s := Step{Step: e.Step, Outcome: OK, Note: e.Note, TookMS: ms(e.Took), WaitedMS: ms(e.Waited)}
	switch {
	case e.Err != nil:
		s.Outcome, s.Cause = Failed, phone.CauseOf(e.Err)
		s.Reason = sentence(e.Err)
		s.Fix = t.fix(e.Step, s.Cause, e.Err)
	case e.Skipped:
		s.Outcome = Skipped
	case e.Step == phone.StepRegister:
		t.registered = &s // Registered follows, and knows how
		return
	}
	t.add(s)
}

// sentence is an error without the names of phone and step, which the line has.
func sentence(err error) string {
	var step *phone.Error
	if errors.As(err, &step) {
		return step.Err.Error()
	}
	return err.Error()
}

// fix is the cure that the phone's own explanation names, else a hint.
func (t *Teller) fix(step phone.Step, cause phone.Cause, err error) string {
	if why, ok := phone.Explain(err); ok {
		t.report.Explain = append(t.report.Explain, Explained{step, why})
		return why.Fix
	}
	return Hint(step, cause, err)
}

func (t *Teller) registration(e phone.Registered) {
	t.report.BootMS = ms(e.Boot)
	t.report.Registration = &Registration{
		Node: e.Node, Secure: e.Secure, TLS: e.Version, Cipher: e.Cipher, AckMS: ms(e.Ack), TookMS: ms(e.Took), SRST: e.SRST,
	}
	if t.registered == nil {
		return
	}
	s := *t.registered
	t.registered = nil
	s.Note = e.Node + " in the clear"
	if e.Secure {
		s.Note = fmt.Sprintf("%s over %s with %s", e.Node, e.Version, Cipher(e.Cipher))
	}
	if e.SRST {
		s.Note = "SRST router " + s.Note
	}
	t.add(s)
}

func (t *Teller) add(s Step) {
	t.report.Steps = append(t.report.Steps, s)
	t.line(s)
}

// trace tells a step of a decision below the step of the boot it belongs to.
func (t *Teller) trace(s phone.TraceStep) {
	t.clear()
	t.report.Trace = append(t.report.Trace, s)
	for _, line := range s.Lines() {
		fmt.Fprintf(t.out, "  %s\n", t.out.Faint(oneLine(line)))
	}
}

// console numbers and dates a line as a phone's console log does.
func (t *Teller) console(at time.Time, e phone.ConsoleLine) {
	t.report.Console = append(t.report.Console, e.Text)
	if t.verbose {
		line := fmt.Sprintf("%3d: %s %s %s", len(t.report.Console), e.Severity, at.Format("15:04:05.000000"), oneLine(e.Text))
		fmt.Fprintf(t.out, "  %s\n", t.out.Faint(line))
	}
}

// End tells how the boot came out; err is what Boot returned.
func (t *Teller) End(err error) Report {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	r := &t.report
	if err != nil {
		t.notReached(err)
	}
	r.Registered = err == nil
	t.ending()
	return *r
}

// notReached lists the steps that the boot would still have taken.
func (t *Teller) notReached(err error) {
	r := &t.report
	r.Cause, r.Reason = phone.CauseOf(err), sentence(err)
	r.Fix = Hint("", r.Cause, err)
	if n := len(r.Steps); n > 0 && r.Steps[n-1].Outcome == Failed {
		r.Fix = r.Steps[n-1].Fix
	}
	var step *phone.Error
	if !errors.As(err, &step) {
		return
	}
	r.Step = step.Step
	behind := false
	for _, s := range []phone.Step{phone.StepConfig, phone.StepCAPF, phone.StepRegister} {
		if behind {
			t.add(Step{Step: s, Outcome: NotReached})
		}
		behind = behind || s == step.Step
	}
}
