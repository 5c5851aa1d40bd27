package core

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// tftpPeer is the other end of a transfer, in memory: what the server writes
// is handed to it, and what it answers arrives at once.
type tftpPeer struct {
	datagrams // nil: what is not overridden must not be called
	answer    func(packet []byte) []datagram
	written   [][]byte
	arrived   []datagram
	deadline  time.Time
}

type datagram struct {
	from   netip.AddrPort
	packet []byte
	after  time.Duration
}

func (p *tftpPeer) SetReadDeadline(t time.Time) error {
	p.deadline = t
	return nil
}

func (p *tftpPeer) WriteToUDPAddrPort(b []byte, _ netip.AddrPort) (int, error) {
	p.written = append(p.written, bytes.Clone(b))
	p.arrived = append(p.arrived, p.answer(b)...)
	return len(b), nil
}

func (p *tftpPeer) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	if len(p.arrived) > 0 {
		next := &p.arrived[0]
		wait := min(next.after, time.Until(p.deadline))
		time.Sleep(wait)
		if next.after -= wait; next.after == 0 && time.Now().Before(p.deadline) {
			from, packet := next.from, next.packet
			p.arrived = p.arrived[1:]
			return copy(b, packet), from, nil
		}
	}
	time.Sleep(time.Until(p.deadline))
	return 0, netip.AddrPort{}, os.ErrDeadlineExceeded
}

var (
	phoneTID    = netip.MustParseAddrPort("127.0.0.1:50000")
	strangerTID = netip.MustParseAddrPort("127.0.0.1:50001")
)

func ack(number byte, after time.Duration) datagram {
	return datagram{phoneTID, []byte{0, tftpAck, 0, number}, after}
}

// TestTransfers sends 700 bytes, two blocks, to peers of all kinds. The clock
// is that of a bubble, so that times are exact.
func TestTransfers(t *testing.T) {
	file := bytes.Repeat([]byte("0123456"), 100)
	honest := func(after time.Duration) func(packet []byte) []datagram {
		return func(packet []byte) []datagram { return []datagram{ack(packet[3], after)} }
	}
	tests := []struct {
		situation string
		answer    func(packet []byte) []datagram
		packets   int
		took      time.Duration
		want      error
	}{
		{"acknowledged at once", honest(0), 2, 0, nil},
		{"acknowledged late, but in time", honest(900 * time.Millisecond), 2, 1800 * time.Millisecond, nil},
		{"never acknowledged", func([]byte) []datagram { return nil }, 4, 4 * time.Second, os.ErrDeadlineExceeded},
		{"acknowledged twice", func(packet []byte) []datagram {
			return []datagram{ack(packet[3], 0), ack(packet[3], 0)}
		}, 2, 0, nil},
		{"another block acknowledged", func([]byte) []datagram { return []datagram{ack(9, 0)} }, 4, 4 * time.Second, os.ErrDeadlineExceeded},
		{"acknowledged by a stranger", func(packet []byte) []datagram {
			return []datagram{{strangerTID, []byte{0, tftpAck, 0, packet[3]}, 0}}
		}, 4, 4 * time.Second, os.ErrDeadlineExceeded},
		{"a stranger floods", func([]byte) (flood []datagram) {
			for range 1000 {
				flood = append(flood, datagram{strangerTID, []byte{0, tftpErr, 0, 0, 0}, 0})
			}
			return flood
		}, 4, 4 * time.Second, os.ErrDeadlineExceeded},
		{"rubbish trickles", func([]byte) (trickle []datagram) {
			for range 100 {
				trickle = append(trickle, datagram{phoneTID, []byte{0}, 300 * time.Millisecond})
			}
			return trickle
		}, 4, 4 * time.Second, os.ErrDeadlineExceeded},
		{"given up by the peer", func([]byte) []datagram {
			return []datagram{{phoneTID, []byte("\x00\x05\x00\x03disk full\x00"), 0}}
		}, 1, 0, errPeer},
	}
	for _, tt := range tests {
		t.Run(tt.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				peer := &tftpPeer{answer: tt.answer}
				s := &tftpSocket{conn: peer, try: time.Second}
				if err := s.send(file, readRequest{}, phoneTID, false); !errors.Is(err, tt.want) {
					t.Errorf("ended with %v, want %v", err, tt.want)
				}
				if took := time.Since(began); took != tt.took || len(peer.written) != tt.packets {
					t.Errorf("%d packets in %s, want %d in %s", len(peer.written), took, tt.packets, tt.took)
				}
			})
		})
	}
}

// TestTransferLayout holds the bytes of whole transfers.
func TestTransferLayout(t *testing.T) {
	tests := []struct {
		situation string
		request   string
		file      string
		breaksOff bool
		want      []string
		err       error
	}{
		{"one block", "f\x00octet\x00", "abc", false, []string{"\x00\x03\x00\x01abc"}, nil},
		{
			"a full block needs an empty one behind it", "f\x00octet\x00blksize\x008\x00", "01234567", false,
			[]string{"\x00\x06blksize\x008\x00", "\x00\x03\x00\x0101234567", "\x00\x03\x00\x02"},
			nil,
		},
		{"the size is told", "f\x00OCTET\x00tsize\x000\x00timeout\x003\x00", "abc", false, []string{"\x00\x06tsize\x003\x00", "\x00\x03\x00\x01abc"}, nil},
		{"lines as in a telnet session", "f\x00netascii\x00tsize\x000\x00", "a\nb\r", false, []string{"\x00\x06tsize\x006\x00", "\x00\x03\x00\x01a\r\nb\r\x00"}, nil},
		{"breaking off", "f\x00octet\x00blksize\x008\x00", "0123456789", true, []string{"\x00\x06blksize\x008\x00", "\x00\x03\x00\x0101234567"}, errUnanswered},
	}
	for _, tt := range tests {
		t.Run(tt.situation, func(t *testing.T) {
			r, ok := parseReadRequest([]byte("\x00\x01" + tt.request))
			if !ok {
				t.Fatalf("%q is refused", tt.request)
			}
			peer := &tftpPeer{answer: func(packet []byte) []datagram {
				if packet[1] == tftpOptions {
					return []datagram{ack(0, 0)}
				}
				return []datagram{ack(packet[3], 0)}
			}}
			s := &tftpSocket{conn: peer, try: time.Second}
			if err := s.send(r.content([]byte(tt.file)), r, phoneTID, tt.breaksOff); !errors.Is(err, tt.err) {
				t.Fatalf("ended with %v, want %v", err, tt.err)
			}
			for i, want := range tt.want {
				if i >= len(peer.written) || string(peer.written[i]) != want {
					t.Fatalf("packets %q, want %q", peer.written, tt.want)
				}
			}
		})
	}
}

// TestReadRequests reads what peers ask, and cuts it at every byte.
func TestReadRequests(t *testing.T) {
	whole := "\x00\x01CTLSEP001122334455.tlv\x00octet\x00blksize\x001024\x00tsize\x000\x00"
	want := readRequest{name: "CTLSEP001122334455.tlv", blockSize: 1024, tellSize: true}
	if r, ok := parseReadRequest([]byte(whole)); !ok || r != want {
		t.Errorf("%+v, %v", r, ok)
	}
	for i := range whole {
		if r, ok := parseReadRequest([]byte(whole[:i])); ok && whole[i-1] != 0 {
			t.Errorf("%q is read as %+v", whole[:i], r)
		}
	}
	for _, tt := range []struct {
		situation, request string
		want               readRequest
		ok                 bool
	}{
		{"a block too small is not granted", "\x00\x01f\x00octet\x00blksize\x007\x00", readRequest{name: "f"}, true},
		{"a block too large is cut", "\x00\x01f\x00octet\x00BLKSIZE\x0099999\x00", readRequest{name: "f", blockSize: 65464}, true},
		{"no number", "\x00\x01f\x00octet\x00blksize\x00x\x00", readRequest{name: "f"}, true},
		{"an option without a value", "\x00\x01f\x00octet\x00tsize\x00", readRequest{name: "f"}, true},
		{"mail", "\x00\x01f\x00mail\x00", readRequest{}, false},
		{"no mode", "\x00\x01f\x00", readRequest{}, false},
		{"a write request", "\x00\x02f\x00octet\x00", readRequest{}, false},
	} {
		if r, ok := parseReadRequest([]byte(tt.request)); ok != tt.ok || ok && r != tt.want {
			t.Errorf("%s: %+v, %v", tt.situation, r, ok)
		}
	}
}

var _ datagrams = (*net.UDPConn)(nil)
