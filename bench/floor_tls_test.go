package bench

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"testing"

	"github.com/phonebank/phonebank/phone"
)

// bareTLS is the floor of a registration: connect and do a mutual TLS handshake
// with the same version, suites, curves, keys and certificates as phone and
// core, and nothing else.
type bareTLS struct {
	world   *world
	model   *phone.Model
	address string
}

var errStranger = errors.New("not the certificate that was expected")

// startBareTLS starts the server's end; it ends with the test.
func startBareTLS(t testing.TB, w *world, m *phone.Model) *bareTLS {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go acceptTLS(l, serverConfig(w))
	return &bareTLS{world: w, model: m, address: l.Addr().String()}
}

func serverConfig(w *world) *tls.Config {
	own, issuer := w.authority.CallManagers[0], w.authority.CAPF.Certificate
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{own.Certificate.Raw}, PrivateKey: own.Key, Leaf: own.Certificate}},
		MinVersion:   tls.VersionTLS10,
		CipherSuites: []uint16{
			tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_128_CBC_SHA,
		},
		CurvePreferences: []tls.CurveID{tls.X25519},
		ClientAuth:       tls.RequireAnyClientCert,
		VerifyConnection: func(s tls.ConnectionState) error {
			leaf := s.PeerCertificates[0]
			return issuer.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature)
		},
	}
}

// acceptTLS shakes hands with everybody and then listens until they leave.
func acceptTLS(l net.Listener, config *tls.Config) {
	for {
		plain, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer plain.Close()
			conn := tls.Server(plain, config)
			if conn.Handshake() == nil {
				listen(conn)
			}
		}()
	}
}

// listen waits on a goroutine whose stack no handshake has grown.
func listen(conn net.Conn) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		var b [1]byte
		conn.Read(b[:])
	}()
	<-done
}

// dial connects as phone i.
func (f *bareTLS) dial(i int) (*tls.Conn, error) { return f.dialWith(i, f.world.credential(i)) }

func (f *bareTLS) dialWith(i int, own *phone.Credential) (*tls.Conn, error) {
	dialer := net.Dialer{KeepAlive: -1, LocalAddr: &net.TCPAddr{IP: source(i).AsSlice()}}
	plain, err := dialer.DialContext(context.Background(), "tcp", f.address)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(plain, f.clientConfig(own))
	if err := conn.Handshake(); err != nil {
		plain.Close()
		return nil, err
	}
	return conn, nil
}

func (f *bareTLS) clientConfig(own *phone.Credential) *tls.Config {
	want := f.world.authority.CallManagers[0].Certificate.Raw
	return &tls.Config{
		MinVersion: f.model.TLSMin, MaxVersion: f.model.TLSMax, CipherSuites: f.model.Suites,
		CurvePreferences:   []tls.CurveID{tls.X25519},
		Certificates:       []tls.Certificate{{Certificate: [][]byte{own.Certificate}, PrivateKey: own.Key}},
		InsecureSkipVerify: true,
		VerifyPeerCertificate: func(chain [][]byte, _ [][]*x509.Certificate) error {
			if !bytes.Equal(chain[0], want) {
				return errStranger
			}
			return nil
		},
	}
}

// rate is how many handshakes a second n phones make.
func (f *bareTLS) rate(t testing.TB, n int) float64 { return stay(t, n, f.dial) }

// stay is how many of n connections a second open makes. Like those who
// register, they stay until the clock has stopped.
func stay(t testing.TB, n int, open func(i int) (*tls.Conn, error)) float64 {
	t.Helper()
	conns := make([]*tls.Conn, n)
	perSecond := crowd(t, n, func(i int) (err error) {
		conns[i], err = open(i)
		return err
	})
	for _, conn := range conns {
		conn.Close()
	}
	return perSecond
}
