package phone

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/phonebank/phonebank/wire/ctl"
)

// DialFrom connects from a phone's own address, as an Env without Dial does. TCP keep-alive probes are
// off: SCCP has a keepalive of its own.
func DialFrom(local netip.Addr) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		dialer := net.Dialer{KeepAlive: -1} // made for the occasion: thousands of idle phones need none
		if local.IsValid() {
			dialer.LocalAddr = &net.TCPAddr{IP: local.AsSlice()}
		}
		return dialer.DialContext(ctx, network, address)
	}
}

// connect opens a connection within the model's times and this machine's
// limits. With roles it is TLS, and the peer's certificate must BE a record of
// one of these roles in a held list; own is offered when the peer asks for a
// certificate.
func (p *Phone) connect(ctx context.Context, watch *stopwatch, host string, port int, own *Credential, roles ...ctl.Role) (conn net.Conn, err error) {
	address := net.JoinHostPort(host, strconv.Itoa(port))
	err = watch.within(ctx, p.env.Limits.Handshakes, func() error {
		plain, err := p.dial(ctx, address, serviceOf(roles))
		if err != nil {
			return err
		}
		conn, err = p.secure(ctx, plain, address, own, roles...)
		return err
	})
	return conn, err
}

// reach is connect for a link that nobody waits for. The server may well be
// dead: only one that has answered takes a place among the handshakes.
func (p *Phone) reach(ctx context.Context, watch *stopwatch, host string, port int, own *Credential, roles ...ctl.Role) (conn net.Conn, err error) {
	address := net.JoinHostPort(host, strconv.Itoa(port))
	plain, err := p.dial(ctx, address, serviceOf(roles))
	if err != nil || len(roles) == 0 {
		return plain, err
	}
	err = watch.within(ctx, p.env.Limits.Handshakes, func() error {
		conn, err = p.secure(ctx, plain, address, own, roles...)
		return err
	})
	if err != nil {
		plain.Close()
	}
	return conn, err
}

func (p *Phone) dial(ctx context.Context, address string, service Service) (net.Conn, error) {
	dialing, cancel := context.WithTimeout(wanting(ctx, service), p.id.Model.Timers.Connect)
	defer cancel()
	conn, err := p.dialer()(dialing, "tcp", address)
	if err != nil {
		return nil, because(err, "connect to %s", address)
	}
	return conn, nil
}

// dialer is how the phone connects.
func (p *Phone) dialer() func(ctx context.Context, network, address string) (net.Conn, error) {
	if p.env.Dial != nil {
		return p.env.Dial
	}
	return DialFrom(p.id.Address)
}

// secure shakes hands over a connection, which it closes when that fails.
// Without roles there is nothing to do.
func (p *Phone) secure(ctx context.Context, plain net.Conn, address string, own *Credential, roles ...ctl.Role) (net.Conn, error) {
	if len(roles) == 0 {
		return plain, nil
	}
	shaking, cancel := context.WithTimeout(ctx, p.id.Model.Timers.Handshake)
	defer cancel()
	under := &gathering{Conn: plain}
	config := p.env.Lists.tlsConfig(p.id.Model, p.held(), roles...)
	if p.env.KeyLog != nil { // only then does a phone need a configuration of its own
		config = config.Clone()
		config.KeyLogWriter = p.env.KeyLog
	}
	conn := tls.Client(under, config)
	if err := conn.HandshakeContext(offering(shaking, own)); err != nil {
		plain.Close()
		return nil, p.tellRefused(tlsError(err, address), address)
	}
	return messageAtOnce(conn, under), nil
}

// tellRefused tells the console of a server that the phone refused, and lets the
// explanation of it say so, too.
func (p *Phone) tellRefused(err error, address string) error {
	var refused *refusal
	if errors.As(err, &refused) {
		line := ownLineHandshakeFailed(address)
		refused.Console = append(refused.Console, line.Text)
		p.say(line)
	}
	return err
}

// tlsError names the side that broke off a handshake.
func tlsError(err error, address string) error {
	var (
		known    *refusal
		badLeaf  *tls.CertificateVerificationError
		unparsed x509.UnhandledCriticalExtension
		where    = "TLS handshake with " + address
	)
	switch cause := CauseOf(err); {
	case errors.As(err, &known): // our own verdict on the certificate
		return because(err, "%s", where)
	case cause == CauseRejected:
		return &failure{cause: cause, text: where + ": the server sent an alert", err: err}
	case errors.As(err, &badLeaf), errors.As(err, &unparsed):
		return &failure{cause: CauseUntrusted, text: where, err: err}
	case cause == CauseOther && nonsense(err):
		return &failure{cause: CauseMalformed, text: where, err: err}
	case cause == CauseOther && strings.HasPrefix(err.Error(), "tls: "):
		return &failure{cause: CauseRejected, text: where + ": no common ground", err: err}
	default:
		return because(err, "%s", where)
	}
}

// nonsense says that a handshake failed because the server does not keep to
// the protocol, and not because the two sides want different things. Package
// tls has no types for the one or the other.
func nonsense(err error) bool {
	text := err.Error()
	return strings.HasPrefix(text, "tls: ") && slices.ContainsFunc(nonsenseWords, func(word string) bool { return strings.Contains(text, word) })
}

var nonsenseWords = []string{"unexpected", "malformed", "invalid", "incorrect", "too many", "exceeds maximum", "empty", "missing", "did not send"}

// credential is what the phone shows of itself: the LSC, else the MIC, else
// nothing.
func (p *Phone) credential() (*Credential, error) {
	if p.flash.LSC != nil {
		return p.flash.LSC, nil
	}
	return p.factoryCertificate()
}

// factoryCertificate is the MIC, nil for a phone that has none.
func (p *Phone) factoryCertificate() (*Credential, error) {
	if p.mic == nil && p.id.MIC != nil {
		mic, err := p.id.MIC()
		if err != nil {
			return nil, &failure{cause: CauseLocal, text: "manufacturer-installed certificate", err: err}
		}
		p.mic = mic
	}
	return p.mic, nil
}
