package story

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/terminal"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/ctl"
)

var at = time.Date(2011, 8, 31, 9, 13, 17, 561_856_000, time.UTC)

// teller tells a boot of a 7965 into a buffer.
func teller(t *testing.T, s *terminal.Stream, verbose bool) *Teller {
	t.Helper()
	model, err := phone.FindModel("7965")
	if err != nil {
		t.Fatal(err)
	}
	return New(s, verbose, phone.Identity{Name: "SEP0011215A1AE3", Model: model}, "10.0.0.1:69")
}

func (t *Teller) hear(events ...phone.Event) {
	for _, e := range events {
		t.Hear(phone.Record{Phone: t.report.Phone, At: at, Event: e})
	}
}

func failed(step phone.Step, cause phone.Cause, text string) phone.StepEnded {
	err := &phone.Error{Phone: "SEP0011215A1AE3", Step: step, Cause: cause, Err: errors.New(text)}
	return phone.StepEnded{Step: step, Took: 12 * time.Millisecond, Err: err}
}

func TestABootThatFails(t *testing.T) {
	var out bytes.Buffer
	story := teller(t, terminal.New(&out), false)
	refused := phone.Verdict{Kind: ctl.CTL, Outcome: phone.Reject, Cause: phone.CauseUntrusted, Reason: "signed by a stranger", Fix: "Have it signed by a friend."}
	last := failed(phone.StepConfig, phone.CauseTimeout, "SEP.cnf.xml from 10.0.0.1:69: TFTP timeout: no answer")
	story.hear(
		phone.PoweredOn{Boot: 1},
		phone.StepStarted{Step: phone.StepCTL},
		phone.ListJudged{Kind: ctl.CTL, Verdict: refused},
		phone.StepEnded{Step: phone.StepCTL, Took: 12 * time.Millisecond, Err: &phone.Error{Step: phone.StepCTL, Cause: phone.CauseUntrusted, Err: refused.Err()}},
		phone.StepEnded{Step: phone.StepITL, Took: 1500 * time.Millisecond, Note: "unchanged"},
		phone.StatusMessage{Text: phone.StatusListUpdateFailed},
		phone.ConsoleLine{Severity: "NOT", Text: "SECD: not shown"},
		last,
	)
	report := story.End(last.Err)
	want := `SEP0011215A1AE3, a 7965, boots against 10.0.0.1:69

✘ ctl       untrusted: signed by a stranger (12 ms)
            hint: Have it signed by a friend.
✔ itl       unchanged (1.5s)
✘ config    timeout: SEP.cnf.xml from 10.0.0.1:69: TFTP timeout: no answer (12 ms)
            hint: check the address of the TFTP server and that UDP is not filtered; --core HOST:PORT names another port than 69
– capf      not reached
– register  not reached

not registered: SEP.cnf.xml from 10.0.0.1:69: TFTP timeout: no answer
hint: check the address of the TFTP server and that UDP is not filtered; --core HOST:PORT names another port than 69

status messages on the phone:
  09:13:17 Trust List Update Failed
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	if report.Registered || report.Step != phone.StepConfig || report.Cause != phone.CauseTimeout || len(report.Steps) != 5 || len(report.Lists) != 1 ||
		len(report.Explain) != 1 || report.Explain[0].Step != phone.StepCTL || report.Explain[0].Fix != refused.Fix {
		t.Errorf("report %+v", report)
	}
}

func TestTheConsoleLogOfAPhone(t *testing.T) {
	var out bytes.Buffer
	story := teller(t, terminal.New(&out), true)
	story.hear(phone.ConsoleLine{Severity: "NOT", Text: "SECD: tlRequestFile: Request CTLSEP0011215A1AE3.tlv"})
	if want := "  1: NOT 09:13:17.561856 SECD: tlRequestFile: Request CTLSEP0011215A1AE3.tlv\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("%q does not end with %q", out.String(), want)
	}
}

func TestARegistrationIsToldWithItsDetails(t *testing.T) {
	for _, c := range []struct {
		situation string
		event     phone.Registered
		want      string
	}{
		{"TLS", phone.Registered{Node: "10.0.0.1:2443", Secure: true, Version: "TLS 1.0", Cipher: "TLS_RSA_WITH_AES_128_CBC_SHA"}, "✔ register  10.0.0.1:2443 over TLS 1.0 with AES128-SHA (6.0 ms)\n"},
		{"a suite without another name", phone.Registered{Node: "n:1", Secure: true, Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256"}, "with TLS_AES_128_GCM_SHA256"},
		{"in the clear", phone.Registered{Node: "10.0.0.1:2000"}, "✔ register  10.0.0.1:2000 in the clear (6.0 ms)\n"},
		{"with a router", phone.Registered{Node: "10.0.0.9:2000", SRST: true}, "✔ register  SRST router 10.0.0.9:2000 in the clear (6.0 ms)\n"},
	} {
		var out bytes.Buffer
		story := teller(t, terminal.New(&out), false)
		story.hear(phone.StepEnded{Step: phone.StepRegister, Took: 6 * time.Millisecond}, c.event)
		if r := story.End(nil); !r.Registered || r.Registration == nil || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: no %q in\n%s", c.situation, c.want, out.String())
		}
	}
}

func TestATerminalShowsTheStepUnderWay(t *testing.T) {
	var out bytes.Buffer
	story := teller(t, &terminal.Stream{Writer: &out, Terminal: true}, false)
	story.hear(phone.StepStarted{Step: phone.StepCTL}, phone.StepEnded{Step: phone.StepCTL, Note: "unchanged"})
	if want := "… ctl\r\x1b[K✔ ctl       unchanged (0.0 ms)\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("%q does not end with %q", out.String(), want)
	}
}

func TestWhatAServerSendsCannotSpoilTheTerminal(t *testing.T) {
	var out bytes.Buffer
	story := teller(t, terminal.New(&out), true)
	rejected := failed(phone.StepRegister, phone.CauseRejected, "rejected: \x1b[2J\nboo")
	story.hear(phone.ConsoleLine{Text: "a\rb"}, phone.StatusMessage{Text: "c\x9bd"}, rejected)
	story.End(rejected.Err)
	if strings.ContainsAny(out.String(), "\x1b\r\u009b") || strings.Contains(out.String(), "\nboo") {
		t.Errorf("%q", out.String())
	}
}

func TestHints(t *testing.T) {
	for _, c := range []struct {
		situation string
		step      phone.Step
		cause     phone.Cause
		err       string
		want      string
	}{
		{"CAPF said no", phone.StepCAPF, phone.CauseRejected, "reason 7", "--auth-string"},
		{"CAPF knows no such manufacturer", phone.StepCAPF, phone.CauseRejected, "reason refused after the phone had authenticated by MIC", "ca export --state DIR) to CAPF-trust"},
		{"the CallManager broke off TLS", phone.StepRegister, phone.CauseRejected, "the server sent an alert", "phonebank ca export"},
		{"the CallManager said no", phone.StepRegister, phone.CauseRejected, "noEntryInDatabase", "the device exists"},
		{"no open files left", phone.StepRegister, phone.CauseLocal, "socket: too many open files", "ulimit -n"},
		{"a certificate that is none", phone.StepConfig, phone.CauseUntrusted, "", "ctl verify"},
		{"nobody there", phone.StepCTL, phone.CauseTimeout, "TFTP timeout", "--core HOST:PORT"},
		{"interrupted", phone.StepCTL, phone.CauseCanceled, fmt.Sprint(context.Canceled), ""},
		{"nobody knows", phone.StepCTL, phone.CauseOther, "odd", ""},
	} {
		got := Hint(c.step, c.cause, errors.New(c.err))
		if !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: %q, want %q in it", c.situation, got, c.want)
		}
	}
}
