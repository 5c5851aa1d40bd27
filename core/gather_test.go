package core_test

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// countingNetwork counts the writes of the core's end.
type countingNetwork struct {
	coretest.Network
	writes atomic.Int64
}

func (n *countingNetwork) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	l, err := n.Network.Listen(ctx, network, address)
	return countingListener{l, n}, err
}

type countingListener struct {
	net.Listener
	network *countingNetwork
}

func (l countingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return countingConn{conn, l.network}, err
}

type countingConn struct {
	net.Conn
	network *countingNetwork
}

func (c countingConn) Write(b []byte) (int, error) {
	c.network.writes.Add(1)
	return c.Conn.Write(b)
}

// TestOneWriteAMessage holds that the core says a thing in one write, although
// TLS 1.0 makes two records of it.
func TestOneWriteAMessage(t *testing.T) {
	n, a := new(countingNetwork), coretest.Authority(t, 1)
	c := coretest.Start(t, core.Config{
		Authority: a, Network: n, Address: netip.MustParseAddr("127.0.1.1"), Security: cnf.Encrypted,
		Devices: []core.Device{{Name: "SEP0011215A1AE3"}},
	})
	conn := dialTLS(t, &n.Network, netip.AddrPortFrom(c.NodeAddrs()[0], sccp.SecurePort).String(), certificate(t, a, "SEP0011215A1AE3"))
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	frames := sccp.NewReader(conn)
	for range 3 {
		before := n.writes.Load()
		if _, err := conn.Write(sccp.Append(nil, sccp.KeepAliveReq{}, 0)); err != nil {
			t.Fatal(err)
		}
		if frame, err := frames.Next(); err != nil || frame.ID != sccp.IDKeepAliveAck {
			t.Fatalf("answered %v: %v", frame.ID, err)
		}
		if wrote := n.writes.Load() - before; wrote != 1 {
			t.Errorf("the answer took %d writes, want 1", wrote)
		}
	}
}
