package core

import (
	"bytes"
	"net/netip"
	"strings"
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

// TestATraceLineIsOneLine has a stranger whose name would end the line and
// begin another.
func TestATraceLineIsOneLine(t *testing.T) {
	var b bytes.Buffer
	newTracer(&b).capf(7, "SEP\n00:00:00.000 |forged\x1b[2J", "Authentication failed: no such device")
	if got := b.String(); strings.Count(got, "\n") != 1 || strings.Contains(got, "\x1b") || !strings.Contains(got, "7:SEP?00:00:00.000") {
		t.Errorf("%q", got)
	}
}

// TestTheTraceTellsWhyCAPFRefused, as END_SESSION does not.
func TestTheTraceTellsWhyCAPFRefused(t *testing.T) {
	var b bytes.Buffer
	n := &node{core: &Core{trace: newTracer(&b)}}
	n.settleCAPF(&capfSession{id: 9, name: testDevice, state: capfDone, reason: capf.ReasonRefused, fault: "no CA"}, nil)
	if want := " | debug 9:" + testDevice + ":Authentication failed: no CA\n"; !strings.HasSuffix(b.String(), want) {
		t.Errorf("%q, want … %q", b.String(), want)
	}
}
