package phone_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/phone"
)

// story is a phone's life in lines: "27s keepalive".
func (d *diary) story(began time.Time) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var lines []string
	for _, r := range d.records {
		if text := tell(r.Event); text != "" {
			lines = append(lines, r.At.Sub(began).String()+" "+text)
		}
	}
	return lines
}

// without leaves out the lines of one kind.
func without(story []string, ending string) []string {
	return slices.DeleteFunc(story, func(line string) bool { return strings.HasSuffix(line, ending) })
}

// tell is an event in a few words, nothing for what tests of serving do not
// look at.
func tell(e phone.Event) string {
	switch e := e.(type) {
	case phone.PoweredOn:
		return fmt.Sprintf("power on %d", e.Boot)
	case phone.StepEnded:
		if e.Err != nil {
			return fmt.Sprintf("%s %s", e.Step, phone.CauseOf(e.Err))
		}
	case phone.Registered:
		if e.SRST {
			return fmt.Sprintf("registered with SRST router %s, %s", e.Node, e.Why)
		}
		return fmt.Sprintf("registered with %s, %s", e.Node, e.Why)
	case phone.KeepAliveSent:
		return "keepalive"
	case phone.KeepAliveMissed:
		return fmt.Sprintf("missed %d", e.InARow)
	case phone.ResetReceived:
		return "told to " + e.Type.String()
	case phone.Unregistered:
		if e.Err != nil {
			return fmt.Sprintf("lost %s: %v", e.Node, e.Err)
		}
		return "left " + e.Node
	case phone.GaveUp:
		return "gave up"
	}
	return ""
}

// mustTell compares a story with the one that should have been.
func mustTell(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("the phone's life was\n\t%s\nand should have been\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}
