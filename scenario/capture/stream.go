package capture

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/gopacket/gopacket/layers"

	"github.com/phonebank/phonebank/phone"
)

// Dial is how a phone connects.
type Dial = func(ctx context.Context, network, address string) (net.Conn, error)

// Dial returns dial, listened to.
func (t *Tap) Dial(dial Dial) Dial {
	if t == nil {
		return dial
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		began := time.Now()
		conn, err := dial(ctx, network, address)
		if err != nil {
			t.unconnected(ctx, began, address, err)
			return nil, err
		}
		s := &stream{Conn: conn, tap: t, phone: addrPort(conn.LocalAddr()), server: addrPort(conn.RemoteAddr())}
		t.at(s.phone.Addr())
		s.open(began, string(phone.Wanted(ctx)))
		return s, nil
	}
}

// unconnected shows a connection that never was: a SYN without an answer, or
// with a reset for one.
func (t *Tap) unconnected(ctx context.Context, began time.Time, address string, err error) {
	server, bad := netip.ParseAddrPort(address)
	if bad != nil {
		return // a name that nobody knows has no packets
	}
	switch phone.CauseOf(err) {
	case phone.CauseRefused, phone.CauseTimeout, phone.CauseCanceled:
	default:
		return // this machine has sent nothing
	}
	server = plain(server)
	t.mu.Lock()
	if t.port++; t.port < 49152 {
		t.port = 49152
	}
	local := t.local
	if !local.IsValid() || local.Is6() != server.Addr().Is6() {
		local = unspecified(server.Addr())
	}
	s := &stream{tap: t, phone: netip.AddrPortFrom(local, t.port), server: server, sent: first(began)}
	t.mu.Unlock()
	s.packet(began, true, &layers.TCP{SYN: true}, nil, string(phone.Wanted(ctx)))
	if errors.Is(err, syscall.ECONNREFUSED) {
		s.sent++
		s.packet(time.Now(), false, &layers.TCP{RST: true, ACK: true}, nil, "")
	}
}

// unspecified is no address, of the kind that a server has.
func unspecified(server netip.Addr) netip.Addr {
	if server.Is6() {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

// at notes where the phone is, for connections that do not come about.
func (t *Tap) at(local netip.Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if local.IsValid() && !local.IsUnspecified() {
		t.local = local
	}
}

// stream is a TCP connection that is listened to. Analysers follow it by the
// numbers of the bytes.
type stream struct {
	net.Conn
	tap           *Tap
	phone, server netip.AddrPort

	mu          sync.Mutex
	sent, heard uint32 // number of the next byte, of the phone and of the server
	left, gone  bool   // the phone has said that it is done; the server has

	asked  bool   // the last word is a ClientHello
	answer []item // to it, not yet recorded
	size   int    // bytes of the answer
}

// longestAnswer is how much of an answer to a ClientHello is kept back.
const longestAnswer = 64 << 10

// first is the number that a side begins with.
func first(at time.Time) uint32 { return uint32(at.UnixNano() >> 10) }

func (s *stream) open(began time.Time, comment string) {
	s.sent = first(began)
	s.heard = s.sent + 1<<30
	s.packet(began, true, &layers.TCP{SYN: true}, nil, comment)
	s.sent++
	now := time.Now()
	s.packet(now, false, &layers.TCP{SYN: true, ACK: true}, nil, "")
	s.heard++
	s.packet(now, true, &layers.TCP{ACK: true}, nil, "")
}

// packet adds numbers to a packet, and the packet to the file. Wireshark wants the
// secrets of TLS 1.3 before the very packets of the server's that they are made
// from: the answer to a ClientHello waits until the phone goes on.
func (s *stream) packet(at time.Time, outward bool, tcp *layers.TCP, payload []byte, comment string) {
	from, to := s.phone, s.server
	tcp.Seq, tcp.Ack = s.sent, s.heard
	if !outward {
		from, to = to, from
		tcp.Seq, tcp.Ack = s.heard, s.sent
	}
	if !tcp.ACK {
		tcp.Ack = 0
	}
	i, ok := s.tap.frame(at, from, to, outward, tcp, payload, comment)
	switch {
	case !ok:
	case s.asked && s.size+len(i.bytes) <= longestAnswer:
		s.answer = append(s.answer, i)
		s.size += len(i.bytes)
	default:
		s.release()
		s.tap.record(i)
	}
}

// release records what was kept back.
func (s *stream) release() {
	for _, i := range s.answer {
		s.tap.record(i)
	}
	s.asked, s.answer, s.size = false, nil, 0
}

// hello says that the phone offers to speak TLS: a record of a handshake, and the
// first of its messages.
func hello(b []byte) bool { return len(b) > 5 && b[0] == 22 && b[1] == 3 && b[5] == 1 }

// carry shows bytes in as many packets as they need.
func (s *stream) carry(outward bool, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if outward && s.left {
		return // nothing of it is sent
	}
	at, asks := time.Now(), outward && hello(b)
	next := &s.heard
	if outward {
		s.release()
		next = &s.sent
	}
	for len(b) > 0 {
		n := min(len(b), segment)
		s.packet(at, outward, &layers.TCP{ACK: true, PSH: n == len(b)}, b[:n], "")
		*next += uint32(n)
		b = b[n:]
	}
	s.asked = s.asked || asks
}

// Write shows what the phone says before it is sent: the answer to it may be
// read before Write returns.
func (s *stream) Write(b []byte) (int, error) {
	s.carry(true, b)
	n, err := s.Conn.Write(b)
	s.broken(err)
	return n, err
}

func (s *stream) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	s.carry(false, b[:n])
	switch {
	case errors.Is(err, io.EOF):
		s.end(&s.gone, false, &layers.TCP{FIN: true, ACK: true})
	default:
		s.broken(err)
	}
	return n, err
}

// broken shows a connection that the other end has reset.
func (s *stream) broken(err error) {
	if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
		s.end(&s.gone, false, &layers.TCP{RST: true, ACK: true})
	}
}

// Close shows that the phone is done, unless the other end has reset the
// connection.
func (s *stream) Close() error {
	s.end(&s.left, true, &layers.TCP{FIN: true, ACK: true})
	return s.Conn.Close()
}

// end shows the last packet of one side, once.
func (s *stream) end(done *bool, outward bool, tcp *layers.TCP) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if *done {
		return
	}
	*done = true
	s.release()
	s.packet(time.Now(), outward, tcp, nil, "")
	switch {
	case tcp.RST:
		s.left = true
	case outward:
		s.sent++
	default:
		s.heard++
	}
}

// addrPort is an address of a connection.
func addrPort(a net.Addr) netip.AddrPort {
	if a == nil {
		return netip.AddrPort{}
	}
	at, _ := netip.ParseAddrPort(a.String())
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}
