package phone

import (
	"context"
	"errors"
	"time"
)

// A phone that is registered may have something else to do: CAPF without device
// security, which may take minutes, or a configuration to read. Meanwhile it
// answers its CallManager from another goroutine.

// attend serves the session until the returned function is called. What ended
// it meanwhile, a reset for instance, is what Serve will say.
func (s *Session) attend() (leave func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.attendUntil(ctx)
	}()
	return func() {
		cancel(errElsewhere)
		<-done
		s.link.conn.SetReadDeadline(time.Time{})
	}
}

// errElsewhere ends the attention to a session whose phone is back from other
// work.
var errElsewhere = errors.New("the phone has done its other work")

// attendUntil serves until ctx ends, or the link does. A reset has to wait: it
// counts when the phone is back, even when the link has not lasted so long.
func (s *Session) attendUntil(ctx context.Context) {
	var reset *ResetError
	err := s.Serve(ctx)
	for errors.As(err, &reset) {
		err = s.Serve(ctx)
	}
	if err != errElsewhere {
		s.ended = err
		s.lose(err) // no keepalive goes to a link that has broken
	}
	if reset != nil {
		s.ended = reset
	}
}

// stayRegistered attends to a session and replaces it: a CallManager that is
// lost gives way to the next at once. The returned function ends that and
// returns what the phone is left with: the error says why nobody took it. Only
// a phone without device security may run it beside CAPF: what it registers
// with has nothing to do with certificates.
func (p *Phone) stayRegistered(ctx context.Context, session *Session) (leave func() (*Session, error)) {
	var err error
	serving, cancel := context.WithCancelCause(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			session.attendUntil(serving)
			if !session.isLost() {
				return
			}
			if session, err = p.failOver(ctx, session, new(standby), session.ended); err != nil {
				return
			}
		}
	}()
	return func() (*Session, error) {
		cancel(errElsewhere)
		<-done
		if err == nil {
			session.link.conn.SetReadDeadline(time.Time{})
		}
		return session, err
	}
}

// isLost says that the session has ended, and not for a reset.
func (s *Session) isLost() bool {
	var reset *ResetError
	return s.ended != nil && !errors.As(s.ended, &reset)
}
