package core_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/wire/sccp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const device = "SEP001122334455"

// The addresses of a core on a coretest.Network.
const (
	clear1  = "127.0.1.1:2000"
	secure1 = "127.0.1.1:2443"
	tvs1    = "127.0.1.1:2445"
	capf1   = "127.0.1.1:3804"
	clear2  = "127.0.1.2:2000"
	secure2 = "127.0.1.2:2443"
)

// phoneKey is the key of every phone in these tests.
var phoneKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		panic(err)
	}
	return key
})

// bubbleAuthority is the PKI of a cluster of two nodes in a bubble, whose clock
// starts on this day. Made once: keys take longer than tests.
var bubbleAuthority = sync.OnceValue(func() *core.Authority {
	day := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	a, err := core.NewAuthority(core.AuthorityOptions{Nodes: 2, Bits: 1024, Now: func() time.Time { return day }})
	if err != nil {
		panic(err)
	}
	return a
})

// certificate is a phone's certificate of the Authority's CAPF, as TLS wants it.
func certificate(t testing.TB, a *core.Authority, name string) *tls.Certificate {
	t.Helper()
	der, err := a.LSC(name, phoneKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: crypto.PrivateKey(phoneKey())}
}

// dial connects, or fails the test.
func dial(t testing.TB, n *coretest.Network, address string) net.Conn {
	t.Helper()
	conn, err := n.Dial(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// secure does a TLS 1.0 handshake as old phones do. Whom the server is does not
// matter here.
func secure(conn net.Conn, own *tls.Certificate) (*tls.Conn, error) {
	c := &tls.Config{
		InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10,
		CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA},
	}
	if own != nil {
		c.Certificates = []tls.Certificate{*own}
	}
	client := tls.Client(conn, c)
	return client, client.Handshake()
}

// dialTLS connects and secures, or fails the test.
func dialTLS(t testing.TB, n *coretest.Network, address string, own *tls.Certificate) *tls.Conn {
	t.Helper()
	conn, err := secure(dial(t, n, address), own)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// speaker is a phone that says what the test wants.
type speaker struct {
	t       testing.TB
	conn    net.Conn
	frames  *sccp.Reader
	version uint8
}

func speak(t testing.TB, conn net.Conn) *speaker {
	return &speaker{t: t, conn: conn, frames: sccp.NewReader(conn)}
}

func (s *speaker) send(messages ...sccp.Message) {
	s.t.Helper()
	var b []byte
	for _, m := range messages {
		b = sccp.Append(b, m, s.version)
	}
	if _, err := s.conn.Write(b); err != nil {
		s.t.Fatal(err)
	}
}

func (s *speaker) receive() (sccp.Message, error) {
	frame, err := s.frames.Next()
	if err != nil {
		return nil, err
	}
	return sccp.Parse(frame, s.version)
}

// expect returns the next message, which must be of a type.
func expect[M sccp.Message](s *speaker) M {
	s.t.Helper()
	m, err := s.receive()
	if err != nil {
		s.t.Fatal(err)
	}
	got, ok := m.(M)
	if !ok {
		s.t.Fatalf("got %T, want %T", m, got)
	}
	return got
}

// register registers a device of protocol version 17.
func (s *speaker) register(name string) {
	s.t.Helper()
	s.send(sccp.Alarm{Text: "25: Name=" + name}, sccp.RegisterReq{DeviceName: name, ProtocolVersion: 17})
	s.version = sccp.Negotiate(17, expect[sccp.RegisterAck](s).MaxProtocolVersion)
	expect[sccp.CapabilitiesReq](s)
}

// closedAfter reads until the other end closes and says how long that took.
func closedAfter(t testing.TB, conn net.Conn) time.Duration {
	t.Helper()
	start := time.Now()
	if _, err := io.Copy(io.Discard, conn); err != nil && !gone(err) {
		t.Fatalf("ended with %v", err)
	}
	return time.Since(start)
}

// gone is an error that the other end's closing explains.
func gone(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// trickle sends b, a byte a second, until the other end closes, and says how
// long that took.
func trickle(t testing.TB, conn net.Conn, b []byte) time.Duration {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range b {
			if _, err := conn.Write(b[i : i+1]); err != nil {
				return
			}
			time.Sleep(time.Second)
		}
	}()
	took := closedAfter(t, conn)
	conn.Close()
	<-done
	return took
}

func mustAddr(s string) netip.Addr { return netip.MustParseAddr(s) }

// notebook is a trace that can be read while it is written.
type notebook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (n *notebook) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(b)
}

func (n *notebook) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

// fetch asks a core for a file, as TFTP would send it.
func fetch(ctx context.Context, c *core.Core, name string) ([]byte, error) {
	return coretest.Files{Core: c, From: netip.MustParseAddrPort("127.0.0.1:1024")}.Fetch(ctx, name)
}
