package phone

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
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
	interrupting  sync.WaitGroup
	lost          atomic.Pointer[error]
	ended         error // what Serve has to say of what happened while the phone was busy

	mu       sync.Mutex
	missed   int         // keepalives in a row without an answer
	awaiting []time.Time // when those went out whose answers are still to come
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
		Ack: s.ack, Took: s.took, Boot: boot, Why: why, SRST: isSRST(s.config, s.link.node),
	})
}

// keepAlive is called once per interval (SCCP, section 5.3).
func (s *Session) keepAlive() {
	if s.lost.Load() != nil {
		return
	}
	most := s.phone.id.Model.Timers.MissedAllowed
	if missed := s.sending(most); missed > 0 {
		s.phone.say(KeepAliveMissed{InARow: missed})
		if missed >= most {
			s.lose(errKeepalive)
			return
		}
	}
	s.phone.say(KeepAliveSent{})
	if err := s.link.send(context.Background(), sccp.KeepAliveReq{}); err != nil {
		s.lose(err)
	}
}

// sending books a keepalive that is about to go out, unless the last few went
// without an answer. It returns how many did.
func (s *Session) sending(most int) (missed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if missed = s.missed; missed >= most {
		return missed
	}
	s.missed++
	if len(s.awaiting) >= most { // a server that answers some, and never these
		s.awaiting = append(s.awaiting[:0], s.awaiting[1:]...)
	}
	s.awaiting = append(s.awaiting, time.Now())
	return missed
}

// answered books an answer. Keepalives have no numbers, and a server answers in
// order: it belongs to the oldest that waits. One that nobody waits for is
// none.
func (s *Session) answered() (rtt time.Duration, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.missed = 0
	if len(s.awaiting) == 0 {
		return 0, false
	}
	rtt = time.Since(s.awaiting[0])
	s.awaiting = append(s.awaiting[:0], s.awaiting[1:]...)
	return rtt, true
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
	if err := s.ended; err != nil {
		s.ended = nil
		return err
	}
	defer s.interrupt(ctx)()
	for {
		frame, err := s.link.frames.Next()
		if lost := s.lost.Load(); lost != nil {
			return *lost
		}
		if err == nil { // what has been read counts, whatever else has ended
			err = s.handle(frame)
		}
		switch {
		case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return err
		}
	}
}

// interrupt makes reading fail once ctx has ended. When the returned function
// has been called, that will no longer happen.
func (s *Session) interrupt(ctx context.Context) (settle func()) {
	s.interrupting.Add(1)
	stop := context.AfterFunc(ctx, func() {
		defer s.interrupting.Done()
		s.link.conn.SetReadDeadline(time.Unix(1, 0))
	})
	return func() {
		if stop() {
			s.interrupting.Done()
		}
		s.interrupting.Wait()
	}
}

// handle takes a frame. A registered phone answers what it must and lets
// everything else pass: servers send lamps, prompts and ringers at any time.
func (s *Session) handle(frame sccp.Frame) error {
	switch frame.ID {
	case sccp.IDKeepAliveAck:
		if rtt, ok := s.answered(); ok {
			s.phone.say(KeepAliveAcked{RTT: rtt})
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

// Close takes leave, whatever the CallManager answers: nobody asks a call whether
// the phone may be switched off.
func (s *Session) Close() {
	s.stopKeepalive()
	s.unregister()
	s.gone()
}

// leave takes leave, unless the CallManager says no, as it does while a call is
// up: then the phone stays registered (SCCP, section 5.6).
func (s *Session) leave() bool {
	if !s.unregister() {
		s.link.conn.SetReadDeadline(time.Time{})
		return false
	}
	s.stopKeepalive()
	s.gone()
	return true
}

// unregister sends UnregisterReq and waits a little for the answer, which some
// servers do not give. It reports whether that was anything but a no.
func (s *Session) unregister() bool {
	deadline := time.Now().Add(s.phone.id.Model.Timers.Optional)
	s.link.conn.SetReadDeadline(deadline)
	if s.link.sendBy(context.Background(), deadline, sccp.UnregisterReq{}) != nil {
		return true
	}
	for {
		frame, err := s.link.frames.Next()
		switch {
		case err != nil:
			return true
		case frame.ID == sccp.IDKeepAliveAck:
			s.handle(frame)
		case frame.ID == sccp.IDUnregisterAck:
			message, err := sccp.Parse(frame, s.link.version)
			ack, ok := message.(sccp.UnregisterAck)
			return err != nil || !ok || ack.Status != sccp.UnregisterNAK
		}
	}
}

// gone ends the connection of a registration that has ended.
func (s *Session) gone() {
	s.link.conn.Close()
	s.phone.say(Unregistered{Node: s.link.address})
}

// abandon ends the session without a word, as a broken link or a reset does.
func (s *Session) abandon(err error) {
	s.stopKeepalive()
	s.link.conn.Close()
	s.phone.say(Unregistered{Node: s.link.address, Err: err})
}
