package phone

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// errBetter ends a session because a better CallManager has granted a token.
var errBetter = errors.New("a CallManager of higher priority takes the phone back")

// serveUntilBetter serves a session. While that is with a CallManager other
// than the first of the list, it also watches the better ones; the link that
// granted a token is returned, and then the phone should move.
func (p *Phone) serveUntilBetter(ctx context.Context, session *Session) (*link, error) {
	if session.link.node == 0 {
		return nil, session.Serve(ctx)
	}
	serving, end := context.WithCancelCause(ctx)
	found := make(chan *link, 1)
	go func() {
		better := p.watchBetter(serving, session.config, session.link.node)
		if better != nil {
			end(errBetter)
		}
		found <- better
	}()
	err := session.Serve(serving)
	end(err)
	better := <-found
	if better != nil && ctx.Err() != nil {
		better.conn.Close()
		better = nil
	}
	return better, err
}

// watchBetter tries the CallManagers before the given one again and again. It
// returns a link that has been healthy for the time the configuration asks for
// and on which a token was granted (SCCP, section 5.5), or nil when ctx ends.
func (p *Phone) watchBetter(ctx context.Context, config *cnf.Config, than int) *link {
	for {
		if sleep(ctx, p.jitter(p.id.Model.Timers.Probe)) != nil {
			return nil
		}
		for node := range min(than, len(config.CallManagers)) {
			l, err := p.openLink(ctx, startWatch(), p.reach, config, node)
			if err != nil {
				continue
			}
			if p.stayHealthy(ctx, l, config) && p.askToken(ctx, l) {
				return l
			}
			l.conn.Close()
			if ctx.Err() != nil {
				return nil
			}
		}
	}
}

// stayHealthy watches a link that is not registered until the monitoring time
// has passed.
func (p *Phone) stayHealthy(ctx context.Context, l *link, config *cnf.Config) bool {
	monitor := config.ConnectionMonitor
	if monitor <= 0 {
		monitor = p.id.Model.Timers.Connection
	}
	return p.alive(ctx, l) && p.waitOver(ctx, l, monitor) && p.alive(ctx, l)
}

// waitOver waits with a link that is not registered. Keepalives go out meanwhile:
// a CallManager closes a connection on which it hears nothing.
func (p *Phone) waitOver(ctx context.Context, l *link, wait time.Duration) bool {
	for over := time.Now().Add(wait); ; {
		if sleep(ctx, min(time.Until(over), p.id.Model.Timers.Probe)) != nil {
			return false
		}
		if time.Until(over) <= 0 {
			return true
		}
		if !p.alive(ctx, l) {
			return false
		}
	}
}

// alive says whether the CallManager answers a keepalive.
func (p *Phone) alive(ctx context.Context, l *link) bool {
	_, err := p.exchange(ctx, l, sccp.KeepAliveReq{}, sccp.IDKeepAliveAck)
	return err == nil
}

// askToken asks for a token until the CallManager grants it. A rejection says
// how long to wait. A CallManager that leaves the request unanswered as often as
// the model asks knows no tokens: to ask is a courtesy, and the phone moves
// without one (public SCCP servers, 4).
func (p *Phone) askToken(ctx context.Context, l *link) bool {
	req := sccp.RegisterTokenReq{
		DeviceName: string(p.id.Name), StationIP: l.localIP(), DeviceType: p.id.Model.DeviceType,
	}
	for unanswered := 0; unanswered < p.id.Model.Timers.TokenTries; {
		answer, err := p.exchange(ctx, l, req, sccp.IDRegisterTokenAck, sccp.IDRegisterTokenReject)
		if errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() == nil {
			unanswered++
			continue
		}
		if err != nil {
			return false
		}
		reject, ok := answer.(sccp.RegisterTokenReject)
		if !ok {
			return true
		}
		unanswered = 0
		wait := time.Duration(reject.WaitTime) * time.Second
		if !p.waitOver(ctx, l, min(max(wait, time.Second), badTime)) {
			return false
		}
	}
	return true
}

// exchange sends a message and waits for one of the given answers.
func (p *Phone) exchange(ctx context.Context, l *link, m sccp.Message, want ...sccp.ID) (sccp.Message, error) {
	defer l.unblock(ctx)()
	if err := l.send(ctx, m); err != nil {
		return nil, err
	}
	deadline := time.Now().Add(p.id.Model.Timers.Answer)
	for {
		answer, err := l.next(ctx, deadline)
		if err != nil {
			return nil, err
		}
		for _, id := range want {
			if answer.ID() == id {
				return answer, nil
			}
		}
	}
}

// failBack moves to the better CallManager, unless the present one does not let
// the phone go yet. If the better one fails after all, the phone fails over from
// there, and that is what it says.
func (p *Phone) failBack(ctx context.Context, session *Session, better *link) (*Session, error) {
	if !session.leave() {
		better.conn.Close()
		return session, nil // and looks again later
	}
	delete(p.bad, whereaboutsOf(managerAt(session.config, better.node)))
	return p.again(func(watch *stopwatch) (*Session, Why, error) {
		moved, err := p.registerOver(ctx, session.config, better, outFailback)
		if err == nil {
			return moved, AfterFailback, nil
		}
		p.markBad(session.config, better.node)
		moved, err = p.registerAnywhere(ctx, watch, session.config, outageOf(err))
		return moved, AfterFailover, err
	})
}
