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
