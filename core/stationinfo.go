package core

import (
	"time"

	"github.com/phonebank/phonebank/wire/sccp"
)

// dynamicTexts is the protocol version from which texts have no fixed size
// (SCCP, section 3.17).
const dynamicTexts = 17

// inform answers the questions of a registered phone (SCCP, section 9). What
// only informs the CallManager, and what it does not know, has no answer.
func (s *station) inform(m sccp.Message, now time.Time) []any {
	switch m := m.(type) {
	case sccp.ButtonTemplateReq:
		return []any{s.buttons()}
	case sccp.SoftKeyTemplateReq:
		return []any{sccp.SoftKeyTemplateRes{Total: uint32(len(softKeys)), Keys: softKeys}}
	case sccp.SoftKeySetReq:
		return []any{sccp.SoftKeySetRes{Total: uint32(len(softKeySets)), Sets: softKeySets}}
	case sccp.ConfigStatReq:
		return []any{s.configStat()}
	case sccp.LineStatReq:
		return []any{s.line(m.Line)}
	case sccp.ForwardStatReq:
		return []any{sccp.ForwardStatRes{Line: m.Line}}
	case sccp.SpeedDialStatReq:
		if s.version >= dynamicTexts {
			return []any{sccp.SpeedDialStatV2Res{Number: m.Number}}
		}
		return []any{sccp.SpeedDialStatRes{Number: m.Number}}
	case sccp.FeatureStatReq:
		if s.version >= dynamicTexts {
			return []any{sccp.FeatureStatV2Res{Index: m.Index, FeatureID: sccp.ButtonFeature}}
		}
		return []any{sccp.FeatureStatRes{Index: m.Index, FeatureID: sccp.ButtonFeature}}
	case sccp.ServiceURLStatReq:
		if s.version >= dynamicTexts {
			return []any{sccp.ServiceURLStatV2Res{Index: m.Index}}
		}
		return []any{sccp.ServiceURLStatRes{Index: m.Index}}
	case sccp.SubscriptionStatReq:
		return s.subscribe(m)
	case sccp.VersionReq:
		return []any{sccp.VersionRes{Version: s.desk.config.Load}}
	case sccp.ServerReq:
		return []any{s.servers()}
	case sccp.TimeDateReq:
		return []any{sccp.TimeDate(now), sccp.SelectSoftKeys{ValidKeyMask: sccp.AllKeys}, s.prompt(idlePrompt)}
	}
	return nil
}

func (s *station) buttons() sccp.ButtonTemplateRes {
	b := sccp.ButtonTemplateRes{Total: uint32(s.device.Lines)}
	for i := range s.device.Lines {
		b.Buttons = append(b.Buttons, sccp.Button{Instance: uint8(i + 1), Type: sccp.ButtonLine})
	}
	return b
}

func (s *station) line(n uint32) any {
	number := s.device.directoryNumber(n)
	if s.version >= dynamicTexts {
		return sccp.LineStatV2Res{Line: n, DisplayOptions: sccp.ShowAll, DirNumber: number, FullyQualifiedDisplayName: number, TextLabel: number}
	}
	return sccp.LineStatRes{Line: n, DirNumber: number, FullyQualifiedDisplayName: number, TextLabel: number, DisplayOptions: sccp.ShowAll}
}

func (s *station) configStat() any {
	if s.version >= dynamicTexts {
		return sccp.ConfigStatV2Res{DeviceName: s.device.Name, NumberOfLines: uint32(s.device.Lines)}
	}
	return sccp.ConfigStatRes{DeviceName: s.device.Name, NumberOfLines: uint32(s.device.Lines)}
}

// subscribe answers at once what there is to say about a number: without calls it
// is idle when its phone is registered.
func (s *station) subscribe(m sccp.SubscriptionStatReq) []any {
	answer := sccp.SubscriptionStatRes{TransactionID: m.TransactionID, FeatureID: m.FeatureID, Timer: m.Timer}
	watched := s.desk.db.withLine(m.Number)
	if watched == nil {
		answer.Cause = sccp.SubscriptionRouteFail
		return []any{answer}
	}
	state := sccp.Notification{TransactionID: m.TransactionID, FeatureID: m.FeatureID, Status: sccp.NotificationUnknown}
	if watched.where() != nil {
		state.Status = sccp.NotificationIdle
	}
	return []any{answer, state}
}

// servers is the CallManager group, on the ports the phone would use.
func (s *station) servers() sccp.ServerRes {
	var r sccp.ServerRes
	for i, p := range s.desk.places {
		port := p.Clear
		if s.secure {
			port = p.Secure
		}
		r.Servers[i] = sccp.Server{Name: p.Address.String(), TCPListenPort: uint32(port), Address: sccp.AddressOf(p.Address)}
	}
	return r
}

func (s *station) prompt(text string) any {
	if s.version >= dynamicTexts {
		return sccp.DisplayPromptStatusV2{PromptStatus: text}
	}
	return sccp.DisplayPromptStatus{PromptStatus: text}
}

// idlePrompt is "Your current options", phrase 0x13 of a phone's dictionary.
const idlePrompt = "\x80\x13"

// softKeys is the template of a real CallManager 4.1 (SCCP, section 3.3): a
// phrase of the dictionary, and the event.
var softKeys = []sccp.SoftKey{
	{Label: "\x80\x01", Event: 1},
	{Label: "\x80\x02", Event: 2},
	{Label: "\x80\x03", Event: 3},
	{Label: "\x80\x04", Event: 4},
	{Label: "\x80\x05", Event: 5},
	{Label: "\x80\x08", Event: 8},
	{Label: "\x80\x09", Event: 9},
	{Label: "\x80\x0A", Event: 10},
	{Label: "\x80\x0B", Event: 11},
	{Label: "\x80\x0D", Event: 13},
	{Label: "\x80\x0E", Event: 14},
	{Label: "\x80\x0F", Event: 15},
	{Label: "\x80\x10", Event: 16},
	{Label: "\x80\x11", Event: 17},
	{Label: "\x80\x12", Event: 18},
	{Label: "\x80\x43", Event: 21},
	{Label: "\x80\x4D", Event: 28},
	{Label: "\x80\x4E", Event: 29},
	{Label: "\x80\x4F", Event: 30},
	{Label: "\x80\x58", Event: 33},
}

// softKeySets are its sets, as positions in the template.
var softKeySets = []sccp.SoftKeySet{
	softKeySet(1, 2, 5),
	softKeySet(3, 7, 4, 11, 10, 19, 18, 12, 17, 20),
	softKeySet(8, 2, 17, 18, 12),
	softKeySet(9),
	softKeySet(1, 7, 5, 14, 15, 13),
	softKeySet(7, 4),
	softKeySet(6, 7),
	softKeySet(7, 10),
	softKeySet(7),
	softKeySet(1, 7),
}

func softKeySet(positions ...uint8) (s sccp.SoftKeySet) {
	for i, position := range positions {
		s.TemplateIndex[i] = position
		s.InfoIndex[i] = uint16(300 + softKeys[position-1].Event)
	}
	return s
}
