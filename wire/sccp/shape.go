package sccp

import "bytes"

// optional begins the fields that a body may leave out, at the end of any of
// them. We send them.
func (b *body) optional() { b.short = true }

// extra begins optional fields that are sent only where that is usual. It
// reports whether they are to be walked: writing, also when a tail follows
// them; reading, also when the body goes on.
func (b *body) extra(usual bool, s *Shape) bool {
	b.short = true
	if b.in == nil {
		return usual || len(s.Tail) > 0
	}
	return usual || b.in.Len() > 0
}

// since reports whether the body has the layout that came with a version and
// makes it size bytes long. When reading, a body too short for it has the older
// layout and one of just that size (and padding) the newer; otherwise the
// header's version decides, or the negotiated one.
func (b *body) since(version uint8, size int, s *Shape) bool {
	expected := b.negotiated >= version
	if b.in == nil {
		if s.Version != 0 {
			return s.Version >= version
		}
		return expected
	}
	var newer bool
	switch {
	case len(b.all) < size:
		newer = false
	case len(b.all) <= size+padding(size):
		newer = true
	case b.header != 0:
		newer = b.header >= uint32(version)
	default:
		newer = expected
	}
	if newer != expected {
		s.Version = version
		if !newer {
			s.Version--
		}
	}
	return newer
}

// count is the number of entries used in an array of so many slots, a u32.
// What does not fit the array does not count.
func (b *body) count(have, slots int, field string) int {
	n := uint32(min(have, slots))
	b.u32(&n, field)
	return int(min(n, uint32(slots)))
}

// fitting is how many of n entries of size bytes the body has room for.
func (b *body) fitting(n, size int) int {
	if b.in == nil {
		return n
	}
	return min(n, b.in.Len()/size)
}

// list is an array of slots of size bytes each, of which the first used count
// and are kept. No memory is taken for more than the body holds.
func list[T any](b *body, p *[]T, used, slots, size int, each func(*T, *body)) {
	if used = b.fitting(used, size); b.in != nil && used > 0 {
		*p = make([]T, used)
	}
	for i := range used {
		each(&(*p)[i], b)
	}
	b.unused((slots - used) * size)
}

// unused is the part of an array that the count leaves out. It may be cut short
// anywhere and holds whatever was in the sender's memory.
func (b *body) unused(n int) {
	if b.in == nil {
		b.zeros(n)
		return
	}
	if left := b.in.Len(); left < n {
		b.short, b.absent = true, true
		n = left
	}
	b.in.Skip(n, "unused slots")
}

// end closes the body: padding to a multiple of 4, and what Shape says.
func (b *body) end(s *Shape) {
	if b.in == nil {
		b.fit(s)
		b.out = append(b.out, s.Tail...)
		return
	}
	if b.absent {
		s.Length = len(b.all)
	}
	left := b.in.Len()
	if left == 0 {
		return
	}
	rest := b.rest()
	if left != padding(len(b.all)-left) || bytes.Count(rest, []byte{0}) != len(rest) {
		s.Tail = rest
	}
}

// fit gives the body being written the size it shall have without its tail.
func (b *body) fit(s *Shape) {
	have := len(b.out) - b.start
	switch {
	case s.Length > 0 && s.Length <= have:
		b.out = b.out[:b.start+s.Length]
	case s.Length > 0:
		b.zeros(max(0, min(s.Length, maxBody)-have))
	case len(s.Tail) == 0:
		b.zeros(padding(have))
	}
}

// rest is a copy of all that has not been read, nil when there is nothing.
func (b *body) rest() []byte { return append([]byte(nil), b.in.Rest()...) }

// padding is the number of NULs that make n a multiple of 4.
func padding(n int) int { return -n & 3 }
