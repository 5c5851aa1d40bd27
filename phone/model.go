package phone

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phonebank/phonebank/wire/capf"
)

// Model is what differs between one kind of phone and another, as data. Adding
// a model is adding one literal to the table below.
//
// A Model is shared by every phone of its kind and never changes; a fleet that
// overrides something works on a copy.
type Model struct {
	Name       string // as in "CP-7965": the digits
	DeviceType uint32 // SCCP, section 4.1
	Protocol   uint8  // highest SCCP protocol version
	Features   [3]byte
	Instance   uint32 // as told at registration: 1 on a 7940 and a 7960
	Load       string // firmware load name
	MaxStreams uint32 // simultaneous RTP streams told to the CallManager
	MaxLines   uint32

	SecurityByDefault bool // knows ITL and TVS (all but 7940 and 7960)
	MaxRSABits        int  // largest RSA key it can make
	EC                bool // can make EC keys
	// KeyTime is how long the model is busy with a key, where a source says so;
	// zero: none does. Only phones whose Env says so take it.
	KeyTime Spread

	TLSMin, TLSMax uint16   // crypto/tls versions
	Suites         []uint16 // for TLS 1.0 to 1.2, in order of preference

	Timers Timers
}

// Timers are a phone's own times and counts. No public document gives all of
// them; they are choices of ours where SCCP, sections 5.3 to 5.6, leaves room.
type Timers struct {
	TFTPTry   time.Duration // wait for one datagram
	TFTPTries int           // datagrams sent before "TFTP timeout"
	BlockSize int           // bytes a block; 512 asks for nothing
	MaxFile   int           // bytes; a longer file is refused while it arrives
	Transfer  time.Duration // a whole file

	Connect   time.Duration // TCP connect
	Handshake time.Duration // TLS handshake
	Answer    time.Duration // an SCCP answer that registration needs
	Optional  time.Duration // an SCCP answer it can do without
	CAPF      time.Duration // a CAPF session, beside key generation
	TVS       time.Duration // a TVS answer

	CAPFTries int           // sessions tried when communication fails
	CAPFRetry time.Duration // between them

	Rounds        int           // passes over the list of CallManagers before the phone reboots
	RegisterWait  time.Duration // after the first pass; doubles, ±20 %
	Boots         int           // power-on and the reboots after it, before the phone gives up
	Reboot        time.Duration // from reset or failure to power-on, ±20 %
	MissedAllowed int           // keepalives unanswered in a row before the CallManager counts as dead
	Probe         time.Duration // between attempts to reach a better CallManager
	TokenTries    int           // requests for a token left unanswered before the phone moves without one
	Connection    time.Duration // how long that one must stay healthy, unless the configuration says
}

var usualTimers = Timers{
	TFTPTry: time.Second, TFTPTries: 4, BlockSize: 512, MaxFile: 550_001, Transfer: 60 * time.Second,
	Connect: 10 * time.Second, Handshake: 10 * time.Second, Answer: 10 * time.Second, Optional: time.Second,
	CAPF: 60 * time.Second, TVS: 10 * time.Second, CAPFTries: 3, CAPFRetry: 30 * time.Second,
	Rounds: 2, RegisterWait: 20 * time.Second, Boots: 2, Reboot: 10 * time.Second,
	MissedAllowed: 3, Probe: 30 * time.Second, TokenTries: 3, Connection: 120 * time.Second,
}

// Cipher suites by the age of a phone. The first is what CUCM traces call
// AES128-SHA.
var (
	oldSuites = []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA}
	newSuites = []uint16{
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA,
	}
)

// Feature bytes by protocol version (SCCP, section 4.4).
var (
	featuresOld = [3]byte{0x00, 0x60, 0x85}
	features69  = [3]byte{0x20, 0x70, 0x85}
	features79  = [3]byte{0x00, 0x72, 0x85}
)

func telecaster(name string, deviceType uint32) Model {
	return Model{
		Name: name, DeviceType: deviceType, Protocol: 11, Features: featuresOld, Instance: 1, Load: "P00308010200", MaxLines: 6,
		MaxRSABits: 2048, TLSMin: tls.VersionTLS10, TLSMax: tls.VersionTLS10, Suites: oldSuites, Timers: usualTimers,
	}
}

func java79(name string, deviceType uint32, protocol uint8, load string, lines uint32) Model {
	return Model{
		Name: name, DeviceType: deviceType, Protocol: protocol, Features: features79, Load: load, MaxStreams: 5, MaxLines: lines,
		SecurityByDefault: true, MaxRSABits: 2048,
		TLSMin: tls.VersionTLS10, TLSMax: tls.VersionTLS10, Suites: oldSuites, Timers: usualTimers,
	}
}

func newer(name string, deviceType uint32, protocol uint8, features [3]byte, load string, lines uint32) Model {
	return Model{
		Name: name, DeviceType: deviceType, Protocol: protocol, Features: features, Load: load, MaxStreams: 40, MaxLines: lines,
		SecurityByDefault: true, MaxRSABits: 4096, EC: true,
		TLSMin: tls.VersionTLS10, TLSMax: tls.VersionTLS12, Suites: newSuites, Timers: usualTimers,
	}
}

// busy is a model for which a source tells how long it makes a key.
func busy(m Model, with Spread) Model {
	m.KeyTime = with
	return m
}

// models is every phone that Phonebank can be.
var models = []Model{
	telecaster("7940", 8), telecaster("7960", 7),
	java79("7911", 307, 17, "SCCP11.8-5-3S", 1),
	java79("7941", 115, 17, "SCCP41.8-5-3S", 2),
	java79("7961", 30018, 17, "SCCP41.8-5-3S", 6),
	// A CAPF trace published by Cisco has 12.8 s between REQ_IN_PROGRESS and
	// KEY_GEN_RES, for RSA 1024; there is one such trace, so there is no spread.
	busy(java79("7970", 30006, 17, "SCCP70.8-5-3S", 8), Spread{From: 12_807 * time.Millisecond, To: 12_807 * time.Millisecond}),
	java79("7942", 434, 22, "SCCP42.9-4-2SR3-1S", 2),
	java79("7962", 404, 22, "SCCP42.9-4-2SR3-1S", 6),
	java79("7945", 435, 22, "SCCP45.9-4-2SR3-1S", 2),
	java79("7965", 436, 22, "SCCP45.9-4-2SR3-1S", 6),
	java79("7975", 437, 22, "SCCP75.9-4-2SR4-3S", 8),
	newer("6921", 495, 20, features69, "SCCP69xx.9-4-1-3SR3", 2),
	newer("6941", 496, 20, features69, "SCCP69xx.9-4-1-3SR3", 4),
	newer("6945", 564, 22, features69, "SCCP6945.9-3-1-3", 4),
	newer("8941", 586, 22, features69, "SCCP894x.9-4-2SR1-2", 4),
	newer("8945", 585, 22, features69, "SCCP894x.9-4-2SR1-2", 4),
}

// FindModel returns the model with the given name: "7965", "CP-7965" or
// "CP-7965G" as on the phone, "Cisco 7965" as in CUCM's lists.
func FindModel(name string) (*Model, error) {
	digits := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(name)), "CISCO ")
	digits = strings.TrimSuffix(strings.TrimPrefix(digits, "CP-"), "G")
	if i := slices.IndexFunc(models, func(m Model) bool { return m.Name == digits }); i >= 0 {
		return &models[i], nil
	}
	return nil, fmt.Errorf("%q is no model that Phonebank knows: %s", name, strings.Join(ModelNames(), ", "))
}

// ModelNames lists the known models in the order of the table.
func ModelNames() []string {
	names := make([]string, len(models))
	for i := range models {
		names[i] = models[i].Name
	}
	return names
}

// CanMake says whether the model can generate such a key.
func (m *Model) CanMake(spec capf.KeySpec) error {
	if err := spec.Check(); err != nil {
		return err
	}
	switch {
	case spec.Type == capf.EC && !m.EC:
		return fmt.Errorf("a %s cannot make EC keys", m.Name)
	case spec.Type == capf.RSA && spec.Bits > m.MaxRSABits:
		return fmt.Errorf("a %s makes RSA keys of at most %d bits, not %d", m.Name, m.MaxRSABits, spec.Bits)
	}
	return nil
}
