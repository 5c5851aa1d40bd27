package network

import (
	"bytes"
	"net"
	"net/netip"
	"time"

	"github.com/phonebank/phonebank/phone"
)

// lost is a socket that does not get all datagrams through.
type lost struct {
	phone.Datagrams
	fault *fault
}

func lossy(f *fault, socket phone.Datagrams) phone.Datagrams { return &lost{socket, f} }

// LocalAddr is the socket's own, for captures.
func (l *lost) LocalAddr() net.Addr { return localAddr(l.Datagrams) }

// localAddr is nil for a socket that does not tell.
func localAddr(socket phone.Datagrams) net.Addr {
	if named, ok := socket.(interface{ LocalAddr() net.Addr }); ok {
		return named.LocalAddr()
	}
	return nil
}

// loses decides about one datagram.
func (l *lost) loses() bool {
	l.fault.mu.Lock()
	defer l.fault.mu.Unlock()
	return l.fault.on() && l.fault.random.Float64()*100 < l.fault.Loss
}

func (l *lost) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) {
	if l.loses() {
		return len(b), nil
	}
	return l.Datagrams.WriteToUDPAddrPort(b, to)
}

func (l *lost) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		n, from, err := l.Datagrams.ReadFromUDPAddrPort(b)
		if err != nil || !l.loses() {
			return n, from, err
		}
	}
}

// lateSocket is a socket whose datagrams take their time. They do not wait to
// leave: a phone has one on its way at a time.
type lateSocket struct {
	phone.Datagrams
	fault *fault
	belt  *belt
}

// largest is the most that a datagram can carry.
const largest = 65507

func lateDatagrams(f *fault, socket phone.Datagrams) phone.Datagrams {
	s := &lateSocket{Datagrams: socket, fault: f, belt: newBelt()}
	go s.pump()
	return s
}

func (s *lateSocket) pump() {
	buffer := make([]byte, largest)
	for {
		n, from, err := s.Datagrams.ReadFromUDPAddrPort(buffer)
		p := parcel{at: s.fault.arrival(n), bytes: bytes.Clone(buffer[:n]), from: from, err: err}
		if !s.belt.put(p) || err != nil {
			return
		}
	}
}

func (s *lateSocket) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	p, err := s.belt.next()
	if err != nil {
		return 0, netip.AddrPort{}, err
	}
	s.belt.head = nil
	return copy(b, p.bytes), p.from, nil
}

// LocalAddr is the socket's own, for captures.
func (s *lateSocket) LocalAddr() net.Addr { return localAddr(s.Datagrams) }

func (s *lateSocket) SetReadDeadline(t time.Time) error {
	s.belt.read.set(t)
	return nil
}

func (s *lateSocket) Close() error {
	s.belt.close()
	s.belt.read.set(time.Time{})
	return s.Datagrams.Close()
}
