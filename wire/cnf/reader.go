package cnf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Bounds of a file. A real one stays far below each.
const (
	MaxSize    = 2 << 20 // bytes
	maxDepth   = 32      // elements inside each other
	maxMembers = 16      // servers of one kind
	maxLoads   = 512     // models in XMLDefault
	maxText    = 1024    // bytes of one value
)

// reader walks the elements of a file. Like the binary codecs' cursor it has a
// sticky error: after the first fault every value is empty and every list has
// ended.
type reader struct {
	d     *xml.Decoder
	depth int
	err   error
}

func newReader(b []byte) *reader {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	d := xml.NewDecoder(bytes.NewReader(b))
	d.CharsetReader = charset
	return &reader{d: d}
}

// charset serves files that declare an encoding of one byte a character.
func charset(label string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "us-ascii", "ascii", "iso-8859-1", "latin1":
		return &latin1{in: input}, nil
	}
	return nil, fmt.Errorf("encoding %q is not supported", label)
}

// latin1 turns ISO 8859-1 into UTF-8, a byte in, one or two out.
type latin1 struct {
	in    io.Reader
	carry []byte // second byte that did not fit
}

func (l *latin1) Read(p []byte) (int, error) {
	if len(l.carry) == 0 {
		var b [1]byte
		if _, err := io.ReadFull(l.in, b[:]); err != nil {
			return 0, err
		}
		l.carry = []byte(string(rune(b[0])))
	}
	n := copy(p, l.carry)
	l.carry = l.carry[n:]
	return n, nil
}

// fail records a fault at the current place.
func (r *reader) fail(element, format string, args ...any) {
	if r.err == nil {
		line, _ := r.d.InputPos()
		r.err = &FormatError{
			Offset: int(r.d.InputOffset()), Field: element,
			Problem: fmt.Sprintf("line %d: %s", line, fmt.Sprintf(format, args...)),
		}
	}
}

// next returns the next token, or nil after a fault and at the end.
func (r *reader) next() xml.Token {
	if r.err != nil {
		return nil
	}
	t, err := r.d.Token()
	if err != nil {
		var syntax *xml.SyntaxError
		switch {
		case errors.Is(err, io.EOF):
		case errors.As(err, &syntax):
			r.fail("XML", "%s", syntax.Msg)
		default:
			r.fail("XML", "%v", err)
		}
		return nil
	}
	switch t := t.(type) {
	case xml.StartElement:
		if r.depth++; r.depth > maxDepth {
			r.fail(t.Name.Local, "more than %d elements inside each other", maxDepth)
			return nil
		}
	case xml.EndElement:
		r.depth--
	}
	return t
}

// children calls f with every child of the element just entered. f reads the
// child to its end.
func (r *reader) children(f func(child xml.StartElement)) {
	for {
		switch t := r.next().(type) {
		case xml.StartElement:
			f(t)
		case xml.EndElement, nil:
			return
		}
	}
}

// list is children of one name; it skips the others.
func (r *reader) list(name string, f func(child xml.StartElement)) {
	r.children(func(e xml.StartElement) {
		if e.Name.Local == name {
			f(e)
		} else {
			r.skip()
		}
	})
}

// skip reads the element just entered to its end.
func (r *reader) skip() {
	for open := 1; open > 0; {
		switch r.next().(type) {
		case xml.StartElement:
			open++
		case xml.EndElement:
			open--
		case nil:
			return
		}
	}
}

// text reads the element just entered to its end and returns its text without
// surrounding white space. Elements inside are skipped.
func (r *reader) text(e xml.StartElement) string {
	var b strings.Builder
	for {
		switch t := r.next().(type) {
		case xml.CharData:
			if b.Len()+len(t) > maxText {
				r.fail(e.Name.Local, "more than %d bytes", maxText)
				return ""
			}
			b.Write(t)
		case xml.StartElement:
			r.skip()
		case xml.EndElement:
			return strings.TrimSpace(b.String())
		case nil:
			return ""
		}
	}
}

// number is a text that is a decimal number; empty means absent.
func (r *reader) number(e xml.StartElement, low, high, absent int) int {
	text := r.text(e)
	if text == "" || r.err != nil {
		return absent
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		r.fail(e.Name.Local, "%.40q is not a number from %d to %d", text, low, high)
		return absent
	}
	return n
}

func (r *reader) port(e xml.StartElement, absent int) int { return r.number(e, 1, 65535, absent) }

// boolean is a text that is true or false in any case; empty means absent.
func (r *reader) boolean(e xml.StartElement, absent bool) bool {
	switch text := r.text(e); strings.ToLower(text) {
	case "true", "1":
		return true
	case "false", "0":
		return false
	case "":
		return absent
	default:
		r.fail(e.Name.Local, "%.40q is neither true nor false", text)
		return absent
	}
}
