// Package phrase reads the short sentences of a scenario file, such as
// "hold 200/s for 1m", and says at which byte one of them goes wrong and what
// was probably meant.
package phrase

import (
	"errors"
	"fmt"
	"strings"
)

// Error is a fault at one place of a text.
type Error struct {
	Offset  int      // byte offset into the text
	Problem string   // what is wrong there, the offending words quoted
	Known   []string // of a word that is not known: those that are
	Closed  bool     // nothing but Known is right
}

// Error returns the problem; the place is for whoever knows where the text
// stands.
func (e *Error) Error() string { return e.Problem }

// Faultf makes an Error.
func Faultf(offset int, format string, args ...any) error {
	return &Error{Offset: offset, Problem: fmt.Sprintf(format, args...)}
}

// Unknown makes an Error of a word that is none of the known ones: `"fsat" is no
// pace; did you mean "fast"?`.
func Unknown(word, what string, known []string) *Error {
	return &Error{Problem: fmt.Sprintf("%q %s%s", word, what, DidYouMean(word, known)), Known: known}
}

// At moves the place of err by offset, which is how the fault of a word
// becomes a fault of its sentence. An error without a place gets that place.
func At(offset int, err error) error {
	var fault *Error
	if errors.As(err, &fault) {
		moved := *fault
		moved.Offset += offset
		return &moved
	}
	return &Error{Offset: offset, Problem: err.Error()}
}

// Word is a part of a text without blanks.
type Word struct {
	Text   string
	Offset int
}

// Words splits a text at blanks.
func Words(text string) []Word {
	var words []Word
	for at := 0; at < len(text); {
		rest := text[at:]
		blanks := len(rest) - len(strings.TrimLeft(rest, " \t"))
		at += blanks
		rest = rest[blanks:]
		if rest == "" {
			break
		}
		end := strings.IndexAny(rest, " \t")
		if end < 0 {
			end = len(rest)
		}
		words = append(words, Word{Text: rest[:end], Offset: at})
		at += end
	}
	return words
}
