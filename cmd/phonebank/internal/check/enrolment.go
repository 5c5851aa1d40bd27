package check

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/story"
	"github.com/phonebank/phonebank/phone"
)

// booted is what came of the one phone that was switched on.
type booted struct {
	once           sync.Once
	mu             sync.Mutex
	capf, register *phone.StepEnded // nil: not reached
	node           *phone.Registered
	err            error
}

// enrolled switches a phone on and tells how it fared with CAPF.
func enrolled(ctx context.Context, e *examination) []Finding {
	e.boot(ctx)
	const title = "the phone enrols with CAPF"
	switch s := e.capf; {
	case s == nil:
		return one(unchecked(title, fmt.Sprintf("its boot ended before: %v", e.err)))
	case s.Err != nil:
		return one(bad("", fmt.Sprintf("%s: %v", title, plain(s.Err)), hint(s)...))
	case s.Skipped:
		return one(none("", fmt.Sprintf("%s: %s", title, s.Note)))
	}
	return one(good(fmt.Sprintf("%s: %s", title, e.capf.Note)))
}

// registered tells how it fared with the CallManagers.
func registered(ctx context.Context, e *examination) []Finding {
	e.boot(ctx)
	const title = "the phone registers"
	switch s := e.register; {
	case s == nil:
		return one(unchecked(title, fmt.Sprintf("its boot ended before: %v", e.err)))
	case s.Err != nil:
		return one(bad("", fmt.Sprintf("%s: %v", title, plain(s.Err)), hint(s)...))
	}
	how := "in the clear"
	if e.node.Secure {
		how = "over " + e.node.Version
	}
	return one(good(fmt.Sprintf("the phone registers with %s %s", e.node.Node, how)))
}

// boot switches the phone on, once. Without Register it is switched off again
// after CAPF.
func (e *examination) boot(ctx context.Context) {
	e.once.Do(func() {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		p := phone.New(e.Identity, e.Flash, phone.Env{
			Files: &phone.TFTP{Servers: []string{e.main.address}, Local: e.Identity.Address, Timers: &e.Identity.Model.Timers},
			Watch: func(r phone.Record) { e.hear(r.Event, cancel) },
		})
		session, err := p.Boot(ctx)
		if session != nil {
			session.Close()
		}
		e.flash, e.err = p.Flash(), err
	})
}

func (e *examination) hear(event phone.Event, off func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch event := event.(type) {
	case phone.StepEnded:
		switch event.Step {
		case phone.StepCAPF:
			e.capf = &event
			if !e.Register {
				off()
			}
		case phone.StepRegister:
			e.register = &event
		}
	case phone.Registered:
		e.node = &event
	}
}

// plain is the error of a step without the names of phone and step.
func plain(err error) error {
	var step *phone.Error
	if errors.As(err, &step) {
		return step.Err
	}
	return err
}

func hint(s *phone.StepEnded) []string {
	if h := story.Hint(s.Step, phone.CauseOf(s.Err), s.Err); h != "" {
		return []string{h}
	}
	return nil
}
