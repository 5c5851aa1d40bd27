package network

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/phonebank/phonebank/core/coretest"
)

// TestAResetIsOneWhateverElseIsOnTheWay looks at the core's end of a connection,
// on loopback.
func TestAResetIsOneWhateverElseIsOnTheWay(t *testing.T) {
	defer goleak.VerifyNone(t)
	resets := Spec{Fault: "reset"}
	for _, c := range []struct {
		situation string
		specs     []Spec
	}{
		{"nothing", []Spec{resets}},
		{"latency", []Spec{{Fault: "latency", Delay: time.Microsecond}, resets}},
		{"latency behind it", []Spec{resets, {Fault: "latency", Delay: time.Microsecond}}},
		{"half open, later", []Spec{{Fault: "half-open", At: time.Hour}, resets}},
		{"another reset, later", []Spec{{Fault: "reset", At: time.Hour}, resets}},
	} {
		t.Run(c.situation, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			conn, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			core, err := listener.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer core.Close()
			for _, f := range New(c.specs, 1).Line(0, "SEP0011215A0001").faults {
				conn = f.kind.conn(f, conn)
			}
			core.SetReadDeadline(time.Now().Add(5 * time.Second))
			if _, err := core.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("the core: %v, want a reset", err)
			}
			if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("the phone: %v, want a reset", err)
			}
			conn.Close()
		})
	}
}

// connected is a connection in memory, the phone's end first.
func connected(t *testing.T) (phone, core net.Conn) {
	t.Helper()
	memory := new(coretest.Network)
	listener, err := memory.Listen(t.Context(), "tcp", "192.0.2.1:2000")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if phone, err = memory.Dial(t.Context(), "tcp", "192.0.2.1:2000"); err != nil {
		t.Fatal(err)
	}
	if core, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	return phone, core
}

// TestAHalfOpenConnectionIsForgotten ends one from either side first, and leaves
// another until the network is closed.
func TestAHalfOpenConnectionIsForgotten(t *testing.T) {
	for _, c := range []struct {
		situation string
		ends      func(phone, core net.Conn, n *Network)
		left      int // connections that the core still has
	}{
		{"the core ends it first", func(phone, core net.Conn, _ *Network) {
			core.Close()
			synctest.Wait()
			phone.Close()
		}, 0},
		{"the phone leaves, and then the core", func(phone, core net.Conn, _ *Network) {
			phone.Close()
			core.Close()
		}, 0},
		{"the phone leaves", func(phone, core net.Conn, _ *Network) { phone.Close() }, 1},
		{"the phone leaves, and the core does not give up", func(phone, core net.Conn, _ *Network) {
			phone.Close()
			time.Sleep(abandoned)
		}, 0},
		{"the run ends", func(phone, core net.Conn, n *Network) {
			phone.Close()
			n.Close()
		}, 0},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn, core := connected(t)
				defer core.Close()
				n := New([]Spec{{Fault: "half-open"}}, 1)
				defer n.Close()
				f := n.Line(0, "SEP0011215A0001").faults[0]
				c.ends(f.kind.conn(f, conn), core, n)
				synctest.Wait()
				if len(n.halves) != c.left {
					t.Errorf("%d connections are remembered, want %d", len(n.halves), c.left)
				}
			})
		})
	}
}

// TestLeavingUnblocksWhoIsWriting has a phone hang up after three seconds that is
// still writing to a core that does not read.
func TestLeavingUnblocksWhoIsWriting(t *testing.T) {
	for _, c := range []struct {
		situation string
		spec      Spec
	}{
		{"latency", Spec{Fault: "latency", Delay: time.Second}},
		{"bandwidth", Spec{Fault: "bandwidth", Bandwidth: 8}},
		{"before a reset", Spec{Fault: "reset", At: time.Hour}},
		{"a reset", Spec{Fault: "reset", At: 2 * time.Second}},
		{"before it is half open", Spec{Fault: "half-open", At: time.Hour}},
		{"half open", Spec{Fault: "half-open", At: 2 * time.Second}},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn, core := connected(t)
				defer core.Close()
				n := New([]Spec{c.spec}, 1)
				defer n.Close()
				f := n.Line(0, "SEP0011215A0001").faults[0]
				conn = f.kind.conn(f, conn)
				began := time.Now()
				time.AfterFunc(3*time.Second, func() { conn.Close() })
				written := make(chan error, 1)
				go func() {
					_, err := conn.Write(make([]byte, 1<<20))
					written <- err
				}()
				select {
				case err := <-written:
					if took := time.Since(began); err == nil || took > 3*time.Second {
						t.Errorf("%v after %v", err, took)
					}
				case <-time.After(time.Minute):
					t.Error("still writing after a minute")
				}
			})
		})
	}
}

// TestWhatAServerSaysLastIsHeard has a server say something and hang up, before a
// connection goes half open: the phone may still write, and then reads it.
func TestWhatAServerSaysLastIsHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, core := connected(t)
		f := New([]Spec{{Fault: "half-open", At: time.Hour}}, 1).Line(0, "SEP0011215A0001").faults[0]
		conn = f.kind.conn(f, conn)
		defer conn.Close()
		core.Write([]byte("alert"))
		core.(interface{ CloseWrite() error }).CloseWrite()
		synctest.Wait()
		if _, err := conn.Write([]byte("question")); err != nil {
			t.Errorf("writing to a server that says nothing more: %v", err)
		}
		if said, err := io.ReadAll(conn); string(said) != "alert" || err != nil {
			t.Errorf("heard %q, %v", said, err)
		}
		core.Close()
	})
}
