package sccp_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/phonebank/phonebank/wire/sccp"
)

func TestNegotiate(t *testing.T) {
	for _, tt := range []struct {
		title          string
		own, ack, want uint8
	}{
		{"both speak the same", 17, 17, 17},
		{"an older server", 22, 17, 17},
		{"an older phone", 11, 20, 11},
		{"the oldest version there is", 20, 3, 3},
		{"a server that names none", 20, 0, 11},
		{"a server that names none, an old phone", 5, 0, 5},
		{"no version has this number", 20, 2, 11},
		{"the newest version", 22, 22, 22},
		{"an ASCII 0 in place of a number", 17, 48, 17},
		{"one beyond the newest", 20, 23, 20},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if got := sccp.Negotiate(tt.own, tt.ack); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestHeaderVersion(t *testing.T) {
	for _, tt := range []struct {
		title   string
		id      sccp.ID
		version uint8
		want    uint32
	}{
		{"before RegisterAck", sccp.IDAlarm, 0, 0},
		{"an old phone", sccp.IDLineStatReq, 11, 0},
		{"a newer phone", sccp.IDLineStatReq, 12, 12},
		{"the newest phone", sccp.IDReset, 22, 22},
		{"keepalives have none", sccp.IDKeepAliveReq, 22, 0},
		{"nor have their answers", sccp.IDKeepAliveAck, 22, 0},
		{"nor RegisterAck", sccp.IDRegisterAck, 22, 0},
		{"nor UnregisterAck", sccp.IDUnregisterAck, 22, 0},
		{"but UnregisterReq has", sccp.IDUnregisterReq, 22, 22},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if got := sccp.HeaderVersion(tt.id, tt.version); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
			b := sccp.Append(nil, sccp.Unknown{MessageID: tt.id}, tt.version)
			if f, err := sccp.ParseFrame(b); f.HeaderVersion != tt.want || err != nil {
				t.Errorf("sent with %d (%v), want %d", f.HeaderVersion, err, tt.want)
			}
		})
	}
}

func TestAppendAsSendsAnyHeader(t *testing.T) {
	for _, m := range []sccp.Message{sccp.KeepAliveReq{}, sccp.LineStatReq{Line: 1}} {
		f, err := sccp.ParseFrame(sccp.AppendAs(nil, m, 11, 11))
		if f.HeaderVersion != 11 || err != nil {
			t.Errorf("%s: sent with %d (%v)", m.ID(), f.HeaderVersion, err)
		}
	}
}

func TestNamesOfIDs(t *testing.T) {
	for _, tt := range []struct {
		id        sccp.ID
		want      string
		fromPhone bool
	}{
		{sccp.IDKeepAliveReq, "KeepAliveReq", true},
		{sccp.IDIPPort, "IpPort", true},
		{sccp.IDEnhancedAlarm, "EnhancedAlarm", true},
		{sccp.IDStartMediaTransmissionAck, "StartMediaTransmissionAck", true},
		{sccp.IDKeepAliveAck, "KeepAliveAck", false},
		{sccp.IDCallInfoV2, "CallInfoV2", false},
		{0x0199, "0x0199", false},
		{0x12345, "0x12345", false},
	} {
		if got := tt.id.String(); got != tt.want || tt.id.FromPhone() != tt.fromPhone {
			t.Errorf("%#x: %q, from a phone: %t", uint32(tt.id), got, tt.id.FromPhone())
		}
	}
}

func TestDeviceTypes(t *testing.T) {
	for model, want := range map[string]uint32{
		"7911": 307, "7940": 8, "7941": 115, "7942": 434, "7945": 435, "7960": 7, "7961": 30018, "7962": 404, "7965": 436,
		"7970": 30006, "7975": 437, "6921": 495, "6941": 496, "6945": 564, "8941": 586, "8945": 585,
		"7941G-GE": 309, "7961G-GE": 308, "IP Communicator": 30016,
	} {
		if got, ok := sccp.DeviceType(model); !ok || got != want {
			t.Errorf("%s: %d, %t", model, got, ok)
		}
		if got, ok := sccp.ModelName(want); !ok || got != model {
			t.Errorf("%d: %q, %t", want, got, ok)
		}
	}
	if got, ok := sccp.DeviceType("7999"); ok {
		t.Errorf("a model that does not exist: %d", got)
	}
	if got, ok := sccp.ModelName(0); ok {
		t.Errorf("a number that does not exist: %q", got)
	}
}

func TestFeatures(t *testing.T) {
	for version, want := range map[uint8][2][3]byte{
		3:  {{0x00, 0x60, 0x85}, {}},
		10: {{0x00, 0x60, 0x85}, {0x20, 0xF1, 0xFE}},
		11: {{0x00, 0x60, 0x85}, {0x20, 0xF1, 0xFF}},
		15: {{0x20, 0x70, 0x85}, {0x20, 0xF1, 0xFF}},
		17: {{0x00, 0x72, 0x85}, {0x20, 0xF1, 0xFF}},
		22: {{0x00, 0x72, 0x85}, {0x20, 0xF1, 0xFF}},
	} {
		if got := [2][3]byte{sccp.Features(version), sccp.ServerFeatures(version)}; got != want {
			t.Errorf("version %d: % x, want % x", version, got, want)
		}
	}
}

func TestExpand(t *testing.T) {
	for _, tt := range []struct{ title, in, want string }{
		{"plain", "Helpdesk", "Helpdesk"},
		{"nothing", "", ""},
		{"a phrase", "\x80\x20", "Enter Number"},
		{"a phrase and a number", "\x80\x171003", "From 1003"},
		{"a phrase and a space", "\x80\x17 1003", "From 1003"},
		{"a phrase behind a text", "Line \x80\x19", "Line Busy"},
		{"UTF-8", "Zo\u00eb \u20ac", "Zo\u00eb \u20ac"},
		{"UTF-8 that has an 80 in it", "\u00c0 la carte", "\u00c0 la carte"},
		{"ISO-8859-1", "Zo\xeb", "Zo\u00eb"},
		{"a code nobody knows", "\x80\x7f!", "[80 7F] !"},
		{"the second dictionary", "\x1e\x20", "[1E 20]"},
		{"a reason for a refusal", "\x80\x2f", "Error DBConfig"},
		{"a code cut off", "x\x80", "x\u0080"},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if got := sccp.Expand(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	for _, tt := range []struct {
		title string
		in    netip.Addr
		kind  sccp.AddressType
		out   netip.Addr
	}{
		{"none", netip.Addr{}, sccp.AddressIPv4, netip.Addr{}},
		{"IPv4", netip.MustParseAddr("192.0.2.1"), sccp.AddressIPv4, netip.MustParseAddr("192.0.2.1")},
		{"IPv6", netip.MustParseAddr("2001:db8::1"), sccp.AddressIPv6, netip.MustParseAddr("2001:db8::1")},
		{"IPv4 in IPv6", netip.MustParseAddr("::ffff:192.0.2.1"), sccp.AddressIPv4, netip.MustParseAddr("192.0.2.1")},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if a := sccp.AddressOf(tt.in); a.Type != tt.kind || a.IP() != tt.out {
				t.Errorf("%+v is %s", a, a.IP())
			}
		})
	}
	if ip := (sccp.Address{Type: sccp.AddressInvalid, Bytes: [16]byte{1}}).IP(); ip.IsValid() {
		t.Errorf("an invalid address is %s", ip)
	}
	var m sccp.ServerRes
	m.Servers[0].Address = sccp.AddressOf(netip.MustParseAddr("2001:db8::1"))
	if got := parse(t, sccp.Append(nil, m, 11), 11).(sccp.ServerRes); got.Servers[0].Address.IP().IsValid() {
		t.Errorf("an IPv6 address in a field of 4 bytes: %s", got.Servers[0].Address.IP())
	}
}

func TestTimeDateCarriesItsZone(t *testing.T) {
	zone := time.FixedZone("west", -7*3600)
	got := sccp.TimeDate(time.Date(2026, time.June, 7, 23, 18, 47, 999_999_999, zone))
	want := sccp.TimeDateRes{Year: 2026, Month: 6, DayOfWeek: 0, Day: 7, Hour: 23, Minute: 18, Second: 47, Milliseconds: 999, SystemTime: 1780899527}
	if d, w := sccp.Append(nil, got, 20), sccp.Append(nil, want, 20); string(d) != string(w) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestNamesOfValues(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{sccp.ResetReset.String(), "RESET"},
		{sccp.ResetRestart.String(), "RESTART"},
		{sccp.ResetApplyConfig.String(), "APPLY_CONFIG"},
		{sccp.ResetType(9).String(), "ResetType(9)"},
		{sccp.SeverityInformational.String(), "informational"},
		{sccp.Severity(3).String(), "Severity(3)"},
		{sccp.ButtonLine.String(), "Line"},
		{sccp.ButtonType(0x99).String(), "ButtonType(153)"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
