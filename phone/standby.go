package phone

import (
	"context"

	"github.com/phonebank/phonebank/wire/sccp"
)

// standby is a second connection, to the next CallManager of the list, on
// which the phone is not registered (SCCP, section 5.4). It costs a descriptor
// and a keepalive; whether it lives shows when it is needed, so nobody reads
// it. The zero value is no connection.
type standby struct {
	link *link
	stop func()
}

// keepStandby sees to it that a session has a stand-by link to another
// CallManager. One that cannot be reached means none; that is no event in the
// life of the phone.
func (p *Phone) keepStandby(ctx context.Context, spare *standby, session *Session) {
	if spare.link != nil && spare.link.node != session.link.node {
		return
	}
	spare.drop()
	managers := session.config.CallManagers
	if len(managers) < 2 {
		return
	}
	l, err := p.openLink(ctx, startWatch(), session.config, (session.link.node+1)%len(managers))
	if err != nil {
		return
	}
	spare.link = l
	spare.stop = p.env.Timers.Every(p.jitter(session.secondary), session.secondary, func() {
		if l.send(context.Background(), sccp.KeepAliveReq{}) != nil {
			l.conn.Close()
		}
	})
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
