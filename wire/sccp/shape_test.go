package sccp_test

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/sccp"
)

// body is made of hexadecimal digits and of runs of so many zeros.
func body(t *testing.T, parts ...any) []byte {
	t.Helper()
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			raw, err := hex.DecodeString(strings.ReplaceAll(p, " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			b = append(b, raw...)
		case int:
			b = append(b, make([]byte, p)...)
		}
	}
	return b
}

// Bodies that differ from what we would send, and what becomes of them.
func TestShapesOfBodies(t *testing.T) {
	const one, name = "01000000", "534550303031313232333334343535 00" // SEP001122334455
	register := func(n int) []byte { return body(t, name, 8, "C000020B 07000000", 8, "0B006085", n-44) }
	for _, tt := range []struct {
		title   string
		id      sccp.ID
		version uint8
		body    []byte
		want    sccp.Message
		again   []byte // nil: the same
	}{
		{
			title: "a RegisterReq of a 7936: 44 bytes", id: sccp.IDRegisterReq, body: register(44),
			want: sccp.RegisterReq{DeviceName: "SEP001122334455", StationIP: netip.MustParseAddr("192.0.2.11"), DeviceType: 7, ProtocolVersion: 11, Features: [3]byte{0, 0x60, 0x85}, Shape: sccp.Shape{Length: 44}},
		},
		{
			title: "a RegisterReq of a CallManager 2 client: 64 bytes", id: sccp.IDRegisterReq, body: register(64),
			want: sccp.RegisterReq{DeviceName: "SEP001122334455", StationIP: netip.MustParseAddr("192.0.2.11"), DeviceType: 7, ProtocolVersion: 11, Features: [3]byte{0, 0x60, 0x85}, Shape: sccp.Shape{Length: 64}},
		},
		{
			title: "a RegisterReq without a version: 36 bytes", id: sccp.IDRegisterReq, body: register(44)[:36],
			want: sccp.RegisterReq{DeviceName: "SEP001122334455", StationIP: netip.MustParseAddr("192.0.2.11"), DeviceType: 7, Shape: sccp.Shape{Length: 36}},
		},
		{
			title: "a RegisterReq of version 20 with the body of an old one", id: sccp.IDRegisterReq, body: body(t, name, 24, "14000000", 24),
			want: sccp.RegisterReq{DeviceName: "SEP001122334455", ProtocolVersion: 20, Shape: sccp.Shape{Length: 68}},
		},
		{
			title: "a RegisterReq of version 11 with a load", id: sccp.IDRegisterReq, body: body(t, name, 24, "0B000000", 48, "4C4F4144", 28),
			want: sccp.RegisterReq{DeviceName: "SEP001122334455", ProtocolVersion: 11, FirmwareLoadName: "LOAD"},
		},
		{
			title: "a RegisterReq of version 11 that stops before its load", id: sccp.IDRegisterReq, body: register(92),
			want: sccp.RegisterReq{DeviceName: "SEP001122334455", StationIP: netip.MustParseAddr("192.0.2.11"), DeviceType: 7, ProtocolVersion: 11, Features: [3]byte{0, 0x60, 0x85}, Shape: sccp.Shape{Length: 92}},
		},
		{
			title: "a RegisterReq with a version stamp and more", id: sccp.IDRegisterReq, body: body(t, name, 24, "16000000", 80, "41", 47, "11223344"),
			want: sccp.RegisterReq{DeviceName: "SEP001122334455", ProtocolVersion: 22, ConfigVersionStamp: "A", Shape: sccp.Shape{Tail: []byte{0x11, 0x22, 0x33, 0x44}}},
		},
		{
			title: "a RegisterAck of CallManager 2", id: sccp.IDRegisterAck, body: body(t, "1E000000 442F4D2F59 00 0000"),
			want: sccp.RegisterAck{KeepAliveInterval: 30, DateTemplate: "D/M/Y", Shape: sccp.Shape{Length: 12}},
		},
		{
			title: "a date template that fills its field, garbage in the padding", id: sccp.IDRegisterAck, body: body(t, "1E000000 4D2F442F5941 FFFF 3C000000 0B000000"),
			want:  sccp.RegisterAck{KeepAliveInterval: 30, DateTemplate: "M/D/YA", SecondaryKeepAliveInterval: 60, MaxProtocolVersion: 11},
			again: body(t, "1E000000 4D2F442F5941 0000 3C000000 0B000000"),
		},
		{
			title: "garbage after a NUL", id: sccp.IDVersionRes, body: body(t, "50303032 00 DEADBEEF 00 41424344", 2),
			want: sccp.VersionRes{Version: "P002"}, again: body(t, "50303032", 12),
		},
		{
			title: "an UnregisterReq with a reason", id: sccp.IDUnregisterReq, version: 20, body: body(t, one),
			want: sccp.UnregisterReq{Reason: sccp.UnregisterPowerSave},
		},
		{
			title: "a reason of 0, which need not be said", id: sccp.IDUnregisterReq, version: 20, body: body(t, 4),
			want: sccp.UnregisterReq{}, again: []byte{},
		},
		{
			title: "a ButtonTemplateReq that counts", id: sccp.IDButtonTemplateReq, body: body(t, "06000000"),
			want: sccp.ButtonTemplateReq{ButtonCount: 6},
		},
		{
			title: "a RegisterReject with an empty body", id: sccp.IDRegisterReject, body: body(t),
			want: sccp.RegisterReject{}, again: body(t, 32),
		},
		{
			title: "a RegisterReject of 33 bytes of text, padded", id: sccp.IDRegisterReject, body: body(t, "4E6F", 34),
			want: sccp.RegisterReject{Text: "No", Shape: sccp.Shape{Tail: make([]byte, 4)}},
		},
		{
			title: "a token request without IPv6", id: sccp.IDRegisterTokenReq, body: body(t, name, 12, "94010000"),
			want: sccp.RegisterTokenReq{DeviceName: "SEP001122334455", DeviceType: 404, Shape: sccp.Shape{Length: 32}},
		},
		{
			title: "a line of CallManager 2", id: sccp.IDLineStatRes, body: body(t, one, "31303031", 20),
			want: sccp.LineStatRes{Line: 1, DirNumber: "1001", Shape: sccp.Shape{Length: 28}},
		},
		{
			title: "a line of CallManager 3.3", id: sccp.IDLineStatRes, body: body(t, one, "31303031", 20, "41", 39, "42", 39),
			want: sccp.LineStatRes{Line: 1, DirNumber: "1001", FullyQualifiedDisplayName: "A", TextLabel: "B", Shape: sccp.Shape{Length: 108}},
		},
		{
			title: "a dynamic line without padding", id: sccp.IDLineStatV2Res, version: 17, body: body(t, one, "0F000000 31303032 00 42 00 43 00"),
			want:  sccp.LineStatV2Res{Line: 1, DisplayOptions: 15, DirNumber: "1002", FullyQualifiedDisplayName: "B", TextLabel: "C"},
			again: body(t, one, "0F000000 31303032 00 42 00 43 00", 3),
		},
		{
			title: "a dynamic line without its last text", id: sccp.IDLineStatV2Res, version: 17, body: body(t, one, "0F000000 31303032 00 4242"),
			want:  sccp.LineStatV2Res{Line: 1, DisplayOptions: 15, DirNumber: "1002", FullyQualifiedDisplayName: "BB"},
			again: body(t, one, "0F000000 31303032 00 4242 00 00", 3),
		},
		{
			title: "a dynamic line with more behind it", id: sccp.IDLineStatV2Res, version: 17, body: body(t, one, "0F000000 31 00 00 00 5555"),
			want: sccp.LineStatV2Res{Line: 1, DisplayOptions: 15, DirNumber: "1", Shape: sccp.Shape{Tail: []byte{0x55, 0x55}}},
		},
		{
			title: "the ringer of an old CallManager", id: sccp.IDSetRinger, body: body(t, one),
			want: sccp.SetRinger{Mode: sccp.RingOff, Shape: sccp.Shape{Length: 4}},
		},
		{
			title: "a feature without capabilities", id: sccp.IDFeatureStatReq, body: body(t, one),
			want: sccp.FeatureStatReq{Index: 1, Shape: sccp.Shape{Length: 4}},
		},
		{
			title: "soft-key sets with 4 bytes more", id: sccp.IDSoftKeySetRes, body: body(t, 4, one, one, "01", 15, "2D01", 30, 15*48, 4),
			want: sccp.SoftKeySetRes{
				Total: 1, Sets: []sccp.SoftKeySet{{TemplateIndex: [16]uint8{1}, InfoIndex: [16]uint16{301}}},
				Shape: sccp.Shape{Tail: make([]byte, 4)},
			},
		},
		{
			title: "an id without a struct", id: 0x0199, body: body(t, "0102030405"),
			want: sccp.Unknown{MessageID: 0x0199, Body: []byte{1, 2, 3, 4, 5}},
		},
	} {
		t.Run(tt.title, func(t *testing.T) {
			got, err := sccp.Parse(sccp.Frame{ID: tt.id, Body: tt.body}, tt.version)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, same); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if tt.again == nil {
				tt.again = tt.body
			}
			if sent := sccp.Append(nil, got, tt.version)[sccp.HeaderLen:]; !bytes.Equal(sent, tt.again) {
				t.Errorf("sent again as\n%s\nwant\n%s", hex.Dump(sent), hex.Dump(tt.again))
			}
		})
	}
}
