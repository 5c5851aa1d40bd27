package core

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/tvs"
)

// tracer writes what CUCM would have traced, as it would have worded it (CAPF,
// section 12; SCCP, section 7.3). A nil tracer writes nothing and costs a
// comparison: every method takes its values as they are and formats them itself.
type tracer struct {
	mu sync.Mutex
	w  io.Writer
}

func newTracer(w io.Writer) *tracer {
	if w == nil {
		return nil
	}
	return &tracer{w: w}
}

// line writes one line: the time of day to a millisecond, a bar, the text. What
// a stranger has sent cannot make it two.
func (t *tracer) line(format string, args ...any) {
	words := strings.Map(printable, fmt.Sprintf(format, args...))
	text := fmt.Appendf(nil, "%s |%s\n", time.Now().Format("15:04:05.000"), words)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.w.Write(text) // a trace that cannot be written is not worth stopping for
}

func printable(r rune) rune {
	if unicode.IsControl(r) {
		return '?'
	}
	return r
}

// TFTP: TFTPEngine.

func (t *tracer) fileAsked(a asked) {
	if t != nil {
		t.line("TFTPEngine::isReadRequest[%s], [%s] opcode(1), Mode[octet]", a, a.name)
	}
}

func (t *tracer) fileSent(a asked, f File) {
	if t != nil {
		t.line("TID[%08x] TFTPEngine::processMessage[%s], Transferred[%s] Socket[%d] Bytes[%d]", a.number, a, f.Name, a.number, len(f.Bytes))
	}
}

func (t *tracer) fileFailed(a asked, err error) {
	if t != nil {
		t.line("TID[%08x] TFTPEngine::processMessage[%s], Not transferred[%s] %v", a.number, a, a.name, err)
	}
}

// String is how TFTPEngine names a request: an object, a socket, the peer.
func (a asked) String() string {
	return fmt.Sprintf("%#x~%d~%s~%d", a.number, a.number, a.remote.Addr(), a.remote.Port())
}

// CAPF: the number before the name is that of the connection.

func (t *tracer) capf(id uint32, device, text string) {
	if t != nil {
		t.line(" debug %d:%s:%s", id, orDefault(device, "UNKNOWN"), text)
	}
}

func (t *tracer) capfConnected(id uint32, remote netip.AddrPort) {
	if t != nil {
		t.capf(id, "", fmt.Sprintf("Got a new ph conn %s on %d", remote.Addr(), id))
	}
}

func (t *tracer) capfHandshake() {
	if t != nil {
		t.line(" debug TLS HS Done for ph_conn .")
	}
}

func (t *tracer) capfReceived(id uint32, device string, command capf.Command, state capfState) {
	if t == nil {
		return
	}
	t.capf(id, device, "Incoming Phone Msg:")
	t.line(" debug MsgType      : %s", command)
	if command == capf.ReqInProgress {
		t.capf(id, device, fmt.Sprintf("CAPF CORE: Rcvd Event: CAPF_EV_REQUEST_IN_PROGRESS in State: %s", state))
	}
}

func (t *tracer) capfSent(command capf.Command) {
	if t == nil {
		return
	}
	if command == capf.StoreCertReq {
		t.line(" debug Generated the cert")
	}
	t.line(" debug MsgType      : %s", command)
}

// TVS.

func (t *tracer) tvsAnswered(device string, command tvs.Command, status tvs.Status) {
	if t != nil {
		t.line(" debug %s:%s: status %d", orDefault(device, "UNKNOWN"), command, uint8(status))
	}
}

// CallManager: SDL and StationD.

func (t *tracer) verified(fault certificateFault) {
	if t == nil {
		return
	}
	ok := 1
	if fault != certificateGood {
		ok = 0
	}
	t.line("SdlSSLTCPListener::verify_cb pre-verified=%d,cert verification errno=%d,depth=0", ok, int(fault))
}

func (t *tracer) handshakeFailed(remote netip.AddrPort, err error) {
	if t != nil {
		t.line("SdlSSLTCPListener::TLS handshake failed, IPAddr=%s, Port=%d, %v", remote.Addr(), remote.Port(), err)
	}
}

func (t *tracer) accepted(node int, station uint32, remote netip.AddrPort) {
	if t != nil {
		t.line("New connection accepted. DeviceName=, TCPPid = [%d.100.13.%d], IPAddr=%s, Port=%d, Device Controller=[0,0,0]",
			node, station, remote.Addr(), remote.Port())
	}
}

func (t *tracer) registering(s *station) {
	if t == nil {
		return
	}
	cluster := 0
	if s.service.mixed {
		cluster = 1
	}
	mode := s.device.profile().Security
	t.line("StationD: (%07d) ClusterSecurityMode = (%d) DeviceSecurityMode = (%d)", s.number, cluster, mode)
	if s.secure {
		t.line("StationD: (%07d) TLS Connection Cipher - INFO:deviceName=%s, Cipher=%s, SecurityMode=%d, TLSVersion=%s",
			s.number, s.device.Name, s.cipher, mode, s.protocol)
	}
}

func (t *tracer) rejected(s *station, device string, cause registrationCause) {
	if t == nil {
		return
	}
	if cause == invalidX509NameInCertificate {
		t.line("validTLSConnection:TLS InvalidX509NameInCertificate, Rcvd=%s , Expected=%s", s.certificateName, device)
	}
	t.line("StationD: (%07d) RegisterReject DeviceName=%s, Reason=%d (%s)", s.number, device, int(cause), cause)
}

func (t *tracer) registered(s *station) {
	if t != nil {
		t.line("StationD: (%07d) RegisterAck DeviceName=%s, ProtocolVersion=%d", s.number, s.device.Name, s.version)
	}
}

func (t *tracer) closed(s *station, l *link, err error) {
	if t != nil {
		t.line("StationD: (%07d) Closing connection. DeviceName=%s, Reason=%s", s.number, s.about(nil), l.why(err))
	}
}

// core is a line of the simulator's own, which no CUCM would write.
func (t *tracer) core(format string, args ...any) {
	if t != nil {
		t.line("phonebank: "+format, args...)
	}
}
