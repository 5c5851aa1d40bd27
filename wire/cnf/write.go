package cnf

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// writer writes indented elements. The first value that a file cannot carry
// sticks as its error.
type writer struct {
	bytes.Buffer
	depth int
	err   error
}

func (w *writer) fail(element, format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("%s: %s", element, fmt.Sprintf(format, args...))
	}
}

func (w *writer) indent() {
	for range w.depth {
		w.WriteString("  ")
	}
}

// start writes the part of a start tag that may be followed by attributes.
func (w *writer) start(name string) {
	w.indent()
	w.WriteByte('<')
	w.WriteString(name)
}

func (w *writer) attribute(element, name, value string) {
	w.WriteString(" " + name + `="`)
	w.escape(element, value)
	w.WriteByte('"')
}

// element writes an element around what body writes, or nothing when that is
// nothing.
func (w *writer) element(name string, body func()) {
	before := w.Len()
	w.start(name)
	w.WriteString(">\n")
	empty := w.Len()
	w.inside(name, body)
	if w.Len() == empty+w.closing(name) {
		w.Truncate(before)
	}
}

// closing is the length of an end tag on its own line.
func (w *writer) closing(name string) int { return 2*w.depth + len("</>\n") + len(name) }

// inside writes body one level deeper and the end tag.
func (w *writer) inside(name string, body func()) {
	w.depth++
	body()
	w.depth--
	w.indent()
	w.WriteString("</" + name + ">\n")
}

// member is element with a priority.
func (w *writer) member(priority int, body func()) {
	if priority < 0 || priority > 255 {
		w.fail("member", "priority %d is not a number from 0 to 255", priority)
	}
	w.start("member")
	w.attribute("member", "priority", strconv.Itoa(priority))
	w.WriteString(">\n")
	w.inside("member", body)
}

// text writes an element with a text in it, even an empty one.
func (w *writer) text(name, value string) {
	w.start(name)
	w.WriteByte('>')
	w.escape(name, value)
	w.WriteString("</" + name + ">\n")
}

// some is text for a value that may be left out when empty.
func (w *writer) some(name, value string) {
	if value != "" {
		w.text(name, value)
	}
}

func (w *writer) number(name string, value, low, high int) {
	if value < low || value > high {
		w.fail(name, "%d is not a number from %d to %d", value, low, high)
	}
	w.text(name, strconv.Itoa(value))
}

// port writes a port, or nothing for 0.
func (w *writer) port(name string, value int) {
	if value != 0 {
		w.number(name, value, 1, 65535)
	}
}

func (w *writer) escape(element, value string) {
	switch {
	case len(value) > maxText:
		w.fail(element, "more than %d bytes", maxText)
	case strings.TrimSpace(value) != value:
		w.fail(element, "%.40q has white space around it", value)
	}
	var b bytes.Buffer
	// What XML cannot say becomes a replacement character; the error of a
	// Buffer is always nil.
	_ = xml.EscapeText(&b, []byte(value))
	if strings.Count(b.String(), "\uFFFD") != strings.Count(value, "\uFFFD") {
		w.fail(element, "%.40q has characters that XML cannot carry", value)
	}
	w.Write(b.Bytes())
}
