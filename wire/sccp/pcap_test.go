package sccp_test

import (
	"encoding/binary"
	"net/netip"

	"github.com/phonebank/phonebank/wire/sccp"
)

// capture is a pcap file in the making, of one phone's TCP connection: just
// enough Ethernet, IPv4 and TCP for an analyser to follow the stream.
type capture struct {
	file       []byte
	packets    int
	sent       [2]uint32 // sequence numbers: the phone's, the CallManager's
	phone      netip.AddrPort
	connection uint16
}

var (
	be = binary.BigEndian
	le = binary.LittleEndian

	callManager = netip.MustParseAddrPort("192.0.2.11:2000")
)

func newCapture() *capture {
	c := &capture{file: le.AppendUint32(nil, 0xA1B2C3D4)}
	c.file = le.AppendUint32(c.file, 2|4<<16) // version 2.4
	c.file = append(c.file, make([]byte, 8)...)
	c.file = le.AppendUint32(c.file, 1<<18) // longest packet
	c.file = le.AppendUint32(c.file, 1)     // Ethernet
	return c
}

// connect begins another connection, with its three packets of opening.
func (c *capture) connect() {
	const syn, ack = 0x02, 0x10
	c.connection++
	c.phone = netip.AddrPortFrom(netip.MustParseAddr("192.0.2.20"), 50000+c.connection)
	c.sent = [2]uint32{1000, 2000}
	c.packet(true, syn, nil)
	c.packet(false, syn|ack, nil)
	c.packet(true, ack, nil)
}

// send adds a packet with one frame to the connection.
func (c *capture) send(frame []byte) {
	const psh, ack = 0x08, 0x10
	f, _ := sccp.ParseFrame(frame)
	c.packet(f.ID.FromPhone(), psh|ack, frame)
}

func (c *capture) packet(fromPhone bool, flags byte, payload []byte) {
	src, dst, me, peer := c.phone, callManager, 0, 1
	if !fromPhone {
		src, dst, me, peer = dst, src, 1, 0
	}
	p := append(make([]byte, 12), 0x08, 0x00) // Ethernet: IPv4
	p = append(p, 0x45, 0)
	p = be.AppendUint16(p, uint16(20+20+len(payload)))
	p = append(p, 0, 0, 0x40, 0, 64, 6, 0, 0) // do not fragment, TCP
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
	c.packets++
	c.file = le.AppendUint32(c.file, 1_780_000_000)
	c.file = le.AppendUint32(c.file, uint32(c.packets)*1000)
	c.file = le.AppendUint32(c.file, uint32(len(p)))
	c.file = le.AppendUint32(c.file, uint32(len(p)))
	c.file = append(c.file, p...)
}
