package capf

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/phonebank/phonebank/wire/internal/bin"
)

// Message is one CAPF message. Its bytes are the header, the elements in order
// and, for commands whose layout is not public, Opaque.
type Message struct {
	Command  Command
	Session  uint32 // chosen by the server, echoed in every message of a session
	Elements []Element
	Opaque   []byte // a payload that is no list of elements; nil for every known layout
}

// Element is one tag with its value, as on the wire.
type Element struct {
	Tag   Tag
	Value []byte // at most 65535 bytes
}

const elementHeader = 3 // bytes: tag, length (2)

// Append appends the message to dst. It fails when the payload would exceed
// MaxPayload.
func (m Message) Append(dst []byte) ([]byte, error) {
	size := len(m.Opaque)
	for _, e := range m.Elements {
		size += elementHeader + len(e.Value)
	}
	if size > MaxPayload {
		return nil, fmt.Errorf("%s: payload of %d bytes, at most %d", m.Command, size, MaxPayload)
	}
	dst = slices.Grow(dst, HeaderLen+size)
	dst = append(dst, Magic, byte(m.Command))
	dst = binary.BigEndian.AppendUint32(dst, m.Session)
	dst = binary.BigEndian.AppendUint16(dst, uint16(size))
	for _, e := range m.Elements {
		dst = append(dst, byte(e.Tag))
		dst = binary.BigEndian.AppendUint16(dst, uint16(len(e.Value)))
		dst = append(dst, e.Value...)
	}
	return append(dst, m.Opaque...), nil
}

// Parse reads b, which must be exactly one whole message, and keeps b: values
// are views into it. Every fault is a *FormatError.
func Parse(b []byte) (Message, error) {
	r := bin.NewReader(binary.BigEndian, b)
	size := readHeader(r)
	r.Skip(HeaderLen-r.Offset(), "header")
	if left := r.Len(); r.Err() == nil && left != size {
		r.FailAt(HeaderLen-2, "length", fmt.Sprintf("says %d bytes, %d follow", size, left))
	}
	if r.Err() != nil {
		return Message{}, r.Err()
	}
	m := Message{Command: Command(b[1]), Session: binary.BigEndian.Uint32(b[2:])}
	for r.Len() > 0 {
		tag := Tag(r.U8("element"))
		n := r.U16(tag.String())
		value := r.Bytes(int(n), tag.String())
		if r.Err() != nil {
			break
		}
		m.Elements = append(m.Elements, Element{tag, value})
	}
	if r.Err() != nil {
		if m.Command.elementsKnown() {
			return Message{}, r.Err()
		}
		m.Elements, m.Opaque = nil, b[HeaderLen:]
	}
	return m, nil
}

// With returns the message with more elements, each before the first one of a
// higher tag: the ascending order in which known phones and servers write. m
// itself stays as it is.
func (m Message) With(more ...Element) Message {
	m.Elements = slices.Grow(slices.Clone(m.Elements), len(more))
	for _, e := range more {
		at := slices.IndexFunc(m.Elements, func(have Element) bool { return have.Tag > e.Tag })
		if at < 0 {
			at = len(m.Elements)
		}
		m.Elements = slices.Insert(m.Elements, at, e)
	}
	return m
}

// Get returns the value of the first element with the tag.
func (m Message) Get(tag Tag) (value []byte, ok bool) {
	value, _, ok = m.find(tag)
	return value, ok
}

// find is Get with the offset of the value in the message's bytes.
func (m Message) find(tag Tag) (value []byte, offset int, ok bool) {
	offset = HeaderLen
	for _, e := range m.Elements {
		offset += elementHeader
		if e.Tag == tag {
			return e.Value, offset, true
		}
		offset += len(e.Value)
	}
	return nil, offset, false
}

// need is find for an element that must be there.
func (m Message) need(tag Tag) (value []byte, offset int, err error) {
	value, offset, ok := m.find(tag)
	if !ok {
		return nil, offset, &FormatError{Offset: offset, Field: tag.String(), Problem: fmt.Sprintf("missing in %s", m.Command)}
	}
	return value, offset, nil
}
