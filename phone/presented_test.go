package phone

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"testing"
	"time"
)

// TestPresent looks at servers of every kind: what they present is seen even
// where a handshake fails behind it.
func TestPresent(t *testing.T) {
	own := rsaCredential(t, "server")
	server := func(change func(*tls.Config)) func(net.Conn) {
		config := &tls.Config{
			Certificates: []tls.Certificate{{Certificate: [][]byte{own.Certificate}, PrivateKey: own.Key}},
			MinVersion:   tls.VersionTLS10, CipherSuites: oldSuites,
		}
		if change != nil {
			change(config)
		}
		return func(conn net.Conn) { _ = tls.Server(conn, config).Handshake() }
	}
	mine := rsaCredential(t, "phone")
	for _, c := range []struct {
		situation   string
		serve       func(net.Conn)
		own         *Credential
		seen, asked bool
		cause       Cause // of the end of the handshake; "" for none
	}{
		{"a server that wants nothing", server(nil), nil, true, false, ""},
		{"a server that wants a certificate and gets none", server(func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }), nil, true, true, CauseRejected},
		{"a server that wants a certificate and gets one", server(func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }), mine, true, true, ""},
		{"a server too new for the phone", server(func(c *tls.Config) { c.MinVersion = tls.VersionTLS12 }), nil, false, false, CauseRejected},
		{"a server that speaks something else", func(conn net.Conn) { _, _ = conn.Write([]byte("220 mail ready\r\n")) }, nil, false, false, CauseMalformed},
		{"a server that hangs up", func(net.Conn) {}, nil, false, false, CauseRefused},
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			hello := make([]byte, 1)
			_, _ = conn.Read(hello) // a server that hangs up does so in answer
			c.serve(&unread{Conn: conn, first: hello})
			conn.Close()
		}()
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		model, err := FindModel("7965")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		p := Present(ctx, conn, model, c.own)
		cancel()
		conn.Close()
		listener.Close()
		if seen := bytes.Equal(p.Certificate, own.Certificate); seen != c.seen || p.Asked != c.asked || CauseOf(p.Err) != c.cause {
			t.Errorf("%s: seen %v, asked %v, %s: %v", c.situation, seen, p.Asked, CauseOf(p.Err), p.Err)
		}
		if c.cause == "" && (p.Version != "TLS 1.0" || p.Cipher != "TLS_RSA_WITH_AES_128_CBC_SHA") {
			t.Errorf("%s: %s with %s", c.situation, p.Version, p.Cipher)
		}
	}
}

// unread is a connection whose first byte was read already.
type unread struct {
	net.Conn
	first []byte
}

func (u *unread) Read(b []byte) (int, error) {
	if len(u.first) > 0 {
		n := copy(b, u.first)
		u.first = u.first[n:]
		return n, nil
	}
	return u.Conn.Read(b)
}
