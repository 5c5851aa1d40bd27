package terminal

import (
	"bytes"
	"testing"
)

func TestAPipeGetsPlainText(t *testing.T) {
	s := New(new(bytes.Buffer))
	if s.Terminal || s.Colour {
		t.Errorf("%+v", s)
	}
	if got := s.Mark(Good) + s.Mark(Bad) + s.Mark(Skipped) + s.Faint("f") + s.Strong("s"); got != "✔✘–fs" {
		t.Errorf("%q", got)
	}
}

func TestColoursOnATerminal(t *testing.T) {
	s := &Stream{Terminal: true, Colour: true}
	if got := s.Mark(Bad); got != "\x1b[31m✘\x1b[0m" {
		t.Errorf("%q", got)
	}
	if got := s.Faint(""); got != "" {
		t.Errorf("nothing is painted: %q", got)
	}
}

func TestWhatPeopleWishForOnATerminal(t *testing.T) {
	for _, c := range []struct {
		situation, noColor, term string
		want                     bool
	}{
		{"as usual", "", "xterm-256color", true},
		{"NO_COLOR, whatever its value", "0", "xterm", false},
		{"a terminal that can do nothing", "", "dumb", false},
	} {
		t.Setenv("NO_COLOR", c.noColor)
		t.Setenv("TERM", c.term)
		if got := colourWanted(); got != c.want {
			t.Errorf("%s: %v", c.situation, got)
		}
	}
}
