package core

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"
)

// tftpTries is how often a block is sent before its transfer is given up.
const tftpTries = 4

// datagrams are a socket that reads and writes without allocating an address
// for every packet, as *net.UDPConn does.
type datagrams interface {
	net.PacketConn
	ReadFromUDPAddrPort(b []byte) (n int, from netip.AddrPort, err error)
	WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error)
}

// tftpSocket is the server's end of one transfer at a time: its port is the
// transfer's identifier (RFC 1350, section 4).
type tftpSocket struct {
	conn   datagrams
	try    time.Duration // wait for the acknowledgement of a packet
	packet []byte        // on its way out
	answer [tftpBlock]byte
}

// errPeer is how the other side of a transfer gave up.
var errPeer = errors.New("given up by the peer")

// send transfers a file, the whole or what there is of one that breaks off:
// then the last block, which would not be full, is never sent.
func (s *tftpSocket) send(file []byte, r readRequest, to netip.AddrPort, breaksOff bool) error {
	if s.packet = r.appendOptions(s.packet[:0], len(file)); len(s.packet) > 0 {
		if err := s.exchange(0, to); err != nil {
			return err
		}
	}
	size := orDefault(r.blockSize, tftpBlock)
	for number := uint16(1); ; number++ {
		block := file[:min(size, len(file))]
		file = file[len(block):]
		if breaksOff && len(block) < size {
			return errUnanswered
		}
		s.packet = appendBlock(s.packet[:0], number, block)
		if err := s.exchange(number, to); err != nil {
			return err
		}
		if len(block) < size {
			return nil
		}
	}
}

// exchange sends the packet until its acknowledgement comes.
func (s *tftpSocket) exchange(number uint16, to netip.AddrPort) error {
	err := os.ErrDeadlineExceeded
	for try := 0; try < tftpTries && errors.Is(err, os.ErrDeadlineExceeded); try++ {
		if err = s.conn.SetReadDeadline(time.Now().Add(s.try)); err != nil {
			return err
		}
		if _, err = s.conn.WriteToUDPAddrPort(s.packet, to); err != nil {
			return err
		}
		err = s.acknowledged(number, to)
	}
	return err
}

// acknowledged waits until the deadline. It passes over what comes from others,
// and over acknowledgements that come twice: to answer those with the next
// block would send everything twice from there on.
func (s *tftpSocket) acknowledged(number uint16, to netip.AddrPort) error {
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(s.answer[:])
		if err != nil {
			return err
		}
		if from.Port() != to.Port() || from.Addr().Unmap() != to.Addr().Unmap() || n < 4 {
			continue
		}
		opcode, value := binary.BigEndian.Uint16(s.answer[:]), binary.BigEndian.Uint16(s.answer[2:])
		switch {
		case opcode == tftpAck && value == number:
			return nil
		case opcode == tftpErr:
			return fmt.Errorf("%w: code %d, %q", errPeer, value, errorText(s.answer[4:n]))
		}
	}
}

// refuse sends an error, once: nothing acknowledges it.
func (s *tftpSocket) refuse(code uint16, text string, to netip.AddrPort) error {
	s.packet = appendError(s.packet[:0], code, text)
	_, err := s.conn.WriteToUDPAddrPort(s.packet, to)
	return err
}
