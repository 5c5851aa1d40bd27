package tally

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// refused is a step that failed because the phone did not believe a file.
func refused(step phone.Step, name phone.Name, v phone.Verdict) phone.StepEnded {
	return phone.StepEnded{Step: step, Took: time.Second, Err: &phone.Error{Phone: name, Step: step, Cause: v.Cause, Err: v.Err()}}
}

// One example of every distinct explanation, and how often it occurred: the
// reason's words and the phone's own name make no difference, the signer does.
func TestOneExampleOfEveryExplanation(t *testing.T) {
	unsigned := func(name phone.Name) phone.Verdict {
		return phone.Verdict{Outcome: phone.Reject, Cause: phone.CauseUntrusted, Finding: phone.FindingUnsigned, Fix: fmt.Sprintf("Serve %s.cnf.xml.sgn", name)}
	}
	strange := func(serial byte, reason string) phone.Verdict {
		return phone.Verdict{
			Kind: ctl.CTL, Outcome: phone.Reject, Cause: phone.CauseUntrusted, Finding: phone.FindingUnknownSigner,
			Reason: reason, Signer: signed.Signer{Serial: []byte{serial}},
		}
	}
	name := func(n int) phone.Name { return phone.NameFromMAC(0x0011215A0001 + uint64(n)) }
	var tales [][]phone.Event
	for n := range 5 {
		tales = append(tales, []phone.Event{
			refused(phone.StepCTL, name(n), strange(byte(n%2), fmt.Sprintf("TVS did not help: port %d", n))),
			refused(phone.StepConfig, name(n), unsigned(name(n))),
		})
	}
	tales[4] = append(tales[4], phone.StepEnded{Step: phone.StepConfig, Err: &phone.Error{
		Phone: name(4), Step: phone.StepConfig, Cause: phone.CauseUntrusted, Err: errors.New("x509: odd"),
	}})
	type line struct {
		Step    phone.Step
		Count   int
		Phone   phone.Name
		Finding phone.Finding
		Signer  string
	}
	var got []line
	for _, e := range story(5, tales...).Result(Facts{}).Explain {
		got = append(got, line{e.Step, e.Count, e.Phone, e.Finding, e.Signer.Serial})
	}
	want := []line{
		{phone.StepConfig, 5, name(0), phone.FindingUnsigned, ""},
		{phone.StepConfig, 1, name(4), "", ""}, // no decision of trust: a hint
		{phone.StepCTL, 3, name(0), phone.FindingUnknownSigner, "00"},
		{phone.StepCTL, 2, name(1), phone.FindingUnknownSigner, "01"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Every phone has a finding of its own: the result stays short.
func TestExplanationsAreBounded(t *testing.T) {
	var tales [][]phone.Event
	for n := range 3 * maxExplained {
		v := phone.Verdict{Outcome: phone.Reject, Cause: phone.CauseMalformed, Where: phone.Place{Offset: n, Field: "VERSION"}}
		tales = append(tales, []phone.Event{refused(phone.StepCTL, phone.NameFromMAC(uint64(n)), v)})
	}
	r := story(len(tales), tales...).Result(Facts{})
	sum := 0
	for _, e := range r.Explain {
		sum += e.Count
	}
	if sum != len(tales) || len(r.Explain) > maxExplained+1 {
		t.Errorf("%d explanations of %d failures for %d phones", len(r.Explain), sum, len(tales))
	}
}

// What an error says leads to a hint of its own: one cause, several mends.
func TestHintsByWhatWasSaid(t *testing.T) {
	rejected := func(text string) phone.StepEnded {
		return phone.StepEnded{Step: phone.StepCAPF, Err: &phone.Error{Step: phone.StepCAPF, Cause: phone.CauseRejected, Err: errors.New(text)}}
	}
	partial := phone.StepEnded{Step: phone.StepRegister, Err: &phone.Error{
		Step: phone.StepRegister, Cause: phone.CauseMissing, Err: errors.New("only the partial configuration was obtained"),
	}}
	got := make(map[string]int)
	for _, e := range story(4,
		[]phone.Event{rejected("after the phone had authenticated by MIC")},
		[]phone.Event{rejected("after the phone had authenticated by authentication string")},
		[]phone.Event{rejected("after the phone had authenticated by authentication string"), partial},
		[]phone.Event{rejected("reason refused")},
	).Result(Facts{}).Explain {
		got[e.Reason] += e.Count
	}
	want := map[string]int{
		"CAPF did not accept the phones' MICs":                                                 1,
		"CAPF expects another authentication string for the device":                            2,
		"CAPF did not accept how the phones authenticated, or refused the operation":           1,
		"the configuration is encrypted for a certificate, and CAPF has given the phones none": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("explanations (-want +got):\n%s", diff)
	}
}
