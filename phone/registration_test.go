package phone

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/phonebank/phonebank/wire/sccp"
)

// names is how the table writes messages.
func names(messages []sccp.Message) string {
	var all []string
	for _, m := range messages {
		all = append(all, m.ID().String())
	}
	return strings.Join(all, " ")
}

// TestRegistrationWalksItsTable holds the machine against the table above its
// type: an event a line, and after it what is sent and the state reached.
func TestRegistrationWalksItsTable(t *testing.T) {
	quiet := sccp.Message(nil) // stands for silence
	oneLine := sccp.ButtonTemplateRes{Buttons: []sccp.Button{{Instance: 1, Type: sccp.ButtonLine}}}
	mixed := sccp.ButtonTemplateRes{Buttons: []sccp.Button{
		{Instance: 1, Type: sccp.ButtonLine},
		{Instance: 2, Type: sccp.ButtonLine},
		{Instance: 1, Type: sccp.ButtonSpeedDial},
		{Instance: 1, Type: sccp.ButtonFeature},
		{Instance: 2, Type: sccp.ButtonBLFSpeedDial},
		{Instance: 1, Type: sccp.ButtonServiceURL},
		{Instance: 0, Type: sccp.ButtonUndefined},
	}}
	const templatesAsked = "CapabilitiesRes ButtonTemplateReq SoftKeyTemplateReq SoftKeySetReq ConfigStatReq"
	const finishing = "RegisterAvailableLines TimeDateReq"
	type event struct {
		in    sccp.Message
		sends string
		state registrationState
	}
	for _, c := range []struct {
		situation string
		events    []event
	}{
		{"a CUCM", []event{
			{sccp.RegisterAck{MaxProtocolVersion: 22}, "", acked},
			{sccp.CapabilitiesReq{}, templatesAsked, templates},
			{oneLine, "LineStatReq ForwardStatReq " + finishing, dating},
			{sccp.SoftKeyTemplateRes{}, "", dating},
			{sccp.LineStatV2Res{}, "", dating},
			{sccp.TimeDateRes{}, "", registered},
		}},
		{"every kind of button", []event{
			{sccp.RegisterAck{}, "", acked},
			{sccp.CapabilitiesReq{}, templatesAsked, templates},
			{mixed, "LineStatReq ForwardStatReq LineStatReq ForwardStatReq SpeedDialStatReq FeatureStatReq FeatureStatReq ServiceURLStatReq " + finishing, dating},
			{sccp.LineStatRes{}, "", dating},
		}},
		{"a template without lines", []event{
			{sccp.RegisterAck{}, "", acked},
			{sccp.CapabilitiesReq{}, templatesAsked, templates},
			{sccp.ButtonTemplateRes{}, finishing, dating},
		}},
		{"a server that answers nothing but what it must", []event{
			{sccp.RegisterAck{}, "", acked},
			{quiet, templatesAsked, templates},
			{quiet, finishing, dating},
			{sccp.TimeDateRes{}, "", registered},
		}},
		{"a line that is never answered", []event{
			{sccp.RegisterAck{}, "", acked},
			{quiet, templatesAsked, templates},
			{oneLine, "LineStatReq ForwardStatReq " + finishing, dating},
			{sccp.TimeDateRes{}, "", registered},
		}},
		{"lamps, prompts and an unasked date before the time for them", []event{
			{sccp.SetLamp{}, "", asking},
			{sccp.TimeDateRes{}, "", asking},
			{sccp.RegisterAck{}, "", acked},
			{sccp.LineStatRes{}, "", acked},
			{sccp.CapabilitiesReq{}, templatesAsked, templates},
			{sccp.DisplayPromptStatus{}, "", templates},
		}},
		{"capabilities asked for again", []event{
			{sccp.RegisterAck{}, "", acked},
			{quiet, templatesAsked, templates},
			{sccp.CapabilitiesReq{}, "CapabilitiesRes", templates},
		}},
		{"a rejection, and nothing after it", []event{
			{sccp.RegisterReject{Text: "Error DBConfig"}, "", rejected},
			{sccp.RegisterAck{}, "", rejected},
			{sccp.CapabilitiesReq{}, "", rejected},
		}},
	} {
		t.Run(c.situation, func(t *testing.T) {
			r := &registration{model: &models[0]}
			for i, e := range c.events {
				var out []sccp.Message
				if e.in == nil {
					out, _ = r.quiet()
				} else {
					out = r.handle(e.in)
				}
				if got := names(out); got != e.sends || r.state != e.state {
					t.Fatalf("event %d (%T): sends %q in state %d, want %q in state %d", i, e.in, got, r.state, e.sends, e.state)
				}
			}
		})
	}
}

func TestRegistrationCannotGoOnWithoutTheseAnswers(t *testing.T) {
	for state, missing := range map[registrationState]string{asking: "RegisterAck", dating: "TimeDateRes"} {
		r := &registration{model: &models[0], state: state}
		if _, ok := r.quiet(); ok || r.missing() != missing || r.patience() != models[0].Timers.Answer {
			t.Errorf("state %d: goes on %v, misses %s, waits %v", state, ok, r.missing(), r.patience())
		}
	}
}

func TestRegistrationIntroducesThePhone(t *testing.T) {
	model, err := FindModel("CP-7965G")
	if err != nil {
		t.Fatal(err)
	}
	var r registration
	out := r.begin(Identity{Name: "SEP0011215A1AE3", Model: model}, netip.MustParseAddr("127.0.0.9"), outRestart, "stamp")
	alarm, req := out[0].(sccp.Alarm), out[1].(sccp.RegisterReq)
	if want := "23: Name=SEP0011215A1AE3 Load=SCCP45.9-4-2SR3-1S Last=Reset-Restart"; alarm.Text != want {
		t.Errorf("alarm %q, want %q", alarm.Text, want)
	}
	got := fmt.Sprintf("%s %s %d %d %s %x", req.DeviceName, req.StationIP, req.DeviceType, req.ProtocolVersion, req.ConfigVersionStamp, req.MAC)
	if want := "SEP0011215A1AE3 127.0.0.9 436 22 stamp 0011215a1ae3000000000000"; got != want {
		t.Errorf("RegisterReq says %s, want %s", got, want)
	}
}
