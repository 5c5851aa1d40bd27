package coretest

import (
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// window is how many bytes a direction holds before its writer waits, as a TCP
// window does.
const window = 64 << 10

// conn is one end of a connection.
type conn struct {
	in, out *stream
	local   netip.AddrPort
	remote  netip.AddrPort
}

// pair is both ends of a connection from a to b.
func pair(a, b netip.AddrPort) (near, far *conn) {
	there, back := newStream(), newStream()
	return &conn{in: back, out: there, local: a, remote: b}, &conn{in: there, out: back, local: b, remote: a}
}

func (c *conn) Read(b []byte) (int, error)  { return c.in.read(b) }
func (c *conn) Write(b []byte) (int, error) { return c.out.write(b) }

// CloseWrite ends the outgoing direction; the other one goes on.
func (c *conn) CloseWrite() error {
	c.out.end(func(s *stream) { s.finished = true })
	return nil
}

// Close ends both directions. What was written before can still be read by the
// other end; what it writes from now on is an error there.
func (c *conn) Close() error {
	c.out.end(func(s *stream) { s.finished, s.writerGone = true, true })
	c.in.end(func(s *stream) { s.readerGone, s.buffered = true, nil })
	return nil
}

func (c *conn) LocalAddr() net.Addr  { return net.TCPAddrFromAddrPort(c.local) }
func (c *conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

func (c *conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

func (c *conn) SetReadDeadline(t time.Time) error  { return c.in.setDeadline(&c.in.readBy, t) }
func (c *conn) SetWriteDeadline(t time.Time) error { return c.out.setDeadline(&c.out.writeBy, t) }

// stream is one direction of a connection.
type stream struct {
	mu       sync.Mutex
	changed  sync.Cond
	buffered []byte

	finished   bool // no more is written
	writerGone bool // the writing end is closed
	readerGone bool // the reading end is closed

	readBy, writeBy deadline
}

// deadline is over, or has a timer that will make it so.
type deadline struct {
	over  bool
	timer *time.Timer
}

func newStream() *stream {
	s := new(stream)
	s.changed.L = &s.mu
	return s
}

func (s *stream) read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.readerGone:
			return 0, net.ErrClosed
		case s.readBy.over:
			return 0, os.ErrDeadlineExceeded
		case len(s.buffered) > 0:
			n := copy(b, s.buffered)
			s.buffered = s.buffered[n:]
			if len(s.buffered) == 0 {
				s.buffered = nil
			}
			s.changed.Broadcast()
			return n, nil
		case s.finished:
			return 0, io.EOF
		case len(b) == 0:
			return 0, nil
		}
		s.changed.Wait()
	}
}

func (s *stream) write(b []byte) (written int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.writerGone:
			return written, net.ErrClosed
		case s.finished:
			return written, syscall.EPIPE
		case s.readerGone:
			return written, syscall.ECONNRESET
		case s.writeBy.over:
			return written, os.ErrDeadlineExceeded
		case len(b) == 0:
			return written, nil
		}
		if n := min(len(b), window-len(s.buffered)); n > 0 {
			s.buffered = append(s.buffered, b[:n]...)
			b, written = b[n:], written+n
			s.changed.Broadcast()
			continue
		}
		s.changed.Wait()
	}
}

func (s *stream) end(change func(*stream)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
	s.changed.Broadcast()
}

// setDeadline makes d be over at t; never for the zero time.
func (s *stream) setDeadline(d *deadline, t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writerGone && d == &s.writeBy || s.readerGone && d == &s.readBy {
		return net.ErrClosed
	}
	if d.timer != nil {
		d.timer.Stop()
	}
	d.timer, d.over = nil, false
	switch wait := time.Until(t); {
	case t.IsZero():
	case wait <= 0:
		d.over = true
		s.changed.Broadcast()
	default:
		var timer *time.Timer
		timer = time.AfterFunc(wait, func() {
			s.end(func(*stream) {
				if d.timer == timer { // not set anew in the meantime
					d.over = true
				}
			})
		})
		d.timer = timer
	}
	return nil
}
