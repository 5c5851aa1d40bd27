package core

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"time"
)

// link is one TCP connection of any service, as its node sees it.
type link struct {
	node    *node
	service Service
	raw     net.Conn // TCP: closing it ends everything at once
	conn    net.Conn // raw, or TLS over it
	under   *gather  // between the two where a message is better held together; nil elsewhere
	remote  netip.AddrPort

	sending chan struct{} // full while somebody writes to conn
	reason  atomic.Pointer[string]

	// Of a CallManager's connections, for the sweep; 0: nothing to supervise.
	heard      atomic.Int64 // when the last whole message came, Unix nanoseconds
	writing    atomic.Int64 // when a write began that has not ended
	registered atomic.Bool
	version    atomic.Uint32 // negotiated, for messages that the core sends by itself
	number     uint32
}

// close ends the connection at once.
func (l *link) close(reason string) {
	l.because(reason)
	l.raw.Close()
}

// because notes why the connection ends. The first reason given counts.
func (l *link) because(reason string) { l.reason.CompareAndSwap(nil, &reason) }

// why is the reason the connection was closed for, or else the error it ended with.
func (l *link) why(err error) string {
	switch reason := l.reason.Load(); {
	case reason != nil:
		return *reason
	case err == nil || errors.Is(err, io.EOF):
		return "closed by the phone"
	}
	return err.Error()
}

// serve runs the accept loop of a listener until it closes. Every connection
// gets a goroutine, as far as the limit allows; the others are closed at once.
func (n *node) serve(l net.Listener, service Service, talk func(ctx context.Context, l *link)) {
	for pause := time.Duration(0); ; {
		conn, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // out of descriptors, most of all: let some go
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			n.core.trace.core("accept: %v", err)
			if !sleep(n.ctx, pause) {
				return
			}
			continue
		}
		pause = 0
		link := &link{node: n, service: service, raw: conn, conn: conn, remote: remoteOf(conn), sending: make(chan struct{}, 1)}
		if !n.track(link) {
			conn.Close()
			continue
		}
		go talk(n.ctx, link) // which ends with done, in this goroutine or another
	}
}

// track takes a connection into the node's books; false when the node is
// stopping or the core is full.
func (n *node) track(l *link) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.running || n.core.open.Add(1) > int64(n.core.config.Limits.Connections) {
		if n.running {
			n.core.open.Add(-1)
		}
		return false
	}
	n.links[l] = struct{}{}
	n.work.Add(1)
	return true
}

// done ends a connection and strikes it from the books.
func (l *link) done() {
	l.raw.Close()
	n := l.node
	n.mu.Lock()
	delete(n.links, l)
	n.mu.Unlock()
	n.core.open.Add(-1)
	n.work.Done()
}

// The last words of a connection must arrive: closing a socket that has unread
// bytes resets it and takes what was sent along. So say that there is no more,
// and read on for a little while.
const (
	lingerTime  = time.Second
	lingerBytes = 64 << 10
)

func (l *link) linger() {
	half, ok := l.conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	if l.conn.SetReadDeadline(time.Now().Add(lingerTime)) == nil {
		io.Copy(io.Discard, io.LimitReader(l.conn, lingerBytes))
	}
}

// write sends b in one piece, after the time a Fault asks for.
func (l *link) write(ctx context.Context, b []byte, r Reply) error {
	if r.Delay > 0 && !sleep(ctx, r.Delay) {
		return ctx.Err()
	}
	if r.Mangle != nil {
		b = r.Mangle(b)
	}
	if len(b) == 0 {
		return nil
	}
	select {
	case l.sending <- struct{}{}:
		defer func() { <-l.sending }()
	case <-ctx.Done():
		return ctx.Err()
	}
	l.writing.Store(time.Now().UnixNano())
	defer l.writing.Store(0)
	if l.under == nil {
		_, err := l.conn.Write(b)
		return err
	}
	l.under.hold()
	_, err := l.conn.Write(b)
	if gone := l.under.release(); err == nil {
		err = gone
	}
	return err
}

// sleep is false when ctx ended before the time was over.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func remoteOf(conn net.Conn) netip.AddrPort {
	if at, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		return at.AddrPort()
	}
	return netip.AddrPort{}
}
