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

// Word is a part of a text without blanks, or between quotes.
type Word struct {
	Text   string // without its quotes
	Offset int
}

// Words splits a text at blanks. A word that begins with a quote, " or ', goes
// on to the next one of its kind; where there is none, the quote is a letter.
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
		if end := quoted(rest); end > 0 {
			words = append(words, Word{Text: rest[1:end], Offset: at})
			at += end + 1
			continue
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

// quoted is where the closing quote of a text is that begins with one, and
// where a word ends with it; 0 for none.
func quoted(text string) int {
	if text[0] != '"' && text[0] != '\'' {
		return 0
	}
	end := strings.IndexByte(text[1:], text[0]) + 1
	if end > 0 && end+1 < len(text) && !strings.ContainsRune(" \t", rune(text[end+1])) {
		return 0
	}
	return end
}
