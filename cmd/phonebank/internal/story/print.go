package story

import (
	"fmt"
	"strings"
	"time"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/terminal"
)

// line prints a step.
func (t *Teller) line(s Step) {
	mark := map[string]terminal.Mark{OK: terminal.Good, Failed: terminal.Bad}[s.Outcome]
	if s.Outcome == Skipped || s.Outcome == NotReached {
		mark = terminal.Skipped
	}
	note := s.Note
	if s.Outcome == NotReached {
		note = NotReached
	}
	if s.Outcome == Failed {
		note = fmt.Sprintf("%s: %s", s.Cause, s.Reason)
		if s.Note != "" {
			note += "; " + s.Note
		}
	}
	took := ""
	if s.Outcome == OK || s.Outcome == Failed {
		took = t.out.Faint(" (" + span(s.TookMS) + ")")
	}
	fmt.Fprintf(t.out, "%s %-9s %s%s\n", t.out.Mark(mark), s.Step, oneLine(note), took)
	if s.Fix != "" {
		fmt.Fprintf(t.out, "            hint: %s\n", s.Fix)
	}
}

// ending prints the last lines.
func (t *Teller) ending() {
	r := &t.report
	fmt.Fprintln(t.out)
	if r.Registered {
		fmt.Fprintf(t.out, "%s after %s\n", t.out.Strong("registered"), span(r.BootMS))
	} else {
		fmt.Fprintf(t.out, "%s: %s\n", t.out.Strong("not registered"), oneLine(r.Reason))
		if r.Fix != "" {
			fmt.Fprintf(t.out, "hint: %s\n", r.Fix)
		}
	}
	if len(t.messages) > 0 {
		fmt.Fprintln(t.out, "\nstatus messages on the phone:")
		for _, m := range t.messages {
			fmt.Fprintf(t.out, "  %s\n", oneLine(m))
		}
	}
}

// oneLine keeps what a peer sent from spoiling the terminal.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
}

// span prints milliseconds in the unit that suits.
func span(ms float64) string {
	if ms < 10 {
		return fmt.Sprintf("%.1f ms", ms)
	}
	if ms < 1000 {
		return fmt.Sprintf("%.0f ms", ms)
	}
	return time.Duration(ms * float64(time.Millisecond)).Round(10 * time.Millisecond).String()
}

// Cipher is a suite by the name that CUCM's traces use, where it has one.
func Cipher(suite string) string {
	names := map[string]string{
		"TLS_RSA_WITH_AES_128_CBC_SHA":            "AES128-SHA",
		"TLS_RSA_WITH_AES_256_CBC_SHA":            "AES256-SHA",
		"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA":      "ECDHE-RSA-AES128-SHA",
		"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256":   "ECDHE-RSA-AES128-GCM-SHA256",
		"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384":   "ECDHE-RSA-AES256-GCM-SHA384",
		"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
		"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
	}
	if name, ok := names[suite]; ok {
		return name
	}
	return suite
}
