package network

import (
	"bytes"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// late is a connection whose bytes take their time.
type late struct {
	net.Conn
	fault *fault
	belt  *belt
	write deadline
}

func lateConn(f *fault, conn net.Conn) net.Conn {
	c := &late{Conn: conn, fault: f, belt: newBelt()}
	go c.pump()
	return c
}

// pump takes what arrives off the connection; it ends with that.
func (c *late) pump() {
	buffer := make([]byte, 4096)
	for {
		n, err := c.Conn.Read(buffer)
		at := c.fault.arrival(n)
		if n > 0 && !c.belt.put(parcel{at: at, bytes: bytes.Clone(buffer[:n])}) {
			return
		}
		if err != nil {
			c.belt.put(parcel{at: at, err: err})
			return
		}
	}
}

func (c *late) Read(b []byte) (int, error) { return c.belt.take(b) }

// Write keeps the phone waiting while its bytes leave.
func (c *late) Write(b []byte) (int, error) {
	if d := c.fault.sending(len(b)); d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-c.write.passed():
			return 0, os.ErrDeadlineExceeded
		case <-c.belt.closed:
			return 0, net.ErrClosed
		}
	}
	return c.Conn.Write(b)
}

func (c *late) SetDeadline(t time.Time) error {
	c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

func (c *late) SetReadDeadline(t time.Time) error {
	c.belt.read.set(t)
	return nil
}

func (c *late) SetWriteDeadline(t time.Time) error {
	c.write.set(t)
	return c.Conn.SetWriteDeadline(t)
}

func (c *late) Close() error {
	c.belt.close()
	c.belt.read.set(time.Time{})
	c.write.set(time.Time{})
	return c.Conn.Close()
}

// cut is a connection that somebody on the way resets.
type cut struct {
	net.Conn
	gone  atomic.Bool
	timer *time.Timer
}

func reset(f *fault, conn net.Conn) net.Conn {
	in, ever := f.opens()
	if !ever {
		return conn
	}
	c := &cut{Conn: conn}
	if in == 0 {
		c.cut()
	} else {
		c.timer = time.AfterFunc(in, c.cut)
	}
	return c
}

// cut resets the connection at both ends.
func (c *cut) cut() {
	c.gone.Store(true)
	_ = linger(c.Conn, 0)
	c.Conn.Close()
}

// linger reaches the connection under all that is around it: without it a reset
// would be an orderly end to the core.
func linger(conn net.Conn, seconds int) error {
	if lingering, ok := conn.(interface{ SetLinger(sec int) error }); ok {
		return lingering.SetLinger(seconds)
	}
	return nil
}

// SetLinger passes on what a fault around this one asks for.
func (c *late) SetLinger(seconds int) error { return linger(c.Conn, seconds) }

// SetLinger passes on what a fault around this one asks for.
func (c *cut) SetLinger(seconds int) error { return linger(c.Conn, seconds) }

// SetLinger passes on what a fault around this one asks for.
func (c *half) SetLinger(seconds int) error { return linger(c.Conn, seconds) }

func (c *cut) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	return n, c.why("read", err)
}

func (c *cut) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	return n, c.why("write", err)
}

// SetDeadline and its like say nothing of a connection that is gone: reading
// and writing do.
func (c *cut) SetDeadline(t time.Time) error      { return c.unless(c.Conn.SetDeadline(t)) }
func (c *cut) SetReadDeadline(t time.Time) error  { return c.unless(c.Conn.SetReadDeadline(t)) }
func (c *cut) SetWriteDeadline(t time.Time) error { return c.unless(c.Conn.SetWriteDeadline(t)) }

func (c *cut) unless(err error) error {
	if c.gone.Load() {
		return nil
	}
	return err
}

func (c *cut) why(op string, err error) error {
	if err != nil && c.gone.Load() && !errors.Is(err, os.ErrDeadlineExceeded) {
		return &net.OpError{Op: op, Net: "tcp", Addr: c.RemoteAddr(), Err: os.NewSyscallError(op, syscall.ECONNRESET)}
	}
	return err
}

func (c *cut) Close() error {
	if c.timer != nil {
		c.timer.Stop()
	}
	return c.unless(c.Conn.Close())
}

// half is a connection on which, from some time on, nothing passes: what the
// phone says is lost, it hears nothing, and the core learns of neither, nor of
// the phone's leave.
type half struct {
	net.Conn
	fault *fault
	dead  time.Time
	belt  *belt
	once  sync.Once
	over  bool // the core has ended it; the network's lock guards this
}

// abandoned is how long the core may keep its end of a connection that the
// phone has left.
const abandoned = 2 * time.Minute

func halfOpen(f *fault, conn net.Conn) net.Conn {
	in, ever := f.opens()
	if !ever {
		return conn
	}
	c := &half{Conn: conn, fault: f, dead: time.Now().Add(in), belt: newBelt()}
	go c.pump()
	return c
}

func (c *half) silent() bool { return !time.Now().Before(c.dead) }

// pump reads until the core ends the connection.
func (c *half) pump() {
	buffer := make([]byte, 4096)
	for {
		n, err := c.Conn.Read(buffer)
		if !c.silent() {
			if n > 0 {
				c.belt.put(parcel{bytes: bytes.Clone(buffer[:n])})
			}
			if err != nil {
				c.belt.put(parcel{err: err})
			}
		}
		if err != nil {
			c.fault.line.network.ended(c)
			return
		}
	}
}

func (c *half) Read(b []byte) (int, error) { return c.belt.take(b) }

func (c *half) Write(b []byte) (int, error) {
	if c.silent() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func (c *half) SetDeadline(t time.Time) error {
	c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

func (c *half) SetReadDeadline(t time.Time) error {
	c.belt.read.set(t)
	return nil
}

func (c *half) Close() (err error) {
	c.once.Do(func() {
		c.belt.close()
		c.belt.read.set(time.Time{})
		if !c.silent() || !c.fault.line.network.abandon(c) {
			err = c.Conn.Close()
			return
		}
		_ = c.Conn.SetWriteDeadline(time.Unix(1, 0))          // whoever is still writing is woken
		_ = c.Conn.SetReadDeadline(time.Now().Add(abandoned)) // ends the pump at last, if the core has not by now
	})
	return err
}
