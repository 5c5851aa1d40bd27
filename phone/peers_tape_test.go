package phone_test

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"time"
)

// tape records what goes over a phone's connections to one port, both ways and
// in order, as packets of a pcap file.
type tape struct {
	port uint16

	mu          sync.Mutex
	connections uint16
	file        []byte
}

// dial returns a Dial that records.
func (r *tape) dial(dial func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if to, _ := netip.ParseAddrPort(address); err != nil || to.Port() != r.port {
			return conn, err
		}
		return r.connection(conn), nil
	}
}

// taped is a connection that is recorded. TCP counts the bytes of each side;
// analysers follow the streams by these numbers.
type taped struct {
	net.Conn
	tape  *tape
	phone netip.AddrPort
	sent  [2]uint32 // sequence numbers: the phone's, the server's
}

func (r *tape) connection(conn net.Conn) *taped {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.connections++
	c := &taped{Conn: conn, tape: r, phone: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.20"), 50000+r.connections), sent: [2]uint32{1000, 2000}}
	const syn, ack = 0x02, 0x10
	c.packet(true, syn, nil)
	c.packet(false, syn|ack, nil)
	c.packet(true, ack, nil)
	return c
}

func (c *taped) Write(b []byte) (int, error) {
	c.record(true, b)
	return c.Conn.Write(b)
}

func (c *taped) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.record(false, b[:n])
	return n, err
}

func (c *taped) record(fromPhone bool, b []byte) {
	c.tape.mu.Lock()
	defer c.tape.mu.Unlock()
	const psh, ack, segment = 0x08, 0x10, 1400
	for len(b) > 0 {
		n := min(len(b), segment)
		c.packet(fromPhone, psh|ack, b[:n])
		b = b[n:]
	}
}

// packet appends Ethernet, IPv4 and TCP around a payload, without checksums.
// The caller holds the lock.
func (c *taped) packet(fromPhone bool, flags byte, payload []byte) {
	src, dst := c.phone, netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), c.tape.port)
	me, peer := 0, 1
	if !fromPhone {
		src, dst, me, peer = dst, src, 1, 0
	}
	be := binary.BigEndian
	p := append(make([]byte, 12), 0x08, 0x00, 0x45, 0)
	p = be.AppendUint16(p, uint16(20+20+len(payload)))
	p = append(p, 0, 0, 0x40, 0, 64, 6, 0, 0)
	p = append(p, src.Addr().AsSlice()...)
	p = append(p, dst.Addr().AsSlice()...)
	p = be.AppendUint16(p, src.Port())
	p = be.AppendUint16(p, dst.Port())
	p = be.AppendUint32(p, c.sent[me])
	p = be.AppendUint32(p, c.sent[peer])
	p = append(p, 5<<4, flags, 0xFF, 0xFF, 0, 0, 0, 0)
	p = append(p, payload...)
	c.sent[me] += uint32(len(payload))
	if flags&0x02 != 0 {
		c.sent[me]++
	}
	r, le := c.tape, binary.LittleEndian
	if len(r.file) == 0 { // version 2.4, Ethernet
		r.file = append(le.AppendUint32(nil, 0xA1B2C3D4), 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0)
	}
	now := time.Now()
	r.file = le.AppendUint32(r.file, uint32(now.Unix()))
	r.file = le.AppendUint32(r.file, uint32(now.Nanosecond()/1000))
	r.file = le.AppendUint32(r.file, uint32(len(p)))
	r.file = le.AppendUint32(r.file, uint32(len(p)))
	r.file = append(r.file, p...)
}
