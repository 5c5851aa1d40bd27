// Package terminal decides how much decoration an output bears.
//
// A pipe, a file and a CI log get plain lines that stay the same from run to
// run; a terminal gets colours, unless NO_COLOR (https://no-color.org) or
// TERM=dumb says otherwise, and a progress bar. Marks are the same everywhere,
// so that a story copied from a log reads as it did on the screen.
package terminal

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Stream is a writer that knows whether people look at it.
type Stream struct {
	io.Writer
	Terminal bool // a person looks at it now
	Colour   bool
}

// New looks at a writer once.
func New(w io.Writer) *Stream {
	s := &Stream{Writer: w}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		s.Terminal = true
		s.Colour = colourWanted()
	}
	return s
}

func colourWanted() bool { return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" }

// Mark is how a step or a verdict ended.
type Mark int

// The marks.
const (
	Good Mark = iota
	Bad
	Skipped
	Doubtful // good enough now
)

// Mark returns ✔, ✘, – or !, in colour where that is welcome.
func (s *Stream) Mark(m Mark) string {
	sign := [...]struct{ text, colour string }{Good: {"✔", "32"}, Bad: {"✘", "31"}, Skipped: {"–", "2"}, Doubtful: {"!", "33"}}[m]
	return s.paint(sign.text, sign.colour)
}

// Faint returns text that may be overlooked.
func (s *Stream) Faint(text string) string { return s.paint(text, "2") }

// Strong returns text that should not be.
func (s *Stream) Strong(text string) string { return s.paint(text, "1") }

func (s *Stream) paint(text, code string) string {
	if !s.Colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
