package sccp

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/phonebank/phonebank/wire/internal/bin"
)

// maxText is the longest packed text in bytes, without its NUL. The longest in
// the field are alarms, of about 2,000.
const maxText = 4096

// body walks a message body field by field, in either direction: with in set
// it reads into the fields it is shown, else it appends them to out.
type body struct {
	in         *bin.Reader
	all        []byte // reading: the whole body
	header     uint32 // reading: the frame's header version
	negotiated uint8
	short      bool // reading: the body may end before any further field
	absent     bool // reading: it did

	out   []byte
	start int // writing: where the body begins in out
}

// take returns the next n bytes to read, or nil where there are none: after a
// fault, or where the body ended early and may.
func (b *body) take(n int, field string) []byte {
	if b.short && b.in.Len() == 0 {
		b.absent = true
		return nil
	}
	return b.in.Bytes(n, field)
}

func (b *body) u8(p *uint8, field string) {
	if b.in == nil {
		b.out = append(b.out, *p)
	} else if v := b.take(1, field); v != nil {
		*p = v[0]
	}
}

func (b *body) u16(p *uint16, field string) {
	if b.in == nil {
		b.out = binary.LittleEndian.AppendUint16(b.out, *p)
	} else if v := b.take(2, field); v != nil {
		*p = binary.LittleEndian.Uint16(v)
	}
}

func (b *body) u32(p *uint32, field string) {
	if b.in == nil {
		b.out = binary.LittleEndian.AppendUint32(b.out, *p)
	} else if v := b.take(4, field); v != nil {
		*p = binary.LittleEndian.Uint32(v)
	}
}

// raw is a field of opaque bytes, as many as p has.
func (b *body) raw(p []byte, field string) {
	if b.in == nil {
		b.out = append(b.out, p...)
	} else if v := b.take(len(p), field); v != nil {
		copy(p, v)
	}
}

// text is a field of n bytes, NUL-padded. Whatever follows the first NUL is
// garbage (SCCP, section 1.3); a text may fill its field without one.
func (b *body) text(p *string, n int, field string) {
	if b.in == nil {
		s := cut(*p, n)
		b.out = append(b.out, s...)
		b.zeros(n - len(s))
	} else if v := b.take(n, field); v != nil {
		*p = untilNUL(v)
	}
}

// packed is a text of a dynamic message: its bytes and a NUL. At the end of the
// body the NUL, or the whole text, may be missing.
func (b *body) packed(p *string, field string) {
	if b.in == nil {
		b.out = append(append(b.out, cut(*p, maxText)...), 0)
		return
	}
	left := b.all[len(b.all)-b.in.Len():]
	n := bytes.IndexByte(left, 0)
	skip := n + 1
	if n < 0 {
		n, skip = len(left), len(left)
	}
	if n > maxText {
		b.in.Fail(field, fmt.Sprintf("is longer than %d bytes", maxText))
		return
	}
	b.in.Skip(skip, field)
	*p = string(left[:n])
}

// ipv4 is an address of 4 bytes in network order; zero stands for none.
func (b *body) ipv4(p *netip.Addr, field string) {
	var a [4]byte
	if ip := p.Unmap(); ip.Is4() {
		a = ip.As4()
	}
	b.raw(a[:], field)
	if b.in != nil && a != [4]byte{} {
		*p = netip.AddrFrom4(a)
	}
}

// ipv6 is an address of 16 bytes in network order; zero stands for none.
func (b *body) ipv6(p *netip.Addr, field string) {
	var a [16]byte
	if p.IsValid() {
		a = p.As16()
	}
	b.raw(a[:], field)
	if b.in != nil && a != [16]byte{} {
		*p = netip.AddrFrom16(a)
	}
}

// reserved is n bytes without a meaning: skipped, and written as zeros.
func (b *body) reserved(n int, field string) {
	if b.in == nil {
		b.zeros(n)
	} else {
		b.take(n, field)
	}
}

func (b *body) zeros(n int) { b.out = append(b.out, make([]byte, n)...) }

// cut shortens s to n bytes and to its first NUL.
func cut(s string, n int) string {
	s = s[:min(len(s), n)]
	for i := range len(s) {
		if s[i] == 0 {
			return s[:i]
		}
	}
	return s
}

func untilNUL(v []byte) string {
	if n := bytes.IndexByte(v, 0); n >= 0 {
		v = v[:n]
	}
	return string(v)
}
