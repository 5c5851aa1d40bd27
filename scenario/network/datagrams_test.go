package network

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/phonebank/phonebank/phone"
)

// TestChanceIsThatOfTheFault loses the same datagrams of a phone whatever other
// faults there are, and other ones of another phone: who replays a phone has only
// those faults that were on.
func TestChanceIsThatOfTheFault(t *testing.T) {
	lose := Spec{Fault: "loss", Loss: 50}
	losses := func(number int, specs ...Spec) (lost string) {
		for _, f := range New(specs, 1).Line(number, "SEP0011215A0001").faults {
			if f.kind.name != "loss" {
				continue
			}
			l := lossy(f, nil).(interface{ loses() bool })
			for range 64 {
				lost += map[bool]string{true: "x", false: "."}[l.loses()]
			}
		}
		return lost
	}
	alone := losses(7, lose)
	if beside := losses(7, Spec{Fault: "reset", For: time.Second}, lose); beside != alone {
		t.Errorf("beside a fault:\n%s\nalone:\n%s", beside, alone)
	}
	if other := losses(8, lose); other == alone {
		t.Errorf("another phone loses the same: %s", other)
	}
}

// TestASocketTellsItsAddress asks through every fault: a capture wants to know.
func TestASocketTellsItsAddress(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, s := range []Spec{{Fault: "latency", Delay: time.Millisecond}, {Fault: "bandwidth", Bandwidth: 64e3}, {Fault: "loss", Loss: 1}} {
		socket, err := New([]Spec{s}, 1).Line(0, "SEP0011215A0001").Listen(phone.ListenFrom)(netip.MustParseAddrPort("127.0.0.1:0"))
		if err != nil {
			t.Fatal(err)
		}
		named, ok := socket.(interface{ LocalAddr() net.Addr })
		if !ok || strings.HasSuffix(named.LocalAddr().String(), ":0") || !strings.HasPrefix(named.LocalAddr().String(), "127.0.0.1:") {
			t.Errorf("%s: a socket that knows its address: %v", s.Fault, ok)
		}
		socket.Close()
	}
}
