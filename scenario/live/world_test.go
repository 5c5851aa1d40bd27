package live

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/scenario/tally"
	"github.com/phonebank/phonebank/wire/ctl"
)

var began = time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)

// fleet is a page and what makes its phones speak.
type fleet struct {
	*Page
	says map[phone.Name]func(phone.Event)
}

// newFleet is a page on which n phones were switched on, none of which has said
// anything: every third is a 7940.
func newFleet(t testing.TB, n int) *fleet {
	t.Helper()
	s, err := scenario.Parse(t.Name(), fmt.Appendf(nil, "name: a fleet\nseed: 7\nphones: {count: %d}\n", n+1))
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet{Page: New(s, "v1"), says: make(map[phone.Name]func(phone.Event))}
	var o scenario.Options
	f.Attend(&o)
	for i := range n {
		name, model := nth(i), "7965"
		if i%3 == 2 {
			model = "7940"
		}
		m, err := phone.FindModel(model)
		if err != nil {
			t.Fatal(err)
		}
		hear := o.Meet(phone.Identity{Name: name, Model: m}, phone.Flash{}, tally.Row{
			Name: name, Model: model, Group: fmt.Sprintf("floor %d", i%2+1), Address: fmt.Sprintf("127.0.%d.%d", i/250, i%250+1),
		})
		at := began
		f.says[name] = func(e phone.Event) {
			at = at.Add(time.Millisecond)
			hear(phone.Record{Phone: name, At: at, Event: e})
		}
	}
	return f
}

func nth(i int) phone.Name { return phone.NameFromMAC(0x0011215A0001 + uint64(i)) }

// boots makes phone i boot. Every tenth refuses the CTL that it is offered.
func (f *fleet) boots(i int) {
	name, say := nth(i), f.says[nth(i)]
	say(phone.PoweredOn{Boot: 1})
	say(phone.StepStarted{Step: phone.StepCTL})
	say(phone.ConsoleLine{Severity: "NOT", Text: "SECD: tlRequestFile: Request CTL" + string(name) + ".tlv"})
	if i%10 == 9 {
		say(phone.ListJudged{Kind: ctl.CTL, Verdict: phone.Verdict{Outcome: phone.Reject, Reason: "signed by a stranger"}})
		say(phone.StepEnded{Step: phone.StepCTL, Took: 3 * time.Millisecond, Err: &phone.Error{
			Phone: name, Step: phone.StepCTL, Cause: phone.CauseUntrusted, Err: errors.New("signed by a stranger"),
		}})
		say(phone.StatusMessage{Text: phone.StatusListUpdateFailed})
	} else {
		say(phone.StepEnded{Step: phone.StepCTL, Took: 2 * time.Millisecond, Note: "unchanged"})
		say(phone.StatusMessage{Text: phone.StatusListUpdated})
	}
	say(phone.StepStarted{Step: phone.StepRegister})
	say(phone.StepEnded{Step: phone.StepRegister, Took: 9 * time.Millisecond, Note: "registered with 127.1.1.1:2443"})
	say(phone.Registered{
		Node: "127.1.1.1:2443", Secure: true, Cipher: "AES128-SHA", Version: "TLS 1.0", Took: 9 * time.Millisecond, Boot: 14 * time.Millisecond, Why: phone.AfterBoot,
	})
}
