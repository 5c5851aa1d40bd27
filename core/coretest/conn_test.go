package coretest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/nettest"

	"github.com/phonebank/phonebank/core/coretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestConnIsAConn runs the suite by which Go judges its own connections.
func TestConnIsAConn(t *testing.T) {
	nettest.TestConn(t, func() (near, far net.Conn, stop func(), err error) {
		near, far = connect(t, new(coretest.Network))
		return near, far, func() { near.Close(); far.Close() }, nil
	})
}

// connect is both ends of a connection.
func connect(t *testing.T, n *coretest.Network) (near, far net.Conn) {
	t.Helper()
	l, err := n.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if near, err = n.Dial(t.Context(), "tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if far, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return near, far
}

func TestAddressesAreThoseOfTCP(t *testing.T) {
	near, far := connect(t, new(coretest.Network))
	if near.LocalAddr().String() != far.RemoteAddr().String() || near.RemoteAddr().String() != far.LocalAddr().String() {
		t.Errorf("%s and %s", near.LocalAddr(), far.RemoteAddr())
	}
	if _, ok := near.LocalAddr().(*net.TCPAddr); !ok {
		t.Errorf("%T", near.LocalAddr())
	}
}

// TestWritesAreBuffered is what net.Pipe does not do: both ends may write first.
func TestWritesAreBuffered(t *testing.T) {
	near, far := connect(t, new(coretest.Network))
	for _, c := range []net.Conn{near, far} {
		if n, err := c.Write([]byte("hello")); n != 5 || err != nil {
			t.Fatal(n, err)
		}
	}
}

// TestAFullWindow lets a writer wait until its deadline, to the second.
func TestAFullWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := connect(t, new(coretest.Network))
		near.SetWriteDeadline(time.Now().Add(7 * time.Second))
		start := time.Now()
		n, err := near.Write(make([]byte, 100<<10))
		if n != 64<<10 || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 7*time.Second {
			t.Errorf("%d bytes, %v after %s", n, err, time.Since(start))
		}
		near.SetWriteDeadline(time.Time{})
		go func() {
			time.Sleep(time.Minute)
			io.CopyN(io.Discard, far, 10)
		}()
		start = time.Now()
		if n, err := near.Write(make([]byte, 10)); n != 10 || err != nil || time.Since(start) != time.Minute {
			t.Errorf("%d bytes, %v after %s", n, err, time.Since(start))
		}
	})
}

func TestReadDeadlineIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, _ := connect(t, new(coretest.Network))
		start := time.Now()
		near.SetReadDeadline(start.Add(time.Hour))
		near.SetReadDeadline(start.Add(3 * time.Second))
		if _, err := near.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 3*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

func TestHalfClose(t *testing.T) {
	near, far := connect(t, new(coretest.Network))
	near.Write([]byte("last words"))
	if err := near.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := near.Write([]byte("more")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("writing on: %v", err)
	}
	if b, err := io.ReadAll(far); string(b) != "last words" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	far.Write([]byte("an answer"))
	far.Close()
	if b, err := io.ReadAll(near); string(b) != "an answer" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
}

func TestCloseLeavesWhatWasSent(t *testing.T) {
	near, far := connect(t, new(coretest.Network))
	near.Write([]byte("bye"))
	near.Close()
	if _, err := far.Write([]byte("x")); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("writing to a closed end: %v", err)
	}
	if b, err := io.ReadAll(far); !bytes.Equal(b, []byte("bye")) || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := near.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("reading a closed end: %v", err)
	}
}

func TestDialling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		const address = "127.0.0.1:2000"
		if _, err := n.Dial(t.Context(), "tcp", address); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("nobody listens: %v", err)
		}
		l, err := n.Listen(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.Listen(t.Context(), "tcp", address); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("a second listener: %v", err)
		}
		n.Refuse(address, true)
		if _, err := n.Dial(t.Context(), "tcp", address); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("refused: %v", err)
		}
		n.Refuse(address, false)

		n.Stall(address, true)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		if _, err := n.Dial(ctx, "tcp", address); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 10*time.Second {
			t.Errorf("stalled: %v after %s", err, time.Since(start))
		}
		go func() {
			time.Sleep(5 * time.Second)
			n.Stall(address, false)
		}()
		start = time.Now()
		conn, err := n.Dial(t.Context(), "tcp", address)
		if err != nil || time.Since(start) != 5*time.Second {
			t.Fatalf("no longer stalled: %v after %s", err, time.Since(start))
		}
		defer conn.Close()
		l.Close()
		if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("accepting on: %v", err)
		}
		if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("nobody accepted, and then: %v", err)
		}
		if _, err := n.Dial(t.Context(), "udp", address); err == nil {
			t.Error("UDP was dialled")
		}
		if _, err := n.ListenPacket(t.Context(), "udp", address); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("datagrams: %v", err)
		}
	})
}
