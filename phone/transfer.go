package phone

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// transfer is the phone's side of a TFTP read (RFC 1350; options by RFC 2347,
// the block size by RFC 2348) as a plain state machine: a datagram in, a
// datagram out; no socket or clock inside. What it said last stays in out: the
// driver says it again when nothing comes.
//
//	state     | datagram                          | answer              | next
//	----------+-----------------------------------+---------------------+----------
//	asking    | OACK to the options asked for     | ACK 0               | receiving
//	asking    | OACK that was not asked for       | ERROR 8             | failed
//	asking,   | DATA, the next block, full        | ACK                 | receiving
//	receiving | DATA, the next block, not full    | ACK                 | done
//	          | DATA, the file grows too long     | ERROR 3             | failed
//	          | DATA, another block; a late OACK  | -                   | same, a stray
//	          | ERROR                             | -                   | failed
//	          | what is none of these             | ERROR 4             | failed
//	receiving | anything from another port        | ERROR 5 to that one | same, a stray
//	any       | anything from another host        | -                   | same, a stray
//	          | too many strays on one block      | ERROR 0             | failed
type transfer struct {
	server netip.AddrPort // where to send: the transfer's own port, once it is known
	asks   int            // block size asked for; 512 asks for nothing
	limit  int            // bytes that the file may have

	started bool   // the server has chosen its port
	size    int    // of a block, as agreed
	next    uint16 // block that is awaited; begins again at 0 after 65535
	strays  int    // datagrams since the last block that brought nothing
	file    []byte
	done    bool
	out     []byte
}

// TFTP opcodes and error codes (RFC 1350, section 5; RFC 2347).
const (
	opRead  = 1
	opData  = 3
	opAck   = 4
	opError = 5
	opOAck  = 6

	tftpUndefined  = 0
	tftpNotFound   = 1
	tftpAccess     = 2
	tftpFull       = 3
	tftpIllegal    = 4
	tftpUnknownTID = 5
	tftpOptions    = 8
)

const (
	tftpHeader  = 4
	tftpBlock   = 512 // bytes, unless another size is agreed on
	smallBlock  = 8   // RFC 2348
	maxStrays   = 128 // a network repeats a datagram now and then, it does not repeat it a hundred times
	usualFile   = 8 << 10
	longestText = 256 // bytes of a server's message that are worth repeating
)

// tftpError is an ERROR datagram of the server.
type tftpError struct {
	code int
	text string
}

func (e *tftpError) Error() string { return fmt.Sprintf("TFTP error %d: %s", e.code, e.text) }

func newTransfer(server netip.AddrPort, name string, timers *Timers) *transfer {
	t := &transfer{server: server, asks: timers.BlockSize, limit: timers.MaxFile, size: tftpBlock, next: 1}
	t.out = append(append([]byte{0, opRead}, name...), "\x00octet\x00"...)
	if t.asks != tftpBlock {
		t.out = append(append(t.out, "blksize\x00"...), strconv.Itoa(t.asks)...)
		t.out = append(t.out, 0)
	}
	t.file = make([]byte, 0, min(usualFile, t.limit))
	return t
}

// room is what the largest datagram that is allowed takes, and a byte more, so
// that a larger one is seen to be one.
func (t *transfer) room() int { return tftpHeader + max(t.asks, tftpBlock) + 1 }

// handle takes a datagram. It returns what to send, and to whom: a step forward
// goes to the server and stays in out. The error ends the transfer.
func (t *transfer) handle(datagram []byte, from netip.AddrPort) (answer []byte, to netip.AddrPort, err error) {
	switch {
	case from.Addr() != t.server.Addr():
		return t.stray(nil, from)
	case t.started && from != t.server:
		return t.stray(errorDatagram(tftpUnknownTID, "unknown transfer ID"), from)
	}
	if len(datagram) < tftpHeader {
		return t.refuse(from, tftpIllegal, failf(CauseMalformed, "short datagram: %d bytes", len(datagram)))
	}
	switch opcode, number := binary.BigEndian.Uint16(datagram), binary.BigEndian.Uint16(datagram[2:]); opcode {
	case opData:
		if len(datagram) > tftpHeader+t.size {
			return t.refuse(from, tftpIllegal, failf(CauseMalformed, "block %d is longer than the %d bytes of a block", number, t.size))
		}
		if number != t.next {
			return t.stray(nil, from)
		}
		return t.take(datagram[tftpHeader:], from)
	case opOAck:
		if t.started {
			return t.stray(nil, from)
		}
		return t.agree(datagram[2:], from)
	case opError:
		return nil, from, &tftpError{code: int(number), text: message(datagram[tftpHeader:])}
	default:
		return t.refuse(from, tftpIllegal, failf(CauseMalformed, "unknown opcode: %d", opcode))
	}
}

// take adds the block that was awaited.
func (t *transfer) take(block []byte, from netip.AddrPort) ([]byte, netip.AddrPort, error) {
	if len(t.file)+len(block) > t.limit {
		return t.refuse(from, tftpFull, &failure{cause: CauseRejected, text: fmt.Sprintf("longer than %d bytes", t.limit), err: errTooLong})
	}
	t.file = append(t.file, block...)
	t.done = len(block) < t.size
	t.acknowledge(t.next, from)
	t.next++
	return t.out, from, nil
}

// agree takes the answer to the options. There is one option that phones ask
// for.
func (t *transfer) agree(options []byte, from netip.AddrPort) ([]byte, netip.AddrPort, error) {
	name, rest, _ := bytes.Cut(options, []byte{0})
	value, rest, whole := bytes.Cut(rest, []byte{0})
	size, err := strconv.Atoi(string(value))
	if !whole || len(rest) > 0 || err != nil || t.asks == tftpBlock || !strings.EqualFold(string(name), "blksize") || size < smallBlock || size > t.asks {
		return t.refuse(from, tftpOptions, failf(CauseMalformed, "an answer to options that nobody asked for: %q", options[:min(len(options), longestText)]))
	}
	t.size = size
	t.acknowledge(0, from)
	return t.out, from, nil
}

// acknowledge is the step forward: from now on the server is the port that the
// transfer has on its side.
func (t *transfer) acknowledge(block uint16, from netip.AddrPort) {
	t.started, t.server, t.strays = true, from, 0
	t.out = binary.BigEndian.AppendUint16(append(t.out[:0], 0, opAck), block)
}

// stray counts what brings the transfer no further. To answer a block that
// comes twice would double every block after it.
func (t *transfer) stray(answer []byte, to netip.AddrPort) ([]byte, netip.AddrPort, error) {
	if t.strays++; t.strays > maxStrays {
		return t.refuse(t.server, tftpUndefined, failf(CauseMalformed, "%d datagrams, and none of them is block %d", t.strays, t.next))
	}
	return answer, to, nil
}

// refuse ends the transfer, and tells the server why.
func (t *transfer) refuse(to netip.AddrPort, code int, err error) ([]byte, netip.AddrPort, error) {
	return errorDatagram(code, err.Error()), to, err
}

func errorDatagram(code int, text string) []byte {
	return append(append([]byte{0, opError, 0, byte(code)}, text...), 0)
}

// message is the text of an ERROR, of which nothing is certain.
func message(b []byte) string {
	text, _, _ := bytes.Cut(b, []byte{0})
	return strings.ToValidUTF8(string(text[:min(len(text), longestText)]), "?")
}

// What a phone shows in words of its own.
var (
	errAccess  = errors.New("access violation")
	errTooLong = errors.New("more than this phone takes")
)
