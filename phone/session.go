package phone

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// errKeepalive ends a session whose CallManager stays silent.
var errKeepalive = errors.New("the CallManager no longer answers keepalives")

// ResetError ends a session on the CallManager's request.
type ResetError struct{ Type sccp.ResetType }

func (e *ResetError) Error() string { return fmt.Sprintf("the CallManager asked for a %s", e.Type) }

// Session is a registered phone: one link to one CallManager. Keepalives go
// out from the moment of registration; answers are read while Serve runs.
type Session struct {
	phone  *Phone
	config *cnf.Config
	link   *link
	ack    time.Duration // RegisterReq to RegisterAck
	took   time.Duration // connect to TimeDateRes

	secondary time.Duration // keepalive interval of a stand-by link

	stopKeepalive func()
	missed        atomic.Int32
	sent          atomic.Int64 // when the last keepalive went out, Unix nanoseconds
	lost          atomic.Pointer[error]
}

// newSession starts the keepalives of a link that has just registered.
func (p *Phone) newSession(config *cnf.Config, l *link, r *registration) *Session {
	s := &Session{phone: p, config: config, link: l}
	interval := secondsOr(r.ack.KeepAliveInterval, defaultKeepAlive)
	s.secondary = secondsOr(r.ack.SecondaryKeepAliveInterval, interval)
	// The first comes up to a tenth early, so that thousands do not tick together.
	early := time.Duration(p.env.Rand.Int64N(int64(interval)/10 + 1))
	s.stopKeepalive = p.env.Timers.Every(interval-early, interval, s.keepAlive)
	return s
}

// defaultKeepAlive is CUCM's "Station KeepAlive Interval".
const defaultKeepAlive = 30 * time.Second

func secondsOr(seconds uint32, otherwise time.Duration) time.Duration {
	if seconds == 0 {
		return otherwise
	}
	return time.Duration(min(seconds, longestInterval)) * time.Second
}

// longestInterval bounds what a server may ask for, in seconds.
const longestInterval = 24 * 60 * 60

// Node is the address of the CallManager, host:port.
func (s *Session) Node() string { return s.link.address }

// announce tells that the registration is complete.
func (s *Session) announce(why Why, boot time.Duration) {
	suite, version := s.link.cipher()
	s.phone.say(Registered{
		Node: s.link.address, Secure: suite != "", Cipher: suite, Version: version,
		Ack: s.ack, Took: s.took, Boot: boot, Why: why,
	})
}

// keepAlive is called once per interval (SCCP, section 5.3).
func (s *Session) keepAlive() {
	if s.lost.Load() != nil {
		return
	}
	if missed := int(s.missed.Load()); missed > 0 {
		s.phone.say(KeepAliveMissed{InARow: missed})
		if missed >= s.phone.id.Model.Timers.MissedAllowed {
			s.lose(errKeepalive)
			return
		}
	}
	s.missed.Add(1)
	s.sent.Store(time.Now().UnixNano())
	s.phone.say(KeepAliveSent{})
	if err := s.link.send(context.Background(), sccp.KeepAliveReq{}); err != nil {
		s.lose(err)
	}
}

// lose ends the session for a reason that the reader cannot see.
func (s *Session) lose(err error) {
	if s.lost.CompareAndSwap(nil, &err) {
		s.link.conn.Close()
	}
}

// Serve reads what the CallManager sends until the session ends, and says why:
// the cause of ctx when that ended it (the phone is then still registered:
// Close it), a *ResetError, or what broke the link.
func (s *Session) Serve(ctx context.Context) error {
	unblock := context.AfterFunc(ctx, func() { s.link.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer unblock()
	for {
		frame, err := s.link.frames.Next()
		switch lost := s.lost.Load(); {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case lost != nil:
			return *lost
		case err != nil:
			return err
		}
		if err := s.handle(frame); err != nil {
			return err
		}
	}
}

// handle takes a frame. A registered phone answers what it must and lets
// everything else pass: servers send lamps, prompts and ringers at any time.
func (s *Session) handle(frame sccp.Frame) error {
	switch frame.ID {
	case sccp.IDKeepAliveAck:
		if s.missed.Swap(0) > 0 {
			s.phone.say(KeepAliveAcked{RTT: time.Duration(time.Now().UnixNano() - s.sent.Load())})
		}
	case sccp.IDReset:
		message, err := sccp.Parse(frame, s.link.version)
		if err != nil {
			return err
		}
		reset := message.(sccp.Reset)
		s.phone.say(ResetReceived{Type: reset.Type})
		return &ResetError{Type: reset.Type}
	case sccp.IDCapabilitiesReq:
		return s.link.send(context.Background(), capabilities())
	}
	return nil
}

// Close takes leave: UnregisterReq, a short wait for the answer, which some
// servers do not give, and the end of the connection.
func (s *Session) Close() {
	s.stopKeepalive()
	deadline := time.Now().Add(s.phone.id.Model.Timers.Optional)
	s.link.conn.SetReadDeadline(deadline)
	if s.link.sendBy(context.Background(), deadline, sccp.UnregisterReq{}) == nil {
		for {
			frame, err := s.link.frames.Next()
			if err != nil || frame.ID == sccp.IDUnregisterAck {
				break
			}
		}
	}
	s.link.conn.Close()
	s.phone.say(Unregistered{Node: s.link.address})
}

// abandon ends the session without a word, as a broken link or a reset does.
func (s *Session) abandon(err error) {
	s.stopKeepalive()
	s.link.conn.Close()
	s.phone.say(Unregistered{Node: s.link.address, Err: err})
}
