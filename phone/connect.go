package phone

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/phonebank/phonebank/wire/ctl"
)

// defaultDial connects from the phone's own address. TCP keep-alive probes are
// off: SCCP has a keepalive of its own.
func defaultDial(local netip.Addr) func(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{KeepAlive: -1}
	if local.IsValid() {
		dialer.LocalAddr = &net.TCPAddr{IP: local.AsSlice()}
	}
	return dialer.DialContext
}

// connect opens a connection within the model's times and this machine's
// limits. With roles it is TLS, and the peer's certificate must BE a record of
// one of these roles in a held list; own is offered when the peer asks for a
// certificate.
func (p *Phone) connect(ctx context.Context, watch *stopwatch, host string, port int, own *Credential, roles ...ctl.Role) (net.Conn, error) {
	address := net.JoinHostPort(host, strconv.Itoa(port))
	var conn net.Conn
	err := watch.within(ctx, p.env.Limits.Handshakes, func() error {
		dialing, cancel := context.WithTimeout(ctx, p.id.Model.Timers.Connect)
		defer cancel()
		plain, err := p.env.Dial(dialing, "tcp", address)
		if err != nil {
			return because(err, "connect to %s", address)
		}
		conn = plain
		if len(roles) == 0 {
			return nil
		}
		shaking, cancel := context.WithTimeout(ctx, p.id.Model.Timers.Handshake)
		defer cancel()
		secure := tls.Client(plain, p.tlsConfig(own, roles...))
		if err := secure.HandshakeContext(shaking); err != nil {
			plain.Close()
			return tlsError(err, address)
		}
		conn = secure
		return nil
	})
	if err != nil {
		return nil, err
	}
	return conn, nil
}

// tlsConfig is a phone's idea of TLS: certificates are not chained to roots or
// checked for host names and dates, but compared with the trust lists.
func (p *Phone) tlsConfig(own *Credential, roles ...ctl.Role) *tls.Config {
	held := p.held()
	return &tls.Config{
		MinVersion:   p.id.Model.TLSMin,
		MaxVersion:   p.id.Model.TLSMax,
		CipherSuites: p.id.Model.Suites,
		// The post-quantum share that Go would add costs 15 % and twice the memory.
		CurvePreferences:   []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521},
		InsecureSkipVerify: true, // the next function verifies
		VerifyConnection: func(state tls.ConnectionState) error {
			_, err := held.Peer(state.PeerCertificates[0].Raw, roles...)
			return err
		},
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			if own == nil {
				return new(tls.Certificate), nil
			}
			return &tls.Certificate{Certificate: [][]byte{own.Certificate}, PrivateKey: own.Key}, nil
		},
	}
}

// tlsError names the side that broke off a handshake.
func tlsError(err error, address string) error {
	var (
		known    *failure
		alert    tls.AlertError
		op       *net.OpError
		header   tls.RecordHeaderError
		badLeaf  *tls.CertificateVerificationError
		unparsed x509.UnhandledCriticalExtension
	)
	switch {
	case errors.As(err, &known): // our own verdict on the certificate
		return because(err, "TLS handshake with %s", address)
	case errors.As(err, &alert), errors.As(err, &op) && op.Op == "remote error":
		return &failure{cause: CauseRejected, text: "TLS handshake with " + address + ": the server sent an alert", err: err}
	case errors.As(err, &header):
		return &failure{cause: CauseMalformed, text: "TLS handshake with " + address, err: err}
	case errors.As(err, &badLeaf), errors.As(err, &unparsed):
		return &failure{cause: CauseUntrusted, text: "TLS handshake with " + address, err: err}
	case CauseOf(err) == CauseOther && strings.HasPrefix(err.Error(), "tls: "):
		return &failure{cause: CauseRejected, text: "TLS handshake with " + address + ": no common ground", err: err}
	default:
		return because(err, "TLS handshake with %s", address)
	}
}

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
