package core

import (
	"net/netip"
	"testing"

	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/tvs"
)

// TestNoTraceIsFree calls what a registration traces, with nobody to read it.
func TestNoTraceIsFree(t *testing.T) {
	var (
		none *tracer
		s    = inTLS(newStationDesk(t, nil), testDevice)
		l    = &link{}
		at   = netip.MustParseAddrPort("127.0.0.1:1024")
	)
	s.receive(registerReq(testDevice, 22), noon)
	allocations := testing.AllocsPerRun(100, func() {
		none.fileAsked(asked{testDevice, at, 1})
		none.fileSent(asked{testDevice, at, 1}, File{})
		none.capfConnected(1, at)
		none.capfHandshake()
		none.capfReceived(1, testDevice, capf.AuthRes, capfAwaitAuth)
		none.capfSent(capf.AuthReq)
		none.tvsAnswered(testDevice, tvs.CertVerificationReq, tvs.Valid)
		none.verified(certificateGood)
		none.handshakeFailed(at, nil)
		none.accepted(1, 1, at)
		none.registering(s)
		none.registered(s)
		none.rejected(s, testDevice, securityMismatch)
		none.closed(s, l, nil)
	})
	if allocations != 0 {
		t.Errorf("%g allocations", allocations)
	}
}
