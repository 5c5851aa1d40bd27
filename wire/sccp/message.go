package sccp

import (
	"encoding/binary"
	"fmt"

	"github.com/phonebank/phonebank/wire/internal/bin"
)

// Message is one of this package's message structs. Parse returns values, not
// pointers, so that a type switch reads `case sccp.RegisterAck:`.
type Message interface {
	// ID is the message's id on the wire.
	ID() ID
	// layout walks the body in wire order. Reading, it fills the copy of the
	// message it returns; writing, it returns the message unchanged.
	layout(b *body) Message
}

// Shape says how a body departs from its usual layout. The zero value is the
// usual layout, and what a program that speaks for itself leaves alone.
type Shape struct {
	// Version is a protocol version whose layout the body has, where that is
	// not the layout of the negotiated version; 0: it is.
	Version uint8
	// Length is the size in bytes of a body that leaves out its last fields,
	// which are then zero; 0: all fields are there.
	Length int
	// Tail holds the bytes after the last field known to us, as received.
	Tail []byte
}

// Unknown is a message without a struct of its own.
type Unknown struct {
	MessageID ID
	Body      []byte
}

// ID is the id the message came with.
func (m Unknown) ID() ID { return m.MessageID }

func (m Unknown) layout(b *body) Message {
	if b.in != nil {
		m.Body = b.rest()
		return m
	}
	b.out = append(b.out, m.Body...)
	return m
}

// Append appends m to dst as one frame. The version is the negotiated protocol
// version, 0 before RegisterAck; it chooses the header version (HeaderVersion)
// and the layout (SCCP, section 3.17). Texts too long for their fields and
// entries too many for their arrays are left out.
func Append(dst []byte, m Message, version uint8) []byte {
	return AppendAs(dst, m, version, HeaderVersion(m.ID(), version))
}

// AppendAs is Append with a header version of the caller's choice, as other
// implementations have other rules for it.
func AppendAs(dst []byte, m Message, version uint8, header uint32) []byte {
	switch m.(type) {
	case KeepAliveReq, KeepAliveAck: // most of all traffic, and always empty
		return appendHeader(dst, header, m.ID())
	}
	return appendMessage(dst, m, version, header)
}

func appendMessage(dst []byte, m Message, version uint8, header uint32) []byte {
	start := len(dst)
	b := body{out: appendHeader(dst, header, m.ID()), start: start + HeaderLen, negotiated: version}
	m.layout(&b)
	return closeFrame(b.out, start)
}

// Parse makes a message of a frame. The version is the negotiated protocol
// version, 0 before RegisterAck. The message shares no memory with f.Body. An
// id without a struct gives an Unknown, never an error; the body of a
// KeepAliveReq or KeepAliveAck is ignored. Faults are *FormatErrors, wrapped
// with the name of the message.
func Parse(f Frame, version uint8) (Message, error) {
	switch f.ID {
	case IDKeepAliveReq:
		return KeepAliveReq{}, nil
	case IDKeepAliveAck:
		return KeepAliveAck{}, nil
	}
	return parseMessage(f, version)
}

func parseMessage(f Frame, version uint8) (Message, error) {
	m := blank(f.ID)
	if m == nil {
		m = Unknown{MessageID: f.ID}
	}
	b := body{in: bin.NewReader(binary.LittleEndian, f.Body), all: f.Body, header: f.HeaderVersion, negotiated: version}
	m = m.layout(&b)
	if err := b.in.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", f.ID, err)
	}
	return m, nil
}
