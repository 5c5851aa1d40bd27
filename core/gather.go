package core

import (
	"net"
	"sync"
)

// gather lies under a TLS connection. TLS 1.0 guards its CBC suites by making
// two records of every message, one byte and the rest, and the library writes
// each by itself: two system calls here, and two segments that wake the phone.
// What is written between hold and release goes out in one write.
type gather struct {
	net.Conn

	mu    sync.Mutex
	holds bool
	held  []byte
}

func (g *gather) hold() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.holds = true
}

func (g *gather) release() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.holds = false
	_, err := g.Conn.Write(g.held)
	g.held = nil // an idle phone should cost no buffer
	return err
}

// Write writes b, or keeps it for release.
func (g *gather) Write(b []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.holds {
		g.held = append(g.held, b...)
		return len(b), nil
	}
	return g.Conn.Write(b)
}
