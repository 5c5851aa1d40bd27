package phone

import (
	"context"
	"crypto/tls"
	"net"
)

// Presented is what a TLS server shows of itself.
type Presented struct {
	Certificate []byte // DER; nil when the handshake did not come to it
	Asked       bool   // the server asked for the phone's certificate
	Version     string // "TLS 1.0"; empty unless the handshake was completed
	Cipher      string
	Err         error // why it was not; nil once it was
}

// Present shakes hands as a phone of the model does and tells which certificate
// the server presents, whoever that names: it is the question before
// [Held.Peer]. A server that asks for a certificate is offered own, nil for
// none. The caller closes conn, and bounds the handshake with ctx.
func Present(ctx context.Context, conn net.Conn, m *Model, own *Credential) Presented {
	var p Presented
	config := newTLSConfig(m, Held{}, nil)
	config.VerifyConnection = func(state tls.ConnectionState) error {
		p.Certificate = state.PeerCertificates[0].Raw
		return nil
	}
	offer := config.GetClientCertificate
	config.GetClientCertificate = func(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		p.Asked = true
		return offer(asked)
	}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(offering(ctx, own)); err != nil {
		p.Err = tlsError(err, conn.RemoteAddr().String())
		return p
	}
	state := secure.ConnectionState()
	p.Version, p.Cipher = tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite)
	return p
}
