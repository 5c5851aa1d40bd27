package core

import (
	"context"
	"crypto/tls"
	"errors"
	"time"

	"github.com/phonebank/phonebank/wire/sccp"
)

// talkClear serves a connection on TCP 2000.
func (n *node) talkClear(ctx context.Context, l *link) {
	n.core.counters.connections.Add(1)
	s := n.newStation(l)
	if handler := n.open(ctx, l, s, false); handler != nil {
		n.core.trace.accepted(n.number, s.number, l.remote)
		n.converse(ctx, l, s, handler)
	}
	l.done()
}

// talkSecure serves a connection on TCP 2443. The conversation gets a fresh
// goroutine: the stack that a handshake has grown would stay with every idle
// phone.
func (n *node) talkSecure(ctx context.Context, l *link) {
	n.core.counters.connections.Add(1)
	s := n.newStation(l)
	handler := n.open(ctx, l, s, true)
	if handler == nil || !n.secureStation(ctx, l, s) {
		l.done()
		return
	}
	n.core.trace.accepted(n.number, s.number, l.remote)
	go func() {
		n.converse(ctx, l, s, handler)
		l.done()
	}()
}

// newStation is the pure half of a connection.
func (n *node) newStation(l *link) *station {
	l.number = n.core.numbers.Add(1)
	return &station{desk: n.core.stations, service: n.callManager.Load(), node: n.number, number: l.number}
}

// open asks the faults whether the connection may be, and returns what answers
// its messages; nil when it was refused.
func (n *node) open(ctx context.Context, l *link, s *station, secure bool) Handler {
	handler := n.core.faulty(func(_ context.Context, r Request) (Reply, error) {
		if _, ok := r.Message.(Opened); ok {
			return Reply{}, nil
		}
		return n.settle(l, s, s.receive(r.Message.(sccp.Message), time.Now())), nil
	})
	reply, err := handler(ctx, Request{Service: ServiceCallManager, Node: n.number, Message: Opened{l.remote, secure}})
	if err != nil || reply.HangUp {
		return nil
	}
	return handler
}

// secureStation does the handshake and notes what it proved.
func (n *node) secureStation(ctx context.Context, l *link, s *station) bool {
	state, err := l.handshake(ctx, s.service.tls)
	if err != nil {
		n.core.trace.handshakeFailed(l.remote, err)
		return false
	}
	n.core.counters.handshakes.Add(1)
	cert := state.PeerCertificates[0]
	s.secure, s.cipher, s.protocol = true, openSSLName(state.CipherSuite), tls.VersionName(state.Version)
	s.certificateName = cert.Subject.CommonName
	s.names = func(device string) bool { return certificateNames(cert, device) }
	// The handshake has verified the signature of one of the known issuers.
	if !s.service.trust.issuedLSC(cert) {
		s.mic = cert.Raw
	}
	return true
}

// handshake makes conn TLS, within the time for it.
func (l *link) handshake(ctx context.Context, c *tls.Config) (tls.ConnectionState, error) {
	under := &gather{Conn: l.raw}
	conn := tls.Server(under, c)
	if err := l.raw.SetDeadline(time.Now().Add(l.node.core.config.Limits.Handshake)); err != nil {
		return tls.ConnectionState{}, err
	}
	if err := conn.HandshakeContext(ctx); err != nil {
		return tls.ConnectionState{}, err
	}
	l.conn = conn
	state := conn.ConnectionState()
	if state.Version == tls.VersionTLS10 {
		l.under = under
	}
	return state, l.raw.SetDeadline(time.Time{})
}

// converse reads messages until one of the two sides has had enough.
func (n *node) converse(ctx context.Context, l *link, s *station, handler Handler) {
	l.heard.Store(time.Now().UnixNano())
	err := n.read(ctx, l, s, handler)
	if s.device != nil && s.device.release(l) {
		n.core.counters.unregister(n.number, &n.core.counters.lost)
	}
	n.core.trace.closed(s, l, err)
}

var errHungUp = errors.New("closed by the CallManager")

func (n *node) read(ctx context.Context, l *link, s *station, handler Handler) error {
	frames := sccp.NewReader(l.conn)
	for {
		frame, err := frames.Next()
		if err != nil {
			return err
		}
		m, err := sccp.Parse(frame, s.version)
		if err != nil {
			m = malformed(frame.ID)
			n.core.trace.core("StationD: (%07d) %v", s.number, err)
		}
		l.heard.Store(time.Now().UnixNano())
		reply, err := handler(ctx, Request{Service: ServiceCallManager, Node: n.number, Device: s.about(m), Message: m})
		if err != nil {
			return err
		}
		if err := l.write(ctx, encode(reply.Messages, s.version), reply); err != nil {
			return err
		}
		if reply.HangUp {
			l.linger()
			return errHungUp
		}
	}
}

// malformed stands for a message that cannot be read. A station refuses such a
// registration, and passes over everything else.
func malformed(id sccp.ID) sccp.Message {
	if id == sccp.IDRegisterReq {
		return sccp.RegisterReq{}
	}
	return sccp.Unknown{MessageID: id}
}

func encode(messages []any, version uint8) []byte {
	var b []byte
	for _, m := range messages {
		if m, ok := m.(sccp.Message); ok {
			b = sccp.Append(b, m, version)
		}
	}
	return b
}

// settle makes the rest of the core know what a message changed.
func (n *node) settle(l *link, s *station, o outcome) Reply {
	c := &n.core.counters
	switch o.happened {
	case deviceRegistered:
		n.settleRegistration(l, s)
	case deviceRejected:
		c.rejected.Add(1)
		n.core.trace.rejected(s, o.deviceName, o.cause)
	case deviceUnregistered:
		l.registered.Store(false)
		if s.device.release(l) {
			c.unregister(n.number, &c.unregistered)
		}
	case deviceThrottled:
		c.throttled.Add(1)
		l.because("SCCP device throttling")
	case tokenGranted:
		c.tokens.Add(1)
	case tokenRefused:
		c.tokensRefused.Add(1)
	case keptAlive:
		c.keepAlives.Add(1)
	}
	return Reply{Messages: o.messages, HangUp: o.hangUp}
}

// settleRegistration books the device on this connection. A new registration
// of the same name wins: the old connection ends.
func (n *node) settleRegistration(l *link, s *station) {
	l.version.Store(uint32(s.version))
	if s.mic != nil {
		s.device.seen(s.mic)
	}
	n.core.trace.registering(s)
	n.core.trace.registered(s)
	switch before := s.device.claim(l); before {
	case nil:
	case l: // it has only registered again
		return
	default:
		n.core.counters.unregister(before.node.number, &n.core.counters.replaced)
		before.close("registered again elsewhere")
	}
	l.registered.Store(true)
	n.core.counters.register(n.number)
}
