package core

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
)

// Opcodes and error codes of TFTP (RFC 1350, section 5; RFC 2347).
const (
	tftpRead = 1 + iota
	tftpWrite
	tftpData
	tftpAck
	tftpErr
	tftpOptions
)

const (
	tftpUndefined = iota
	tftpNotFound
	tftpAccess
	tftpIllegal
)

// Sizes of a block: without the option, and its bounds (RFC 2348).
const (
	tftpBlock    = 512
	tftpMinBlock = 8
	tftpMaxBlock = 65464
)

// readRequest is what a peer asks for, and the options that it gets.
type readRequest struct {
	name      string
	netascii  bool // lines end as in a telnet session (RFC 764)
	blockSize int  // 0: not asked for
	tellSize  bool
}

// parseReadRequest reads a read request. Options that are unknown or make no
// sense are passed over, as RFC 2347 wants it; false: no read request, or cut.
func parseReadRequest(b []byte) (r readRequest, ok bool) {
	if len(b) < 2 || binary.BigEndian.Uint16(b) != tftpRead || b[len(b)-1] != 0 {
		return r, false
	}
	fields := strings.Split(string(b[2:len(b)-1]), "\x00")
	if len(fields) < 2 {
		return r, false
	}
	r.name = fields[0]
	switch strings.ToLower(fields[1]) {
	case "octet":
	case "netascii":
		r.netascii = true
	default:
		return r, false
	}
	for options := fields[2:]; len(options) >= 2; options = options[2:] {
		switch strings.ToLower(options[0]) {
		case "blksize":
			if n, err := strconv.Atoi(options[1]); err == nil && n >= tftpMinBlock {
				r.blockSize = min(n, tftpMaxBlock)
			}
		case "tsize":
			r.tellSize = true
		}
	}
	return r, true
}

// content is a file as it is to be sent.
func (r readRequest) content(file []byte) []byte {
	if !r.netascii {
		return file
	}
	return []byte(strings.NewReplacer("\n", "\r\n", "\r", "\r\x00").Replace(string(file)))
}

// appendOptions appends the OACK that grants the options, nothing where none
// was asked for.
func (r readRequest) appendOptions(b []byte, size int) []byte {
	if r.blockSize == 0 && !r.tellSize {
		return b
	}
	b = binary.BigEndian.AppendUint16(b, tftpOptions)
	option := func(name string, value int) {
		b = append(append(append(b, name...), 0), strconv.Itoa(value)...)
		b = append(b, 0)
	}
	if r.blockSize != 0 {
		option("blksize", r.blockSize)
	}
	if r.tellSize {
		option("tsize", size)
	}
	return b
}

// appendBlock appends a DATA packet.
func appendBlock(b []byte, number uint16, block []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, tftpData)
	b = binary.BigEndian.AppendUint16(b, number)
	return append(b, block...)
}

// appendError appends an ERROR packet.
func appendError(b []byte, code uint16, text string) []byte {
	b = binary.BigEndian.AppendUint16(b, tftpErr)
	b = binary.BigEndian.AppendUint16(b, code)
	return append(append(b, text...), 0)
}

// errorText is the text of an ERROR packet, its header taken off.
func errorText(b []byte) string {
	text, _, _ := bytes.Cut(b, []byte{0})
	return strings.ToValidUTF8(string(text), "?")
}
