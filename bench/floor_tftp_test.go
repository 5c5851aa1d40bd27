package bench

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"time"
)

var errTFTP = errors.New("not the block that was expected")

// fetchBare is the floor of a transfer (RFC 1350): ask, and acknowledge block
// after block of 512 bytes. It looks at nothing but opcode and block number,
// sends nothing twice, and leaves after a second of silence.
func fetchBare(server string, from netip.Addr, name string) (size int, err error) {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: from.AsSlice()})
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	to, err := netip.ParseAddrPort(server)
	if err != nil {
		return 0, err
	}
	const read, data, ack = 1, 3, 4
	out := append([]byte{0, read}, name...)
	out = append(append(out, 0), "octet\x00"...)
	file := make([]byte, 0, 8<<10)
	var in [516]byte
	for block := uint16(1); ; block++ {
		if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
			return 0, err
		}
		if _, err := conn.WriteToUDPAddrPort(out, to); err != nil {
			return 0, err
		}
		n, peer, err := conn.ReadFromUDPAddrPort(in[:])
		if err != nil {
			return 0, err
		}
		if n < 4 || binary.BigEndian.Uint16(in[:]) != data || binary.BigEndian.Uint16(in[2:]) != block {
			return 0, errTFTP
		}
		file, to = append(file, in[4:n]...), peer
		out = binary.BigEndian.AppendUint16(append(out[:0], 0, ack), block)
		if n < len(in) {
			_, err := conn.WriteToUDPAddrPort(out, to)
			return len(file), err
		}
	}
}
