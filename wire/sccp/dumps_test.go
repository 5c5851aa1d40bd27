package sccp_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/sccp"
)

// dump is one frame of a file of worked hex dumps.
type dump struct {
	title   string
	name    string // of the message
	version uint8  // negotiated when the frame was sent
	bytes   []byte
}

// readDumps reads a file of worked hex dumps. The version of a frame follows
// from the RegisterReq and RegisterAck before it; a file without them has the
// version of its header.
func readDumps(t testing.TB, file string) []dump {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var dumps []dump
	repeat := false
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		switch {
		case line == "":
		case strings.Contains(line, "→"):
			dumps = append(dumps, dump{title: file + ": " + line, name: strings.TrimRight(strings.Fields(line)[2], ",")})
		case line == "*":
			repeat = true
		default:
			d := &dumps[len(dumps)-1]
			offset, err := strconv.ParseUint(line[:4], 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			for repeat && len(d.bytes) < int(offset) {
				d.bytes = append(d.bytes, d.bytes[len(d.bytes)-16:]...)
			}
			repeat = false
			row, err := hex.DecodeString(strings.ReplaceAll(line[4:min(len(line), 54)], " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			d.bytes = append(d.bytes, row...)
		}
	}
	var own, negotiated uint8
	for i := range dumps {
		d := &dumps[i]
		if d.version = negotiated; own == 0 {
			d.version = d.bytes[4]
		}
		switch m := parse(t, d.bytes, d.version).(type) {
		case sccp.RegisterReq:
			own = m.ProtocolVersion
		case sccp.RegisterAck:
			negotiated = sccp.Negotiate(own, m.MaxProtocolVersion)
		}
	}
	return dumps
}

func allDumps(t testing.TB) []dump {
	dumps := readDumps(t, "registration-v11.txt")
	dumps = append(dumps, readDumps(t, "registration-v20.txt")...)
	return append(dumps, readDumps(t, "tokens.txt")...)
}

func parse(t testing.TB, b []byte, version uint8) sccp.Message {
	t.Helper()
	f, err := sccp.ParseFrame(b)
	if err != nil {
		t.Fatal(err)
	}
	m, err := sccp.Parse(f, version)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWorkedDumpsComeBackToTheByte(t *testing.T) {
	dumps := allDumps(t)
	if len(dumps) != 30+30+8 {
		t.Fatalf("%d dumps", len(dumps))
	}
	for _, d := range dumps {
		m := parse(t, d.bytes, d.version)
		if m.ID().String() != d.name {
			t.Errorf("%s: parsed as %s", d.title, m.ID())
		}
		if got := sccp.Append([]byte("before"), m, d.version); !bytes.Equal(got[6:], d.bytes) {
			t.Errorf("%s, version %d:\n%s\nwant\n%s", d.title, d.version, hex.Dump(got[6:]), hex.Dump(d.bytes))
		}
	}
}

func find(t *testing.T, file, name string) dump {
	t.Helper()
	for _, d := range readDumps(t, file) {
		if d.name == name {
			return d
		}
	}
	t.Fatalf("no %s in %s", name, file)
	return dump{}
}

// What the worked dumps say, read from them by hand.
func TestWorkedDumpsSayWhatTheyShow(t *testing.T) {
	for _, tt := range []struct {
		file string
		want sccp.Message
	}{
		{"registration-v11.txt", sccp.Alarm{Severity: sccp.SeverityInformational, Text: "25: Name=SEP001122334455 Load=8.1(2.0) Last=Initialized", Parm1: 0x890, Parm2: 0x0B0200C0}},
		{"registration-v11.txt", sccp.RegisterReq{
			DeviceName: "SEP001122334455", Instance: 1, StationIP: netip.MustParseAddr("192.0.2.11"), DeviceType: 7,
			ProtocolVersion: 11, Features: [3]byte{0x00, 0x60, 0x85},
		}},
		{"registration-v20.txt", sccp.RegisterReq{
			DeviceName: "SEP00A0B1C2D3E4", StationIP: netip.MustParseAddr("192.0.2.20"), DeviceType: 404,
			MaxStreams: 5, ProtocolVersion: 20, Features: [3]byte{0x00, 0x72, 0x85}, MaxConferences: 1,
			MAC: [12]byte{0x00, 0xA0, 0xB1, 0xC2, 0xD3, 0xE4}, IPv4Scope: 3, MaxLines: 2, FirmwareLoadName: "SCCP42.9-0-3S",
		}},
		{"registration-v20.txt", sccp.RegisterAck{KeepAliveInterval: 30, DateTemplate: "M/D/YA", SecondaryKeepAliveInterval: 60, MaxProtocolVersion: 20, Features: [3]byte{0x20, 0xF1, 0xFF}}},
		{"registration-v11.txt", sccp.CapabilitiesRes{Capabilities: []sccp.Capability{
			{Codec: sccp.CodecWideband, MaxFramesPerPacket: 120},
			{Codec: sccp.CodecG711U, MaxFramesPerPacket: 40},
			{Codec: sccp.CodecG711A, MaxFramesPerPacket: 40},
			{Codec: sccp.CodecG729B, MaxFramesPerPacket: 60},
			{Codec: sccp.CodecG729AB, MaxFramesPerPacket: 60},
			{Codec: sccp.CodecG729, MaxFramesPerPacket: 60},
			{Codec: sccp.CodecG729A, MaxFramesPerPacket: 60},
			{Codec: sccp.CodecRFC2833, MaxFramesPerPacket: 4},
		}}},
		{"registration-v20.txt", sccp.ButtonTemplateRes{Total: 6, Buttons: []sccp.Button{
			{1, sccp.ButtonLine},
			{1, sccp.ButtonSpeedDial},
			{0, sccp.ButtonUndefined},
			{0, sccp.ButtonUndefined},
			{0, sccp.ButtonUndefined},
			{0, sccp.ButtonUndefined},
		}}},
		{"registration-v11.txt", sccp.ConfigStatRes{DeviceName: "SEP001122334455", Instance: 1, NumberOfLines: 1, NumberOfSpeedDials: 1}},
		{"registration-v11.txt", sccp.LineStatRes{Line: 1, DirNumber: "1001", FullyQualifiedDisplayName: "Alice", TextLabel: "1001", DisplayOptions: 15}},
		{"registration-v20.txt", sccp.LineStatV2Res{Line: 1, DirNumber: "1002", FullyQualifiedDisplayName: "Bob", TextLabel: "1002", DisplayOptions: 15}},
		{"registration-v11.txt", sccp.ForwardStatRes{Line: 1}},
		{"registration-v20.txt", sccp.ForwardStatRes{Line: 1}},
		{"registration-v20.txt", sccp.SpeedDialStatRes{Number: 1, DirNumber: "1999", DisplayName: "Helpdesk"}},
		{"registration-v20.txt", sccp.RegisterAvailableLines{MaxNumOfAvailLines: 2}},
		{"registration-v11.txt", sccp.TimeDateRes{Year: 2026, Month: 6, DayOfWeek: 5, Day: 5, Hour: 23, Minute: 18, Second: 47, SystemTime: 0x6A235957}},
		{"registration-v11.txt", sccp.SelectSoftKeys{ValidKeyMask: sccp.AllKeys}},
		{"registration-v11.txt", sccp.DisplayPromptStatus{PromptStatus: "\x80\x13"}},
		{"registration-v20.txt", sccp.DisplayPromptStatusV2{PromptStatus: "\x80\x13"}},
		{"registration-v20.txt", sccp.UnregisterReq{}},
		{"registration-v20.txt", sccp.UnregisterAck{Status: sccp.UnregisterOK}},
		{"tokens.txt", sccp.RegisterTokenReq{DeviceName: "SEP00A0B1C2D3E4", StationIP: netip.MustParseAddr("192.0.2.20"), DeviceType: 404}},
		{"tokens.txt", sccp.RegisterTokenReject{WaitTime: 45}},
		{"tokens.txt", sccp.RegisterReject{Text: "Device Unknown"}},
		{"tokens.txt", sccp.Reset{Type: sccp.ResetRestart}},
		{"tokens.txt", sccp.Unknown{MessageID: sccp.IDOffHook, Body: make([]byte, 8)}},
	} {
		d := find(t, tt.file, tt.want.ID().String())
		if diff := cmp.Diff(tt.want, parse(t, d.bytes, d.version), same); diff != "" {
			t.Errorf("%s (-want +got):\n%s", d.title, diff)
		}
	}
	keys := parse(t, find(t, "registration-v20.txt", "SoftKeyTemplateRes").bytes, 20).(sccp.SoftKeyTemplateRes)
	if len(keys.Keys) != 18 || keys.Total != 18 || keys.Keys[17] != (sccp.SoftKey{"\x80\x12", 18}) {
		t.Errorf("soft keys: %+v", keys)
	}
	sets := parse(t, find(t, "registration-v20.txt", "SoftKeySetRes").bytes, 20).(sccp.SoftKeySetRes)
	if len(sets.Sets) != 11 || sets.Sets[sccp.KeysConnected] != (sccp.SoftKeySet{TemplateIndex: [16]uint8{3, 9, 4, 13, 14}, InfoIndex: [16]uint16{303, 309, 304, 313, 314}}) {
		t.Errorf("soft-key sets: %+v", sets)
	}
}
