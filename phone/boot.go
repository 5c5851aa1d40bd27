package phone

import (
	"context"
	"slices"
	"time"

	"github.com/phonebank/phonebank/wire/cnf"
)

// Boot takes the phone from power-on to registered. The error is an *Error.
func (p *Phone) Boot(ctx context.Context) (*Session, error) {
	p.boots++
	p.say(PoweredOn{Boot: int(p.boots)})
	return p.bootFrom(p.id.Model.bootOrder()[0], AfterBoot).run(ctx)
}

// run takes the steps in order. A phone goes on with what it holds when one
// fails; only without any configuration, or without a CallManager that takes
// it, is the boot over.
//
// There is one way back: a certificate that CAPF has stored sends the phone to
// its configuration again, once, because that may be encrypted for exactly
// this certificate.
func (b *boot) run(ctx context.Context) (*Session, error) {
	for i := 0; i < len(b.order); i++ {
		step := b.order[i]
		if b.finished(step) {
			continue
		}
		if err := b.take(ctx, step); err != nil && (b.stuck(step) || ctx.Err() != nil) {
			b.hangUp(err)
			return nil, err
		}
		if step == StepRegister && i+1 < len(b.order) { // CAPF comes next, and may take minutes
			b.leave = b.stayRegistered(ctx, b.session)
		}
		if step == StepCAPF && b.stored {
			i = slices.Index(b.order, StepConfig) - 1
		}
	}
	return b.leave()
}

// stuck says that a failed step has left the phone with nothing to go on with.
func (b *boot) stuck(step Step) bool {
	return step == StepConfig && b.config == nil || step == StepRegister && b.session == nil
}

// take runs one step and tells how it went.
func (b *boot) take(ctx context.Context, step Step) error {
	b.say(StepStarted{step})
	watch := startWatch()
	result, err := b.perform(ctx, step, watch)
	ended := StepEnded{Step: step, Skipped: result.skipped, Note: result.note}
	ended.Waited, ended.Took = watch.split()
	b.waited += ended.Waited
	if err != nil {
		ended.Err = &Error{Phone: b.id.Name, Step: step, Cause: CauseOf(err), Err: err}
	}
	b.say(ended)
	if step == StepRegister && err == nil {
		var sincePowerOn time.Duration
		if b.why == AfterBoot {
			sincePowerOn = time.Since(b.began) - b.waited
		}
		b.session.announce(b.why, sincePowerOn)
	}
	return ended.Err
}

func (b *boot) perform(ctx context.Context, step Step, watch *stopwatch) (result, error) {
	switch step {
	case StepCTL:
		return b.fetchCTL(ctx, watch)
	case StepITL:
		return b.fetchITL(ctx, watch)
	case StepConfig:
		return b.fetchConfig(ctx, watch)
	case StepCAPF:
		return b.enrol(ctx, watch)
	case StepRegister:
		return b.register(ctx, watch)
	}
	return result{}, failf(CauseLocal, "%q is no step of a boot", step)
}

// boot is one way from power-on to registered, and what is known on it so far.
type boot struct {
	*Phone
	why    Why
	began  time.Time
	waited time.Duration // on this machine's limits, all steps together
	order  []Step

	lists   listNews    // what the trust-list steps found
	config  *cnf.Config // in force, nil until known
	enroled bool        // CAPF has had its turn
	leftOut string      // why that was none
	stored  bool        // CAPF stored a certificate: configuration once more
	session *Session
	leave   func() (*Session, error) // the session at the end of the boot
}

// result is what a step has to say when nothing went wrong.
type result struct {
	skipped bool
	note    string
}

// bootFrom is a boot that begins at the given step of the model's order.
func (p *Phone) bootFrom(first Step, why Why) *boot {
	order := p.id.Model.bootOrder()
	b := &boot{Phone: p, why: why, began: time.Now(), order: order[slices.Index(order, first):]}
	b.leave = func() (*Session, error) { return b.session, nil }
	return b
}

// finished says that a step, met again on the way back, needs no second turn.
func (b *boot) finished(step Step) bool {
	return step == StepCAPF && b.enroled || step == StepRegister && b.session != nil
}

// follow puts a configuration into force. It also settles the order of the
// last two steps: without device security the phone registers first and opens
// CAPF afterwards (signed configuration, section 5). A partial configuration
// says nothing about device security and is no use for registration.
func (b *boot) follow(config *cnf.Config) {
	b.config = config
	b.stored = false
	last := b.order[len(b.order)-2:]
	last[0], last[1] = StepCAPF, StepRegister
	if config.Full && config.SecurityMode == cnf.NonSecure {
		last[0], last[1] = StepRegister, StepCAPF
	}
}

// hangUp leaves a boot that failed after the phone had registered.
func (b *boot) hangUp(err error) {
	if session, _ := b.leave(); session != nil {
		session.abandon(err)
	}
}

// bootOrder is the model's own list of steps: those without security by
// default know no ITL.
func (m *Model) bootOrder() []Step {
	if !m.SecurityByDefault {
		return []Step{StepCTL, StepConfig, StepCAPF, StepRegister}
	}
	return []Step{StepCTL, StepITL, StepConfig, StepCAPF, StepRegister}
}

// say emits an event.
func (p *Phone) say(e Event) {
	if p.env.Watch != nil {
		p.env.Watch(Record{Phone: p.id.Name, At: time.Now(), Clock: p.env.Clock, Event: e})
	}
}
