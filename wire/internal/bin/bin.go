// Package bin reads binary formats without ever reading past their end.
//
// A [Reader] is a cursor with a sticky error: a codec reads field after field
// as if nothing could go wrong and asks [Reader.Err] once, at the end. Every
// error knows the absolute offset and the name of the field that did not fit,
// because the people who meet these errors are staring at a hex dump.
package bin

import (
	"encoding/binary"
	"fmt"
)

// Error is a structural fault: what was being read, where, and what is wrong.
type Error struct {
	Offset  int    // bytes from the start of the outermost buffer
	Field   string // name of the field in its specification
	Problem string // what is wrong, without the field's name
}

// Error formats the fault as "offset 15: SIGNERID: needs 73 bytes, 10 left".
func (e *Error) Error() string {
	return fmt.Sprintf("offset %d: %s: %s", e.Offset, e.Field, e.Problem)
}

// Reader is a bounds-checked cursor over a byte slice. After the first fault
// every read returns zero values and Err keeps reporting that first fault.
type Reader struct {
	order binary.ByteOrder
	buf   []byte
	off   int // position in buf
	base  int // absolute offset of buf[0]
	err   *Error
}

// NewReader returns a Reader at the start of b. The slice is not copied.
func NewReader(order binary.ByteOrder, b []byte) *Reader {
	return &Reader{order: order, buf: b}
}

// Len is the number of bytes not read yet; 0 once a fault has been met.
func (r *Reader) Len() int {
	if r.err != nil {
		return 0
	}
	return len(r.buf) - r.off
}

// Offset is the absolute offset of the next byte.
func (r *Reader) Offset() int { return r.base + r.off }

// Err is the first fault met, an *Error, or nil.
func (r *Reader) Err() error {
	if r.err == nil {
		return nil
	}
	return r.err
}

// Fail records a fault of the caller's finding at the current offset.
func (r *Reader) Fail(field, problem string) {
	r.FailAt(r.Offset(), field, problem)
}

// FailAt is Fail with an absolute offset of the caller's choice.
func (r *Reader) FailAt(offset int, field, problem string) {
	if r.err == nil {
		r.err = &Error{Offset: offset, Field: field, Problem: problem}
	}
}

// Bytes returns the next n bytes, a view into the buffer, not a copy.
func (r *Reader) Bytes(n int, field string) []byte {
	if r.err != nil {
		return nil
	}
	if left := len(r.buf) - r.off; n < 0 || n > left {
		r.Fail(field, fmt.Sprintf("needs %d bytes, %d left", n, left))
		return nil
	}
	b := r.buf[r.off : r.off+n : r.off+n]
	r.off += n
	return b
}

// Rest returns all bytes not read yet.
func (r *Reader) Rest() []byte { return r.Bytes(r.Len(), "rest") }

// Skip passes over n bytes.
func (r *Reader) Skip(n int, field string) { r.Bytes(n, field) }

// U8 reads one byte.
func (r *Reader) U8(field string) uint8 {
	if b := r.Bytes(1, field); b != nil {
		return b[0]
	}
	return 0
}

// U16 reads two bytes in the Reader's order.
func (r *Reader) U16(field string) uint16 {
	if b := r.Bytes(2, field); b != nil {
		return r.order.Uint16(b)
	}
	return 0
}

// U32 reads four bytes in the Reader's order.
func (r *Reader) U32(field string) uint32 {
	if b := r.Bytes(4, field); b != nil {
		return r.order.Uint32(b)
	}
	return 0
}

// Sub returns a Reader over the next n bytes and passes over them. Its offsets
// stay absolute. Its faults are its own: ask its Err too.
func (r *Reader) Sub(n int, field string) *Reader {
	at := r.Offset()
	return &Reader{order: r.order, buf: r.Bytes(n, field), base: at, err: r.err}
}
