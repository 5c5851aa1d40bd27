package phone

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"time"
)

// Where the TFTP server of the tests in memory is, where its transfers are, and
// where somebody else is.
var (
	tftpAt   = netip.MustParseAddrPort("192.0.2.1:69")
	tftpTID  = netip.MustParseAddrPort("192.0.2.1:40000")
	tftpTID2 = netip.MustParseAddrPort("192.0.2.1:40001")
	stranger = netip.MustParseAddrPort("192.0.2.66:69")
)

// datagram is one on its way to the phone.
type datagram struct {
	from  netip.AddrPort
	bytes []byte
	after time.Duration // on its way for so long
}

// memoryUDP is a socket in memory whose other end is a function: datagram n of
// the phone goes in, what comes back is its result. It can be used in a synctest
// bubble.
type memoryUDP struct {
	answer func(n int, sent []byte, to netip.AddrPort) []datagram
	pour   func() datagram // what there always is to read, besides

	mu       sync.Mutex
	sent     []datagram // by the phone; from is where to
	in       chan datagram
	deadline time.Time
	changed  chan struct{} // closed by a new deadline
	closed   bool
}

func (m *memoryUDP) listen(netip.AddrPort) (Datagrams, error) {
	m.in, m.changed = make(chan datagram, 1024), make(chan struct{})
	return m, nil
}

func (m *memoryUDP) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) {
	m.mu.Lock()
	m.sent = append(m.sent, datagram{from: to, bytes: bytes.Clone(b)})
	n := len(m.sent)
	m.mu.Unlock()
	for _, d := range m.answer(n, b, to) {
		if d.after == 0 {
			m.in <- d
		} else {
			time.AfterFunc(d.after, func() { m.in <- d })
		}
	}
	return len(b), nil
}

func (m *memoryUDP) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		m.mu.Lock()
		deadline, changed, closed := m.deadline, m.changed, m.closed
		m.mu.Unlock()
		if closed {
			return 0, netip.AddrPort{}, net.ErrClosed
		}
		left := time.Until(deadline)
		if left <= 0 {
			return 0, netip.AddrPort{}, os.ErrDeadlineExceeded
		}
		if m.pour != nil && len(m.in) == 0 {
			d := m.pour()
			return copy(b, d.bytes), d.from, nil
		}
		timer := time.NewTimer(left)
		select {
		case d := <-m.in:
			timer.Stop()
			return copy(b, d.bytes), d.from, nil
		case <-timer.C:
		case <-changed:
			timer.Stop()
		}
	}
}

func (m *memoryUDP) SetReadDeadline(t time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.deadline = t
	close(m.changed)
	m.changed = make(chan struct{})
	return nil
}

func (m *memoryUDP) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

// ackedBy is the block that a datagram of the phone acknowledges, -1 when it is
// something else.
func ackedBy(sent []byte) int {
	if len(sent) != 4 || binary.BigEndian.Uint16(sent) != opAck {
		return -1
	}
	return int(binary.BigEndian.Uint16(sent[2:]))
}

// serves is a server of a file in blocks of a size, that answers every datagram
// as it should, so much later.
func serves(file []byte, size int, after time.Duration) func(int, []byte, netip.AddrPort) []datagram {
	blocks := 0 // acknowledged
	return func(_ int, sent []byte, _ netip.AddrPort) []datagram {
		switch block := ackedBy(sent); {
		case block == 0 && blocks == 0: // the OACK
		case block == (blocks+1)&0xFFFF && blocks*size <= len(file):
			blocks++
		case block >= 0 || sent[1] == opError:
			return nil
		case size != 512:
			return []datagram{{tftpTID, []byte("\x00\x06blksize\x00" + strconv.Itoa(size) + "\x00"), after}}
		}
		if blocks*size > len(file) {
			return nil
		}
		rest := file[blocks*size:]
		return []datagram{{tftpTID, dataBlock(blocks+1, rest[:min(size, len(rest))]), after}}
	}
}
