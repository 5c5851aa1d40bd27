package phone

import (
	"crypto/tls"
	"net"
	"sync"
)

// oneWrite is a TLS 1.0 connection that sends a message in one write. TLS 1.0
// guards its CBC suites by splitting every message into a record of one byte
// and a record of the rest, and crypto/tls writes each by itself: two system
// calls here, and two segments to wake up for on the other end.
type oneWrite struct {
	*tls.Conn
	under *gathering

	sending sync.Mutex // one message after the other
}

// gathering is what lies under such a connection.
type gathering struct {
	net.Conn

	mu        sync.Mutex
	collected []byte // nil: writes go through
}

// messageAtOnce returns conn, or what makes it send each message in one write.
// Both ends of conn must have shaken hands.
func messageAtOnce(conn *tls.Conn, under *gathering) net.Conn {
	if conn.ConnectionState().Version > tls.VersionTLS10 {
		return conn
	}
	return &oneWrite{Conn: conn, under: under}
}

// Write sends b, and whatever TLS itself has to say meanwhile, in one write.
func (c *oneWrite) Write(b []byte) (int, error) {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.under.gather()
	n, err := c.Conn.Write(b)
	if flushed := c.under.flush(); err == nil {
		err = flushed
	}
	return n, err
}

func (g *gathering) gather() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.collected = []byte{}
}

func (g *gathering) flush() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, err := g.Conn.Write(g.collected)
	g.collected = nil
	return err
}

func (g *gathering) Write(b []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.collected != nil {
		g.collected = append(g.collected, b...)
		return len(b), nil
	}
	return g.Conn.Write(b)
}
