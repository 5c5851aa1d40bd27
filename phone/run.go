package phone

import (
	"context"
	"errors"

	"github.com/phonebank/phonebank/wire/sccp"
)

// Run boots the phone and serves until ctx ends, rebooting when it is told to
// or has lost every CallManager. It returns nil when ctx ended, else the
// *Error of the last boot after which the phone gave up.
func (p *Phone) Run(ctx context.Context) error {
	for failures := 0; ; {
		session, err := p.apart(func() (*Session, error) { return p.Boot(ctx) })
		if err == nil {
			failures = 0
			err = p.serve(ctx, session)
		} else {
			failures++
		}
		if ctx.Err() != nil {
			return nil
		}
		if failures >= p.id.Model.Timers.Boots {
			p.say(GaveUp{Err: err})
			return err
		}
		if sleep(ctx, p.jitter(p.id.Model.Timers.Reboot)) != nil {
			return nil
		}
	}
}

// apart runs work on a goroutine of its own. A handshake needs a deep stack; a
// registered phone must not keep it.
func (p *Phone) apart(work func() (*Session, error)) (session *Session, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		session, err = work()
	}()
	<-done
	return session, err
}

// serve keeps a registered phone registered: it fails over, fails back and
// restarts. It returns when the phone must boot again, or when ctx ends.
func (p *Phone) serve(ctx context.Context, session *Session) error {
	var spare standby
	defer spare.drop()
	for {
		settle := p.keepStandby(ctx, &spare, session)
		better, err := p.serveUntilBetter(ctx, session)
		settle()
		var reset *ResetError
		switch {
		case better != nil:
			session, err = p.failBack(ctx, session, better)
		case ctx.Err() != nil:
			session.Close()
			return nil
		case errors.As(err, &reset) && reset.Type == sccp.ResetApplyConfig:
			session, err = p.applyConfig(ctx, session)
		case errors.As(err, &reset) && reset.Type == sccp.ResetRestart:
			session.abandon(err)
			session, err = p.restart(ctx)
		case errors.As(err, &reset):
			p.last = outReset
			session.abandon(err)
			return err
		default:
			session, err = p.failOver(ctx, session, &spare, err)
		}
		if err != nil {
			return err
		}
	}
}

// failOver registers with the next CallManager that takes the phone: over the
// stand-by link, if there is one that lives.
func (p *Phone) failOver(ctx context.Context, session *Session, spare *standby, lost error) (*Session, error) {
	session.abandon(lost)
	p.markBad(session.config, session.link.node)
	p.last = outageOf(lost)
	return p.again(func(watch *stopwatch) (*Session, Why, error) {
		if l := spare.take(); l != nil {
			if next, err := p.registerOver(ctx, session.config, l, p.last); err == nil {
				return next, AfterFailover, nil
			}
		}
		next, err := p.registerAnywhere(ctx, watch, session.config, p.last)
		return next, AfterFailover, err
	})
}

// again is a registration outside a boot, told as a step of its own. Why it was
// shows in the end.
func (p *Phone) again(register func(*stopwatch) (*Session, Why, error)) (*Session, error) {
	p.say(StepStarted{StepRegister})
	watch := startWatch()
	var why Why
	session, err := p.apart(func() (session *Session, err error) {
		session, why, err = register(watch)
		return session, err
	})
	ended := StepEnded{Step: StepRegister, Note: string(why)}
	ended.Waited, ended.Took = watch.split()
	if err != nil {
		err = &Error{Phone: p.id.Name, Step: StepRegister, Cause: CauseOf(err), Err: err}
		ended.Err = err
	}
	p.say(ended)
	if err == nil {
		session.announce(why, 0)
	}
	return session, err
}

// restart reads the configuration again and registers, without a reboot.
func (p *Phone) restart(ctx context.Context) (*Session, error) {
	p.last = outRestart
	return p.apart(func() (*Session, error) { return p.bootFrom(StepConfig, AfterRestart).run(ctx) })
}

// applyConfig reads the configuration again and registers anew only when it
// says something else.
func (p *Phone) applyConfig(ctx context.Context, session *Session) (*Session, error) {
	b := p.bootFrom(StepConfig, AfterRestart)
	leave := session.attend()
	err := b.take(ctx, StepConfig)
	leave()
	switch {
	case err != nil, session.ended != nil, b.config.Equal(session.config):
		return session, nil // what stands goes on, or its end is seen to first
	}
	session.Close()
	return p.restart(ctx)
}
