package live

import (
	"iter"
	"strings"
	"time"
	"unique"

	"github.com/phonebank/phonebank/phone"
)

// text is what a phone said, with its own name left out: ten thousand phones
// that say the same share one string.
type text struct{ shared unique.Handle[string] }

// nameHere stands for the name of the phone; no phone says a NUL.
const nameHere = "\x00"

func textOf(name phone.Name, said string) text {
	return text{unique.Make(strings.ReplaceAll(said, string(name), nameHere))}
}

func (t text) of(name phone.Name) string {
	if t == (text{}) {
		return ""
	}
	return strings.ReplaceAll(t.shared.Value(), nameHere, string(name))
}

// anyone is the text as it is true for all phones.
func (t text) anyone() string { return t.of("SEP…") }

// line is a text with its time: 16 bytes.
type line struct {
	at   int64 // Unix nanoseconds
	text text
}

func (l line) time() time.Time { return time.Unix(0, l.at) }

// ring keeps the newest lines.
type ring struct {
	lines []line
	first int // the oldest, once the ring is full
	gone  int // lines that were forgotten
}

func (r *ring) add(l line, most int) {
	if len(r.lines) < most {
		r.lines = append(r.lines, l)
		return
	}
	r.lines[r.first] = l
	r.first = (r.first + 1) % most
	r.gone++
}

// all is the lines from the oldest to the newest, numbered from 1 since the
// phone was first switched on.
func (r *ring) all() iter.Seq2[int, line] {
	return func(yield func(int, line) bool) {
		for i := range r.lines {
			if !yield(r.gone+i+1, r.lines[(r.first+i)%len(r.lines)]) {
				return
			}
		}
	}
}

// newest is the last line, false when there is none.
func (r *ring) newest() (line, bool) {
	n := len(r.lines)
	if n == 0 {
		return line{}, false
	}
	return r.lines[(r.first+n-1)%n], true
}
