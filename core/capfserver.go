package core

import (
	"context"
	"time"

	"github.com/phonebank/phonebank/wire/capf"
)

// capfMessages is how many messages a phone may send in a session: an honest
// one sends four, and one more for every time it asks for patience.
const capfMessages = 200

// talkCAPF serves a connection on TCP 3804: TLS, then one session.
func (n *node) talkCAPF(ctx context.Context, l *link) {
	defer l.done()
	c, t := &n.core.counters, n.core.trace
	c.capfConnections.Add(1)
	service := n.capf.Load()
	s := &capfSession{desk: service.desk, id: n.core.numbers.Add(1)}
	handler := n.core.faulty(func(_ context.Context, r Request) (Reply, error) {
		switch m := r.Message.(type) {
		case Opened:
			return Reply{Messages: []any{s.open()}}, nil
		case capf.Message:
			return n.settleCAPF(s, s.receive(m, time.Now())), nil
		}
		return Reply{}, nil
	})
	first, err := handler(ctx, Request{Service: ServiceCAPF, Node: n.number, Message: Opened{l.remote, true}})
	if err != nil || first.HangUp {
		return
	}
	t.capfConnected(s.id, l.remote)
	if _, err := l.handshake(ctx, service.tls); err != nil {
		t.handshakeFailed(l.remote, err)
		return
	}
	c.capfHandshakes.Add(1)
	t.capfHandshake()
	if err := n.converseCAPF(ctx, l, s, handler, first); err != nil && t != nil {
		t.capf(s.id, s.name, "Session ended: "+l.why(err))
	}
}

// converseCAPF sends the first message and then answers until the session is
// done. Every message has its time, and the session has.
func (n *node) converseCAPF(ctx context.Context, l *link, s *capfSession, handler Handler, reply Reply) error {
	limits := n.core.config.Limits
	end := time.Now().Add(limits.CAPFSession)
	for range capfMessages {
		if err := n.sendCAPF(ctx, l, reply); err != nil {
			return err
		}
		if reply.HangUp || s.state == capfDone {
			l.linger()
			return nil
		}
		by := time.Now().Add(s.wait(limits))
		if by.After(end) {
			by = end
		}
		if err := l.raw.SetReadDeadline(by); err != nil {
			return err
		}
		m, err := capf.ReadMessage(l.conn)
		if err != nil {
			return err
		}
		n.core.trace.capfReceived(s.id, s.name, m.Command, s.state)
		device := s.name
		if m.Command == capf.AuthRes {
			device, _ = m.DeviceName()
		}
		reply, err = handler(ctx, Request{Service: ServiceCAPF, Node: n.number, Device: device, Message: m})
		if err != nil {
			return err
		}
	}
	return nil
}

// settleCAPF counts what a message changed.
func (n *node) settleCAPF(s *capfSession, answers []capf.Message) Reply {
	var r Reply
	for _, m := range answers {
		r.Messages = append(r.Messages, m)
	}
	if s.state != capfDone {
		return r
	}
	r.HangUp = true
	c := &n.core.counters
	c.capfEnded.Add(1)
	switch {
	case s.reason > capf.ReasonSuccess:
		c.capfRefused.Add(1)
		if n.core.trace != nil && s.fault != "" {
			n.core.trace.capf(s.id, s.name, "Authentication failed: "+s.fault)
		}
	case s.doing == OperationInstall && s.reason == capf.ReasonSuccess:
		c.capfIssued.Add(1)
		if n.core.trace != nil {
			n.core.trace.capf(s.id, s.name, "Certificate upgrade successful")
		}
	}
	return r
}

// sendCAPF sends the messages of a reply in one write.
func (n *node) sendCAPF(ctx context.Context, l *link, r Reply) error {
	var b []byte
	for _, m := range r.Messages {
		m, ok := m.(capf.Message)
		if !ok {
			continue
		}
		var err error
		if b, err = m.Append(b); err != nil {
			return err
		}
		n.core.trace.capfSent(m.Command)
	}
	if err := l.raw.SetWriteDeadline(time.Now().Add(r.Delay + n.core.config.Limits.Write)); err != nil {
		return err
	}
	return l.write(ctx, b, r)
}
