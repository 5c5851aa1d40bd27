package sccp

import (
	"encoding/binary"
	"fmt"

	"github.com/phonebank/phonebank/wire/internal/bin"
)

const (
	// Port is the TCP port of clear signalling.
	Port = 2000
	// SecurePort is the TCP port of signalling inside TLS.
	SecurePort = 2443
	// HeaderLen is the size of a frame's header in bytes.
	HeaderLen = 12
	// MaxLength is the largest value of the length field we accept, in bytes.
	// A frame is 8 bytes longer on the wire.
	MaxLength = 16384

	uncounted = 8 // bytes of the header that length does not count
	minLength = HeaderLen - uncounted
	maxBody   = MaxLength - minLength
)

// FormatError is a structural fault. In the errors of [Split] and [ParseFrame]
// Offset counts from the first byte of the frame; in those of [Parse] from the
// first byte of the body, as in the tables of the specification.
type FormatError = bin.Error

// Frame is one message as it travels (SCCP, section 1.1).
type Frame struct {
	HeaderVersion uint32 // 0, or the sender's protocol version; any value is accepted
	ID            ID
	Body          []byte
}

// Split returns the size in bytes of the frame at the start of b: 0 when more
// bytes are needed, a *FormatError when the length field cannot be one.
func Split(b []byte) (n int, err error) {
	need, err := frameSize(b)
	if err != nil || need > len(b) {
		return 0, err
	}
	return need, nil
}

// frameSize is the size the frame at the start of b will have, or HeaderLen
// while its length field is not complete.
func frameSize(b []byte) (int, error) {
	if len(b) < 4 {
		return HeaderLen, nil
	}
	length := binary.LittleEndian.Uint32(b)
	if length < minLength || length > MaxLength {
		return 0, &FormatError{Offset: 0, Field: "length", Problem: fmt.Sprintf("%d is not within %d to %d", length, minLength, MaxLength)}
	}
	return uncounted + int(length), nil
}

// ParseFrame takes exactly one whole frame apart. Its Body is a view into b.
func ParseFrame(b []byte) (Frame, error) {
	n, err := Split(b)
	switch {
	case err != nil:
		return Frame{}, err
	case n == 0:
		return Frame{}, &FormatError{Offset: len(b), Field: "frame", Problem: "ends early"}
	case n < len(b):
		return Frame{}, &FormatError{Offset: n, Field: "frame", Problem: fmt.Sprintf("%d bytes follow it", len(b)-n)}
	}
	return Frame{
		HeaderVersion: binary.LittleEndian.Uint32(b[4:]),
		ID:            ID(binary.LittleEndian.Uint32(b[8:])),
		Body:          b[HeaderLen:n:n],
	}, nil
}

// AppendFrame appends the bytes of f to dst. Of a body that is too long for
// MaxLength only the part that fits is sent.
func AppendFrame(dst []byte, f Frame) []byte {
	start := len(dst)
	dst = appendHeader(dst, f.HeaderVersion, f.ID)
	dst = append(dst, f.Body...)
	return closeFrame(dst, start)
}

// appendHeader appends a header whose length is that of an empty body.
func appendHeader(dst []byte, version uint32, id ID) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, minLength)
	dst = binary.LittleEndian.AppendUint32(dst, version)
	return binary.LittleEndian.AppendUint32(dst, uint32(id))
}

// closeFrame writes the length into the frame that begins at start.
func closeFrame(dst []byte, start int) []byte {
	length := len(dst) - start - uncounted
	if length > MaxLength {
		dst, length = dst[:start+uncounted+MaxLength], MaxLength
	}
	binary.LittleEndian.PutUint32(dst[start:], uint32(length))
	return dst
}
