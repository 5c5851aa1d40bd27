package phone

import (
	"context"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// standby is a second connection, to the next CallManager of the list, on
// which the phone is not registered (SCCP, section 5.4). It costs a descriptor
// and a keepalive; whether it lives shows when it is needed, so nobody reads
// it. The zero value is no connection.
type standby struct {
	link   *link
	config *cnf.Config // whose list the link's node is in
	stop   func()
}

// keepStandby sees to it that a session has a stand-by link to another
// CallManager. One that cannot be reached means none; that is no event in the
// life of the phone, and must not keep it from serving: the link is opened
// meanwhile, and what is not done by then ends when the returned function is
// called.
func (p *Phone) keepStandby(ctx context.Context, spare *standby, session *Session) (settle func()) {
	managers := session.config.CallManagers
	if spare.fits(session) {
		return func() {}
	}
	spare.drop() // its place in the list may be gone
	if !p.env.Standby || len(managers) < 2 {
		return func() {}
	}
	next := session.link.node + 1
	if next >= len(managers) {
		next = 0
	}
	first := p.jitter(session.secondary)
	opening, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		l, err := p.openLink(opening, startWatch(), p.reach, session.config, next)
		if err != nil {
			return
		}
		*spare = standby{link: l, config: session.config}
		spare.stop = p.env.Timers.Every(first, session.secondary, func() {
			if l.send(context.Background(), sccp.KeepAliveReq{}) != nil {
				l.conn.Close()
			}
		})
	}()
	return func() {
		cancel()
		<-done
	}
}

// fits says that the link is one to another CallManager than the session's, in
// the same list.
func (s *standby) fits(session *Session) bool {
	return s.link != nil && s.config == session.config && s.link.node != session.link.node
}

// take hands the link over for a registration. It may turn out to be dead.
func (s *standby) take() *link {
	l := s.link
	if l != nil {
		s.stop()
	}
	*s = standby{}
	return l
}

// drop closes the link, if there is one.
func (s *standby) drop() {
	if l := s.take(); l != nil {
		l.conn.Close()
	}
}
