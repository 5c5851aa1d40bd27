package tvs

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/phonebank/phonebank/wire/internal/bin"
)

// Message is one TVS message. Its bytes are the header and the elements in
// order.
type Message struct {
	Command  Command
	Flags    byte   // 0 in requests; a real server answers with 0xf7. No known meaning
	Session  uint32 // chosen by the phone, counting up from 1001; echoed in the answer
	Elements []Element
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
	size := 0
	for _, e := range m.Elements {
		size += elementHeader + len(e.Value)
	}
	if size > MaxPayload {
		return nil, fmt.Errorf("%s: payload of %d bytes, at most %d", m.Command, size, MaxPayload)
	}
	dst = slices.Grow(dst, HeaderLen+size)
	dst = append(dst, Magic, Version, byte(m.Command), m.Flags)
	dst = binary.BigEndian.AppendUint32(dst, m.Session)
	dst = binary.BigEndian.AppendUint16(dst, uint16(size))
	for _, e := range m.Elements {
		dst = append(dst, byte(e.Tag))
		dst = binary.BigEndian.AppendUint16(dst, uint16(len(e.Value)))
		dst = append(dst, e.Value...)
	}
	return dst, nil
}

// Parse reads b, which must be exactly one whole message, and keeps b: values
// are views into it. Every fault is a *FormatError; an answer without a STATUS
// is one (TVS, section 8).
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
	m := Message{Command: Command(b[2]), Flags: b[3], Session: binary.BigEndian.Uint32(b[4:])}
	for r.Len() > 0 {
		tag := Tag(r.U8("element"))
		n := r.U16(tag.String())
		value := r.Bytes(int(n), tag.String())
		m.Elements = append(m.Elements, Element{tag, value})
	}
	if r.Err() != nil {
		return Message{}, r.Err()
	}
	if m.Command.answer() {
		if _, ok := m.Status(); !ok {
			_, at, _ := m.find(TagStatus)
			return Message{}, &FormatError{Offset: at, Field: TagStatus.String(), Problem: fmt.Sprintf("no verdict of one byte in %s", m.Command)}
		}
	}
	return m, nil
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
