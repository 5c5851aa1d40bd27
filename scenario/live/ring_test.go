package live

import (
	"fmt"
	"testing"

	"github.com/phonebank/phonebank/phone"
)

func TestTheNewestLinesAreKept(t *testing.T) {
	for _, c := range []struct{ said, first, kept int }{{0, 0, 0}, {1, 1, 1}, {3, 1, 3}, {4, 2, 3}, {7, 5, 3}} {
		var r ring
		for i := range c.said {
			r.add(line{int64(i + 1), textOf("", fmt.Sprint(i+1))}, 3)
		}
		next := c.first
		for n, l := range r.all() {
			if n != next || l.text.of("") != fmt.Sprint(n) || l.at != int64(n) {
				t.Errorf("%d said: line %d is %q, want line %d", c.said, n, l.text.of(""), next)
			}
			next++
		}
		if next-c.first != c.kept {
			t.Errorf("%d said: %d kept", c.said, next-c.first)
		}
		if l, ok := r.newest(); ok != (c.said > 0) || ok && l.at != int64(c.said) {
			t.Errorf("%d said: newest %v", c.said, l)
		}
	}
}

func TestTheNewestThirtyStatusMessages(t *testing.T) {
	f := newFleet(t, 1)
	for i := range 100 {
		f.says[nth(0)](phone.StatusMessage{Text: fmt.Sprint("message ", i+1)})
		f.says[nth(0)](phone.ConsoleLine{Severity: "NOT", Text: fmt.Sprint("line ", i+1)})
		f.says[nth(0)](phone.ConsoleLine{Severity: "NOT", Text: "again"})
	}
	v := f.roster.find(nth(0)).view()
	if n := len(v.StatusMessage); n != 30 || v.StatusMessage[0].Text != "message 100" || v.StatusMessage[29].Text != "message 71" {
		t.Errorf("%d status messages, from %q to %q", n, v.StatusMessage[0].Text, v.StatusMessage[n-1].Text)
	}
	if n := len(v.Console); n != mostConsole || v.Console[n-1].Number != 200 || v.Console[0].Number != 81 {
		t.Errorf("%d console lines, %+v to %+v", n, v.Console[0], v.Console[n-1])
	}
}

// TestPhonesShareWhatTheySay: a text costs its bytes once, not once a phone.
func TestPhonesShareWhatTheySay(t *testing.T) {
	one, other := textOf(nth(0), "Request CTL"+string(nth(0))+".tlv"), textOf(nth(1), "Request CTL"+string(nth(1))+".tlv")
	if one != other {
		t.Error("two texts")
	}
	if got := other.of(nth(1)); got != "Request CTL"+string(nth(1))+".tlv" {
		t.Errorf("%q", got)
	}
	if got := one.anyone(); got != "Request CTLSEP….tlv" {
		t.Errorf("%q", got)
	}
}
