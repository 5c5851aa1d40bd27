// Package cnf reads and writes the configuration file of a Cisco IP phone,
// SEP<MAC>.cnf.xml, and XMLDefault.cnf.xml for phones that nobody configured
// (signed configuration, section 6).
//
// [Parse] is as lenient as phones are: elements in any order, unknown ones
// skipped, white space trimmed, booleans in any case. It is strict where being
// lenient would hide a mistake: a value that is none of the documented ones is
// an error with its line, and size, depth and counts are bounded.
//
// A [Config] holds what a phone acts on. What the fields mean for the boot
// (which file next, CAPF or not, which port) is decided by the phone, not here.
//
// Thousands of phones share one Config: nobody changes it after Parse.
package cnf

import (
	"reflect"
	"time"

	"github.com/phonebank/phonebank/wire/internal/bin"
)

// FormatError is a fault in a file: its offset in bytes, the element, and the
// line with what is wrong.
type FormatError = bin.Error

// DefaultName is the file for phones that have none of their own.
const DefaultName = "XMLDefault.cnf.xml"

// Name is the configuration file of a device such as "SEP001122334455", without
// the endings of signed and encrypted files.
func Name(device string) string { return device + ".cnf.xml" }

// DefaultConnectionMonitor is how long a better CallManager must stay healthy
// before a phone returns to it, unless the configuration says.
const DefaultConnectionMonitor = 120 * time.Second

// Config is one configuration file. Treat it as immutable.
type Config struct {
	// Default says that the root is <Default>: servers and load names, no
	// security. A phone that gets only this registers on the clear port.
	Default bool
	// Full is false in the small companion of an encrypted configuration
	// (signed configuration, section 5). Absent means true.
	Full bool

	Protocol     string        // "SCCP" or "SIP"
	CallManagers []CallManager // in fail-over order: by Priority
	SRST         []CallManager // fall-back after them: at most three, Priority 0 to 2
	SRSTSecure   bool

	SecurityMode    SecurityMode // absent: NonSecure
	CAPFAuthMode    AuthMode
	CAPF            []Server // in the order to try; absent port: 3804
	CertHash        string   // hex MD5, lower case, of the certificate that the encrypted file is for; or empty
	EncryptedConfig bool     // a .enc.sgn file exists
	TVS             []Server // by Priority; absent port: 2445

	LoadInformation string            // firmware to run; empty: as it is
	VersionStamp    string            // changes whenever the file does
	Loads           map[string]string // of <Default>: model number ("436") to firmware
	Models          map[string]string // of <Default>: model number to its name, where given

	// ConnectionMonitor is how long a better CallManager must stay healthy
	// before the phone returns to it. Whole seconds; Parse puts
	// DefaultConnectionMonitor for an absent one and for zero.
	ConnectionMonitor time.Duration

	DateTemplate      string // "D/M/YA"
	TimeZone          string
	NTP               []string // servers
	UserLocale        string   // "English_United_States"
	NetworkLocale     string   // "United_States"
	IPAddressMode     int      // 0 IPv4, 1 IPv6, 2 both
	TransportProtocol int      // SIP: 1 TCP, 2 UDP, 3 TLS; 0: absent

	// Settings of vendorConfig as written, empty when absent. WebAccess is
	// inverted: "0" is on.
	WebAccess, SSHAccess, SettingsAccess, SpanToPCPort string

	SSHUserID, SSHPassword string

	// URLs are the service addresses that are not empty, by element name:
	// "servicesURL", "secureServicesURL" and so on.
	URLs map[string]string
}

// Equal says whether both say the same in every field.
func (c *Config) Equal(o *Config) bool { return reflect.DeepEqual(c, o) }

// CallManager is one server to register with.
type CallManager struct {
	Priority   int    // lower first; 0 to 4 in a real cluster
	Name       string // shown to the user
	Host       string // name or address to connect to
	Port       int    // clear SCCP; 0: 2000
	SecurePort int    // SCCP over TLS; 0: 2443. No real file carries it: an override of ours
}

// The SCCP ports of a CallManager that does not say otherwise.
const (
	DefaultClearPort = 2000
	DefaultTLSPort   = 2443
)

// ClearPort is the port for SCCP without TLS.
func (m CallManager) ClearPort() int {
	if m.Port == 0 {
		return DefaultClearPort
	}
	return m.Port
}

// TLSPort is the port for SCCP over TLS.
func (m CallManager) TLSPort() int {
	if m.SecurePort == 0 {
		return DefaultTLSPort
	}
	return m.SecurePort
}

// Server is a CAPF or TVS server.
type Server struct {
	Priority int // lower first; of a CAPF server, its place in the list
	Host     string
	Port     int // never 0 after Parse
}

// Ports of servers that do not say otherwise.
const (
	DefaultCAPFPort = 3804
	DefaultTVSPort  = 2445
)
