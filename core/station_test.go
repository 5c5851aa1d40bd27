package core

import (
	"crypto/x509"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

const (
	plainDevice  = "SEP00000000000A" // non-secure
	securedModel = "7965"
)

// newStationDesk is a mixed cluster of two nodes: testDevice is encrypted,
// plainDevice is not.
func newStationDesk(t *testing.T, change func(*Config)) *stationDesk {
	t.Helper()
	c := Config{Nodes: 2, Devices: []Device{
		{Name: testDevice, Model: securedModel, Security: cnf.Encrypted, Lines: 2}, {Name: plainDevice},
	}, Load: "SCCP45.9-4-2SR3"}
	if change != nil {
		change(&c)
	}
	c, err := c.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	db, err := newDatabase(c)
	if err != nil {
		t.Fatal(err)
	}
	return &stationDesk{
		db: db, config: c, places: placesAt(netip.MustParseAddr("127.1.2.1"), 2),
		tokens: []*bucket{{rate: c.Tokens.Rate}, {rate: c.Tokens.Rate}},
	}
}

// mixed is the CallManager of a cluster in mixed mode.
var mixed = &callManager{mixed: true}

// inTLS is a station of a connection whose certificate is that of a device.
func inTLS(desk *stationDesk, commonName string) *station {
	cert := &x509.Certificate{}
	cert.Subject.CommonName = commonName
	return &station{
		desk: desk, service: mixed, node: 1, secure: true, cipher: "AES128-SHA", protocol: "TLS 1.0", certificateName: commonName,
		names: func(device string) bool { return certificateNames(cert, device) },
	}
}

func registerReq(name string, version uint8) sccp.RegisterReq {
	kind, _ := sccp.DeviceType(securedModel)
	return sccp.RegisterReq{DeviceName: name, DeviceType: kind, ProtocolVersion: version}
}

// said are the names of messages.
func said(messages []any) string {
	var names []string
	for _, m := range messages {
		names = append(names, m.(sccp.Message).ID().String())
	}
	return strings.Join(names, " ")
}

// TestStation walks the table above station.
func TestStation(t *testing.T) {
	const connected, registered = false, true
	tests := []struct {
		registered bool
		message    sccp.Message
		answer     string
		happened   happening
		hangUp     bool
		after      bool
	}{
		{connected, sccp.KeepAliveReq{}, "KeepAliveAck", keptAlive, false, connected},
		{registered, sccp.KeepAliveReq{}, "KeepAliveAck", keptAlive, false, registered},
		{connected, sccp.Alarm{}, "", nothingHappened, false, connected},
		{registered, sccp.Alarm{}, "", nothingHappened, false, registered},
		{registered, sccp.HeadsetStatus{}, "", nothingHappened, false, registered},
		{registered, sccp.RegisterAvailableLines{}, "", nothingHappened, false, registered},
		{registered, sccp.CapabilitiesRes{}, "", nothingHappened, false, registered},
		{registered, sccp.Unknown{MessageID: 0x7777}, "", nothingHappened, false, registered},
		{connected, sccp.RegisterTokenReq{DeviceName: testDevice}, "RegisterTokenAck", tokenGranted, false, connected},
		{connected, sccp.SPCPRegisterTokenReq{DeviceName: testDevice}, "SPCPRegisterTokenAck", tokenGranted, false, connected},
		{connected, registerReq(testDevice, 22), "RegisterAck CapabilitiesReq", deviceRegistered, false, registered},
		{connected, registerReq("SEP000000000000", 22), "RegisterReject", deviceRejected, true, connected},
		{connected, sccp.ButtonTemplateReq{}, "", nothingHappened, false, connected},
		{registered, registerReq(testDevice, 22), "RegisterAck CapabilitiesReq", deviceRegistered, false, registered},
		{registered, registerReq(plainDevice, 22), "RegisterReject", deviceRejected, true, registered},
		{registered, sccp.ButtonTemplateReq{}, "ButtonTemplateRes", nothingHappened, false, registered},
		{registered, sccp.SoftKeyTemplateReq{}, "SoftKeyTemplateRes", nothingHappened, false, registered},
		{registered, sccp.SoftKeySetReq{}, "SoftKeySetRes", nothingHappened, false, registered},
		{registered, sccp.ConfigStatReq{}, "ConfigStatV2Res", nothingHappened, false, registered},
		{registered, sccp.LineStatReq{Line: 1}, "LineStatV2Res", nothingHappened, false, registered},
		{registered, sccp.ForwardStatReq{Line: 1}, "ForwardStatRes", nothingHappened, false, registered},
		{registered, sccp.SpeedDialStatReq{Number: 1}, "SpeedDialStatV2Res", nothingHappened, false, registered},
		{registered, sccp.FeatureStatReq{Index: 1}, "FeatureStatV2Res", nothingHappened, false, registered},
		{registered, sccp.SubscriptionStatReq{FeatureID: sccp.SubscriptionBLF, Number: "1001*2"}, "SubscriptionStatRes Notification", nothingHappened, false, registered},
		{registered, sccp.SubscriptionStatReq{FeatureID: sccp.SubscriptionBLF, Number: "1002*2"}, "SubscriptionStatRes", nothingHappened, false, registered},
		{registered, sccp.ServiceURLStatReq{Index: 1}, "ServiceURLStatV2Res", nothingHappened, false, registered},
		{registered, sccp.VersionReq{}, "VersionRes", nothingHappened, false, registered},
		{registered, sccp.ServerReq{}, "ServerRes", nothingHappened, false, registered},
		{registered, sccp.TimeDateReq{}, "TimeDateRes SelectSoftKeys DisplayPromptStatusV2", nothingHappened, false, registered},
		{registered, sccp.UnregisterReq{}, "UnregisterAck", deviceUnregistered, true, connected},
		{connected, sccp.UnregisterReq{}, "UnregisterAck", nothingHappened, true, connected},
	}
	for _, tt := range tests {
		state := map[bool]string{connected: "connected", registered: "registered"}[tt.registered]
		t.Run(fmt.Sprintf("%s/%s", state, tt.message.ID()), func(t *testing.T) {
			s := inTLS(newStationDesk(t, nil), testDevice)
			if tt.registered {
				s.receive(registerReq(testDevice, 22), noon)
			}
			o := s.receive(tt.message, noon)
			if got := said(o.messages); got != tt.answer || o.happened != tt.happened || o.hangUp != tt.hangUp || s.registered != tt.after {
				t.Errorf("%q, happened %d, hang up %t, registered %t", got, o.happened, o.hangUp, s.registered)
			}
		})
	}
}

// TestRegistrationCauses asks who may register, and what the others are told
// (signed configuration, section 8.1).
func TestRegistrationCauses(t *testing.T) {
	otherType := registerReq(testDevice, 22)
	otherType.DeviceType = 7
	clear := func(d *stationDesk) *station { return &station{desk: d, service: mixed, node: 1} }
	tls := func(name string) func(*stationDesk) *station {
		return func(d *stationDesk) *station { return inTLS(d, name) }
	}
	cipher := func(name string) func(*stationDesk) *station {
		return func(d *stationDesk) *station {
			s := inTLS(d, testDevice)
			s.cipher = name
			return s
		}
	}
	tests := []struct {
		name    string
		change  func(*Config)
		station func(*stationDesk) *station
		req     sccp.RegisterReq
		want    registrationCause
	}{
		{"the LSC of the device", nil, tls(testDevice), registerReq(testDevice, 22), noError},
		{"the MIC of the device", nil, tls("CP-7965G-" + testDevice), registerReq(testDevice, 22), noError},
		{"a plain device", nil, clear, registerReq(plainDevice, 22), noError},
		{"another device's certificate", nil, tls("SEP665544332211"), registerReq(testDevice, 22), invalidX509NameInCertificate},
		{"a name that only ends like the device's", nil, tls("XSEP001122334455"), registerReq(testDevice, 22), invalidX509NameInCertificate},
		{"a stranger", nil, clear, registerReq("SEP000000000000", 22), noEntryInDatabase},
		{"a stranger inside TLS", nil, tls("SEP000000000000"), registerReq("SEP000000000000", 22), noEntryInDatabase},
		{"a stranger where all are welcome", func(c *Config) { c.AutoRegister = true }, clear, registerReq("SEP000000000000", 22), noError},
		{"a stranger inside TLS where all are welcome", func(c *Config) { c.AutoRegister = true }, tls("SEP000000000000"), registerReq("SEP000000000000", 22), noEntryInDatabase},
		{"a stranger too many", func(c *Config) { c.AutoRegister, c.Limits.Devices = true, 2 }, clear, registerReq("SEP000000000000", 22), maxDevRegExceeded},
		{"an encrypted device in the clear", nil, clear, registerReq(testDevice, 22), securityMismatch},
		{"an encrypted device in the clear behind a terminator", func(c *Config) { c.Offloaded = true }, clear, registerReq(testDevice, 22), noError},
		{"a plain device inside TLS", nil, tls(plainDevice), registerReq(plainDevice, 22), securityMismatch},
		{"a cipher that is not AES", nil, cipher("TLS_CHACHA20_POLY1305_SHA256"), registerReq(testDevice, 22), invalidTLSCipher},
		{"another model", nil, tls(testDevice), otherType, deviceTypeMismatch},
		{"no name", nil, clear, registerReq("", 22), malformedRegisterMsg},
		{"a name that is none", nil, clear, registerReq("../SEP", 22), malformedRegisterMsg},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := tt.station(newStationDesk(t, tt.change)).receive(tt.req, noon)
			if o.cause != tt.want || o.hangUp != (tt.want != noError) {
				t.Fatalf("cause %s, hang up %t, want %s", o.cause, o.hangUp, tt.want)
			}
			if reject, ok := o.messages[0].(sccp.RegisterReject); ok && (reject.Text != tt.want.String() || len(reject.Text) > 32) {
				t.Errorf("told %q", reject.Text)
			}
		})
	}
}

// TestVersions speaks to every generation of phones in its own way.
func TestVersions(t *testing.T) {
	for _, tt := range []struct {
		phone, ack uint8
		line       string
	}{
		{0, 5, "LineStatRes"},
		{3, 3, "LineStatRes"},
		{11, 11, "LineStatRes"},
		{16, 16, "LineStatRes"},
		{17, 17, "LineStatV2Res"},
		{20, 20, "LineStatV2Res"},
		{22, 22, "LineStatV2Res"},
		{40, 22, "LineStatV2Res"},
	} {
		s := inTLS(newStationDesk(t, nil), testDevice)
		ack := s.receive(registerReq(testDevice, tt.phone), noon).messages[0].(sccp.RegisterAck)
		if ack.MaxProtocolVersion != tt.ack || ack.KeepAliveInterval != 30 || ack.SecondaryKeepAliveInterval != 60 || ack.Features != sccp.ServerFeatures(tt.ack) {
			t.Errorf("version %d: %+v", tt.phone, ack)
		}
		if got := said(s.receive(sccp.LineStatReq{Line: 1}, noon).messages); got != tt.line {
			t.Errorf("version %d: a line is %s", tt.phone, got)
		}
	}
}

func TestLinesAndButtons(t *testing.T) {
	s := inTLS(newStationDesk(t, nil), testDevice)
	s.receive(registerReq(testDevice, 22), noon)
	buttons := s.receive(sccp.ButtonTemplateReq{}, noon).messages[0].(sccp.ButtonTemplateRes)
	want := []sccp.Button{{Instance: 1, Type: sccp.ButtonLine}, {Instance: 2, Type: sccp.ButtonLine}}
	if !slices.Equal(buttons.Buttons, want) || buttons.Total != 2 {
		t.Errorf("buttons %+v", buttons)
	}
	for line, number := range map[uint32]string{0: "", 1: "1001", 2: "1001*2", 3: "", 1 << 31: ""} {
		m := s.receive(sccp.LineStatReq{Line: line}, noon).messages[0].(sccp.LineStatV2Res)
		if m.Line != line || m.DirNumber != number {
			t.Errorf("line %d: %+v", line, m)
		}
	}
	load := s.receive(sccp.VersionReq{}, noon).messages[0].(sccp.VersionRes)
	if load.Version != "SCCP45.9-4-2SR3" {
		t.Errorf("load %q", load.Version)
	}
	servers := s.receive(sccp.ServerReq{}, noon).messages[0].(sccp.ServerRes)
	if servers.Servers[1].Name != "127.1.2.2" || servers.Servers[1].TCPListenPort != 2443 || servers.Servers[2].Name != "" {
		t.Errorf("servers %+v", servers.Servers)
	}
	date := s.receive(sccp.TimeDateReq{}, noon).messages[0].(sccp.TimeDateRes)
	if date.Year != 2026 || date.DayOfWeek != 2 || date.Hour != 12 {
		t.Errorf("time %+v", date)
	}
}

// TestThrottle closes on a device that sends more than 2,000 messages in five
// seconds, and not on one that sends as many in six.
func TestThrottle(t *testing.T) {
	s := &station{desk: newStationDesk(t, nil), service: mixed, node: 1}
	for range maxEvents {
		if s.receive(sccp.KeepAliveReq{}, noon).hangUp {
			t.Fatal("throttled too early")
		}
	}
	if o := s.receive(sccp.KeepAliveReq{}, noon.Add(eventsWindow-1)); !o.hangUp || o.happened != deviceThrottled || len(o.messages) != 0 {
		t.Errorf("message 2,001 within five seconds: %+v", o)
	}
	if s.receive(sccp.KeepAliveReq{}, noon.Add(eventsWindow)).hangUp {
		t.Error("throttled after five seconds")
	}
}

func TestTokens(t *testing.T) {
	desk := newStationDesk(t, func(c *Config) { c.Tokens = TokenPolicy{Rate: 2, Wait: 30 * time.Second} })
	s := &station{desk: desk, service: mixed, node: 1}
	ask := func(s *station, now time.Time) any {
		return s.receive(sccp.RegisterTokenReq{DeviceName: testDevice}, now).messages[0]
	}
	granted := func(s *station, now time.Time) bool {
		_, ok := ask(s, now).(sccp.RegisterTokenAck)
		return ok
	}
	for range 2 {
		if !granted(s, noon) {
			t.Fatal("a full bucket refused")
		}
	}
	reject, ok := ask(s, noon).(sccp.RegisterTokenReject)
	if !ok || reject.WaitTime < 30 || reject.WaitTime >= 60 {
		t.Errorf("an empty bucket said %+v", reject)
	}
	if !granted(&station{desk: desk, service: mixed, node: 2}, noon) {
		t.Error("node 2 has no bucket of its own")
	}
	if granted(s, noon.Add(499*time.Millisecond)) {
		t.Error("granted before half a second was over")
	}
	if !granted(s, noon.Add(500*time.Millisecond)) {
		t.Error("refused after half a second")
	}
}

// TestBucketNeverOverflows grants a second's worth after a long rest.
func TestBucketNeverOverflows(t *testing.T) {
	b := &bucket{rate: 3}
	b.take(noon)
	for range 3 {
		if !b.take(noon.Add(time.Hour)) {
			t.Fatal("not even a second's worth")
		}
	}
	if b.take(noon.Add(time.Hour)) {
		t.Error("more than a second's worth")
	}
}

// TestSubscriptions asks for the state of numbers of a device with two lines and
// of one with a single line; only the first is registered.
func TestSubscriptions(t *testing.T) {
	desk := newStationDesk(t, nil)
	desk.db.find(testDevice).owner = new(link)
	s := inTLS(desk, testDevice)
	s.receive(registerReq(testDevice, 22), noon)
	for number, want := range map[string]string{
		"1001": "0 idle", "1001*2": "0 idle", "1002": "0 unknown",
		"1001*3": "1", "1002*2": "1", "1003": "1", "1000": "1", "1001*": "1", "1001*1": "1", "+1001": "1", "": "1", "*": "1", "99999999999999999999": "1",
	} {
		o := s.receive(sccp.SubscriptionStatReq{TransactionID: 7, FeatureID: sccp.SubscriptionBLF, Timer: 9, Number: number}, noon)
		answer := o.messages[0].(sccp.SubscriptionStatRes)
		got := fmt.Sprint(answer.Cause)
		if len(o.messages) > 1 {
			state := o.messages[1].(sccp.Notification)
			got += map[uint32]string{sccp.NotificationIdle: " idle", sccp.NotificationUnknown: " unknown"}[state.Status]
			if state.TransactionID != 7 || state.FeatureID != sccp.SubscriptionBLF {
				t.Errorf("%q: Notification %+v", number, state)
			}
		}
		if got != want || answer.TransactionID != 7 || answer.FeatureID != sccp.SubscriptionBLF || answer.Timer != 9 {
			t.Errorf("%q: cause and state %s, want %s; %+v", number, got, want, answer)
		}
	}
}
