package sccp_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/phonebank/phonebank/wire/sccp"
)

// samples returns a message of every struct, as it is sent at a version, with
// a different value in every field.
func samples(version uint8) []sccp.Message {
	return append(append(phoneSamples(version), callManagerSamples(version)...), dynamicSamples()...)
}

func phoneSamples(version uint8) []sccp.Message {
	ip, ip6 := netip.MustParseAddr("192.0.2.20"), netip.MustParseAddr("2001:db8::20")
	register := sccp.RegisterReq{
		DeviceName: "SEP00A0B1C2D3E4", UserID: 1, Instance: 2, StationIP: ip, DeviceType: 436,
		MaxStreams: 5, ActiveStreams: 3, ProtocolVersion: version, Features: sccp.Features(version),
		MaxConferences: 6, ActiveConferences: 7, MAC: [12]byte{0x00, 0xA0, 0xB1, 0xC2, 0xD3, 0xE4}, IPv4Scope: 8,
	}
	if version >= 17 {
		register.MaxLines, register.IPv6, register.IPv6Scope = 9, ip6, 10
		register.FirmwareLoadName = "SCCP45.9-4-2SR4-3S"
	}
	if version >= 22 {
		register.ConfigVersionStamp = "1432042857-4f1a5c2e-6f5a-4b1c-8a53-1b1e6c0c0c0c"
	}
	audio := []sccp.Capability{
		{Codec: sccp.CodecG722, MaxFramesPerPacket: 40},
		{Codec: sccp.CodecG723, MaxFramesPerPacket: 60, PayloadParams: [8]byte{2}},
		{Codec: sccp.CodecRFC2833, MaxFramesPerPacket: 4},
	}
	list := []sccp.Message{
		sccp.KeepAliveReq{},
		register,
		sccp.IPPort{RTPMediaPort: 5001},
		sccp.ForwardStatReq{Line: 1},
		sccp.SpeedDialStatReq{Number: 2},
		sccp.LineStatReq{Line: 3},
		sccp.ConfigStatReq{},
		sccp.TimeDateReq{},
		sccp.ButtonTemplateReq{},
		sccp.VersionReq{},
		sccp.CapabilitiesRes{Capabilities: audio},
		sccp.ServerReq{},
		sccp.Alarm{Severity: sccp.SeverityInformational, Text: "10: Name=SEP00A0B1C2D3E4 Load=SCCP45.9-4-2SR4-3S Last=TCP-timeout", Parm1: 2192, Parm2: 184680640},
		sccp.SoftKeySetReq{},
		sccp.UnregisterReq{Reason: sccp.UnregisterPowerSave},
		sccp.SoftKeyTemplateReq{},
		sccp.HeadsetStatus{Status: 1},
		sccp.RegisterAvailableLines{MaxNumOfAvailLines: 2},
		sccp.ServiceURLStatReq{Index: 4},
		sccp.FeatureStatReq{Index: 5, Capabilities: 1},
		sccp.SubscriptionStatReq{TransactionID: 6, FeatureID: sccp.SubscriptionBLF, Timer: 7, Number: "1002"},
		sccp.EnhancedAlarm{Text: `<?xml version="1.0" encoding="UTF-8" ?><x-cisco-alarm><Alarm Name="LastOutOfServiceInformation"></Alarm></x-cisco-alarm>`},
		sccp.SPCPRegisterTokenReq{DeviceName: "SEP00A0B1C2D3E4", UserID: 1, Instance: 2, StationIP: ip, DeviceType: 80004, MaxStreams: 3},
		sccp.RegisterTokenReq{DeviceName: "SEP00A0B1C2D3E4", UserID: 1, Instance: 2, StationIP: ip, DeviceType: 436, IPv6: ip6},
	}
	for revision := range uint8(3) {
		list = append(list, updateSample(revision+1, audio))
	}
	return list
}

func updateSample(revision uint8, audio []sccp.Capability) sccp.UpdateCapabilities {
	video := sccp.VideoCapability{
		Codec: sccp.CodecH263, Direction: 3,
		Levels: []sccp.LevelPreference{{TransmitPreference: 1, Format: 2, MaxBitRate: 3, MinBitRate: 4, MPI: 5, ServiceNumber: 6}},
	}
	data := sccp.DataCapability{Codec: 105, Direction: 1, ProtocolDependentData: 2, MaxBitRate: 64}
	for i := range 8 {
		video.Parameters[i] = byte(i + 1)
	}
	if revision >= 2 {
		video.Parameters[23] = 24
	}
	if revision >= 3 {
		video.EncryptionCapability, video.IPAddressingMode, data.EncryptionCapability = 1, 2, 1
	}
	return sccp.UpdateCapabilities{
		Revision: revision, RTPPayloadFormat: 1,
		PictureFormats:              []sccp.PictureFormat{{Width: 352, Height: 288, PixelAspectRatio: 1, ClockConversionCode: 2, ClockDivisor: 3}},
		ActiveStreamsOnRegistration: 2, MaxBW: 384,
		ServiceResources: []sccp.ServiceResource{{Layouts: []uint32{1, 2}, ServiceNum: 3, MaxStreams: 4, MaxConferences: 5, ActiveConferenceOnRegistration: 6}},
		Audio:            audio,
		Video:            []sccp.VideoCapability{video, {Codec: sccp.CodecH261, Direction: 1}},
		Data:             []sccp.DataCapability{data},
	}
}

func callManagerSamples(version uint8) []sccp.Message {
	server := func(name, ip string) sccp.Server {
		return sccp.Server{Name: name, TCPListenPort: sccp.SecurePort, Address: sccp.AddressOf(netip.MustParseAddr(ip))}
	}
	servers := [5]sccp.Server{server("cucm-1.example.com", "192.0.2.11"), server("cucm-2.example.com", "192.0.2.12")}
	if version >= 17 {
		servers[1] = server("cucm-2.example.com", "2001:db8::12")
	}
	return []sccp.Message{
		sccp.KeepAliveAck{},
		sccp.RegisterAck{KeepAliveInterval: 30, DateTemplate: "M/D/YA", SecondaryKeepAliveInterval: 60, MaxProtocolVersion: version, Features: sccp.ServerFeatures(version)},
		sccp.SetRinger{Mode: sccp.RingOutside, Duration: sccp.RingNormal, LineInstance: 1, CallReference: 16777242},
		sccp.SetLamp{Stimulus: sccp.ButtonVoiceMail, StimulusInstance: 1, Mode: sccp.LampBlink},
		sccp.ForwardStatRes{
			Active: 1, Line: 2, All: sccp.Forward{Active: 1, Number: "1001"},
			Busy: sccp.Forward{Active: 1, Number: "1002"}, NoAnswer: sccp.Forward{Active: 1, Number: "1003"},
		},
		sccp.SpeedDialStatRes{Number: 1, DirNumber: "1999", DisplayName: "Helpdesk"},
		sccp.LineStatRes{Line: 1, DirNumber: "1004", FullyQualifiedDisplayName: "Alice Example", TextLabel: "Alice", DisplayOptions: sccp.ShowAll},
		sccp.ConfigStatRes{DeviceName: "SEP00A0B1C2D3E4", UserID: 1, Instance: 2, UserName: "alice", ServerName: "cucm-1", NumberOfLines: 3, NumberOfSpeedDials: 4},
		sccp.TimeDate(time.Date(2026, time.June, 5, 23, 18, 47, 250e6, time.UTC)),
		sccp.ButtonTemplateRes{Offset: 0, Total: 3, Buttons: []sccp.Button{{1, sccp.ButtonLine}, {1, sccp.ButtonSpeedDial}, {2, sccp.ButtonServiceURL}}},
		sccp.VersionRes{Version: "P00308010200"},
		sccp.CapabilitiesReq{},
		sccp.RegisterReject{Text: "Device Unknown"},
		sccp.ServerRes{Servers: servers},
		sccp.Reset{Type: sccp.ResetRestart},
		sccp.SoftKeyTemplateRes{Offset: 0, Total: 2, Keys: []sccp.SoftKey{{"\x80\x01", 1}, {"NewCall", 2}}},
		sccp.SoftKeySetRes{Offset: 0, Total: 1, Sets: []sccp.SoftKeySet{{TemplateIndex: [16]uint8{2, 1}, InfoIndex: [16]uint16{302, 301}}}},
		sccp.SelectSoftKeys{LineInstance: 1, CallReference: 16777242, SoftKeySetIndex: sccp.KeysRingOut, ValidKeyMask: sccp.AllKeys},
		sccp.DisplayPromptStatus{TimeOutValue: 7, PromptStatus: "Your options", LineInstance: 1, CallReference: 16777242},
		sccp.ClearPromptStatus{LineInstance: 1, CallReference: 16777242},
		sccp.DisplayNotify{TimeOutValue: 10, Notify: "Forwarded"},
		sccp.UnregisterAck{Status: sccp.UnregisterNAK},
		sccp.RegisterTokenAck{},
		sccp.RegisterTokenReject{WaitTime: 45},
		sccp.FeatureStatRes{Index: 1, FeatureID: sccp.ButtonFeature, TextLabel: "Privacy", Status: 1},
		sccp.ServiceURLStatRes{Index: 1, URL: "http://192.0.2.9/menu.xml", DisplayName: "Menu"},
		sccp.SubscriptionStatRes{TransactionID: 6, FeatureID: sccp.SubscriptionBLF, Timer: 7, Cause: sccp.SubscriptionRouteFail},
		sccp.Notification{TransactionID: 6, FeatureID: sccp.SubscriptionBLF, Status: sccp.NotificationInUse, Text: "1002"},
		sccp.SPCPRegisterTokenAck{Features: 65535},
		sccp.SPCPRegisterTokenReject{WaitTime: 60},
	}
}

func dynamicSamples() []sccp.Message {
	return []sccp.Message{
		sccp.ConfigStatV2Res{DeviceName: "SEP00A0B1C2D3E4", UserID: 1, Instance: 2, NumberOfLines: 3, NumberOfSpeedDials: 4, UserName: "alice", ServerName: "cucm-1"},
		sccp.DisplayNotifyV2{TimeOutValue: 10, Notify: "Forwarded to 1002"},
		sccp.DisplayPromptStatusV2{TimeOutValue: 7, LineInstance: 1, CallReference: 16777242, PromptStatus: "Your current options are many, and longer than before"},
		sccp.FeatureStatV2Res{Index: 1, FeatureID: sccp.ButtonMultiBlink, Status: 0x00010203, TextLabel: "Queue"},
		sccp.LineStatV2Res{Line: 1, DisplayOptions: sccp.ShowAll, DirNumber: "1002", FullyQualifiedDisplayName: "Bob", TextLabel: "Bob 1002"},
		sccp.ServiceURLStatV2Res{Index: 1, URL: "http://192.0.2.9/menu.xml", DisplayName: "Menu"},
		sccp.SpeedDialStatV2Res{Number: 1, DirNumber: "1999", DisplayName: "Helpdesk"},
	}
}

// Without this a message could be missing from every test that goes through
// the samples.
func TestSamplesCoverEveryMessage(t *testing.T) {
	sampled := map[sccp.ID]bool{}
	for _, m := range samples(22) {
		if sampled[m.ID()] {
			t.Errorf("two samples of %s", m.ID())
		}
		sampled[m.ID()] = true
	}
	for id := range sccp.ID(0x10000) {
		m, err := sccp.Parse(sccp.Frame{ID: id}, 0)
		if _, unknown := m.(sccp.Unknown); unknown == sampled[id] {
			t.Errorf("%s: parsed as %T (%v), sampled: %t", id, m, err, sampled[id])
		}
	}
}
