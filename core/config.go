package core

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/signed"
)

// MaxNodes is the most nodes a core has: a phone's configuration lists no more
// than five CallManagers (signed configuration, section 6).
const MaxNodes = 5

// Config describes a cluster. Its zero value is a non-secure cluster of one
// node that knows no device.
type Config struct {
	Authority *Authority // nil: a new one
	// Address is that of node 1, which also serves CAPF; node k has
	// the k-th address from there. The zero value claims a free 127.x.y.0/24.
	Address netip.Addr
	// Before is where the cluster was before: it goes there again when that is
	// free, because the lists of its phones name that address.
	Before   netip.Addr
	TFTPPort int // 0: 69 when allowed, else 6969
	Nodes    int // 0: 1
	// TFTPServers is how many of the nodes serve TFTP, from node 1 on: each signs
	// with its own CallManager key. 0: 1.
	TFTPServers int

	Security        cnf.SecurityMode // of devices that name none; 0: cnf.NonSecure
	EncryptedConfig bool             // serve .enc.sgn to devices whose certificate is known
	CAPF            CAPFPolicy
	AuthString      string        // of devices that have none of their own
	KeepAlive       time.Duration // whole seconds; 0: 30 s
	// ConnectionMonitor is how long a better CallManager must stay healthy
	// before phones return to it; whole seconds, 0: what phones do unless told.
	ConnectionMonitor time.Duration
	Digest            signed.Digest // of lists and configuration; 0: SHA-1
	Signer            SignerKind    // of the CTL that is served; "": token-1
	WasSecure         bool          // non-secure cluster that was in mixed mode: its CTL is served, without certificates
	Rollback          bool          // ITL prepared for the rollback to a release before 8.0

	Devices      []Device
	AutoRegister bool                // admit unknown devices on the clear port, with XMLDefault.cnf.xml
	MICRoots     []*x509.Certificate // issuers of MICs that are accepted besides the Authority's own
	Load         string              // firmware load of every device; "": no upgrade is asked for
	// BuildFiles signs the configurations of all Devices before Start returns, as
	// a TFTP service does that builds its files ahead: about 1.5 ms of CPU a
	// device. Without it they are signed when they are first asked for.
	BuildFiles bool

	TLSMin, TLSMax uint16 // tls.VersionTLS10 …; 0: 1.0 and 1.3
	Offloaded      bool   // accept secure devices on the clear port: a TLS terminator stands in front

	// Clock is how far the clock of the cluster's servers is off: what they mint,
	// sign and check by date goes by it.
	Clock time.Duration

	Tokens   TokenPolicy
	Limits   Limits
	Capacity []Capacity // of services; none: as fast as the machine
	Faults   []FaultSpec
	Trace    io.Writer // CUCM-like trace lines; nil: none, at no cost
	Network  Network   // nil: the system's
}

// Device is a phone in the cluster's database.
type Device struct {
	Name       string           // SEP and 12 upper-case hex digits
	Model      string           // 7965; "": any
	AuthString string           // "": Config.AuthString
	Security   cnf.SecurityMode // 0: Config.Security
	LSC        []byte           // DER of an LSC installed before the core started
	// MIC is the DER of the MIC, when the cluster knows it before it sees it.
	// An encrypted configuration needs the RSA certificate that it is sealed for.
	// A cluster learns the MIC of a phone from its registration over TLS, from
	// CAPF by existing certificate, and from OperationFetch. An LSC that is
	// installed by a string, null or not, shows none of it: a phone with an EC LSC
	// and an unknown MIC gets the partial configuration alone.
	MIC       []byte
	Operation Operation // "": Config.CAPF's, or none when that is install and LSC is set
	Lines     int       // 0: 1
}

// Profile is a device's phone security profile. Outside mixed mode every device
// is non-secure, whatever its profile says.
type Profile struct {
	Security        cnf.SecurityMode
	EncryptedConfig bool         // TFTP Encrypted Config
	Auth            cnf.AuthMode // how the device proves to CAPF who it is
}

// Operation is what CAPF is to do with a device (CAPF, section 9).
type Operation string

// The operations. The empty string means none.
const (
	OperationNone    Operation = "none"
	OperationInstall Operation = "install"
	OperationDelete  Operation = "delete"
	OperationFetch   Operation = "fetch" // CUCM calls it "troubleshoot"
)

// CAPFPolicy is what CAPF asks of devices, and how they prove who they are.
type CAPFPolicy struct {
	Auth      cnf.AuthMode  // once there is an operation to do; cnf.CAPFNone: by null string
	Key       capf.KeySpec  // zero: RSA-2048
	Operation Operation     // "": none
	Lifetime  time.Duration // of the LSCs that it issues; 0: a year
}

// TokenPolicy limits how many phones a second may fail back to a node (SCCP,
// section 5.5).
type TokenPolicy struct {
	Rate float64       // grants a second; 0: 20
	Wait time.Duration // least time a refused phone is told to wait; up to twice that, by device; 0: 30 s
}

// Limits bound what peers can make a core do. Zero fields mean the default.
type Limits struct {
	Handshake    time.Duration // TLS handshake; 10 s
	Unregistered time.Duration // silence on a connection that is not registered; 2 min
	Write        time.Duration // a peer that does not take what it is sent; 10 s
	CAPFMessage  time.Duration // wait for a CAPF message; 30 s
	CAPFKey      time.Duration // wait for a key; 2 min
	CAPFSession  time.Duration // whole CAPF session; 5 min
	TVSMessage   time.Duration // wait for a TVS request; 30 s
	TFTPTry      time.Duration // wait for the acknowledgement of a block, which is sent four times; 1 s
	Connections  int           // open at once, all services together; 32,768
	Transfers    int           // TFTP transfers at once; 4,096
	Devices      int           // in the database, auto-registered ones included; 200,000
}

func orDefault[T comparable](value, def T) T {
	var zero T
	if value == zero {
		return def
	}
	return value
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Handshake:    orDefault(l.Handshake, 10*time.Second),
		Unregistered: orDefault(l.Unregistered, 2*time.Minute),
		Write:        orDefault(l.Write, 10*time.Second),
		CAPFMessage:  orDefault(l.CAPFMessage, 30*time.Second),
		CAPFKey:      orDefault(l.CAPFKey, 2*time.Minute),
		CAPFSession:  orDefault(l.CAPFSession, 5*time.Minute),
		TVSMessage:   orDefault(l.TVSMessage, 30*time.Second),
		TFTPTry:      orDefault(l.TFTPTry, time.Second),
		Connections:  orDefault(l.Connections, 32<<10),
		Transfers:    orDefault(l.Transfers, 4<<10),
		Devices:      orDefault(l.Devices, 200_000),
	}
}

// withDefaults fills in what was left zero and refuses what makes no sense.
func (c Config) withDefaults() (Config, error) {
	c.Nodes, c.TFTPServers = orDefault(c.Nodes, 1), orDefault(c.TFTPServers, 1)
	c.Security = orDefault(c.Security, cnf.NonSecure)
	c.KeepAlive = orDefault(c.KeepAlive, 30*time.Second)
	c.Digest = orDefault(c.Digest, signed.SHA1)
	c.CAPF.Key = orDefault(c.CAPF.Key, capf.KeySpec{Type: capf.RSA, Bits: 2048})
	c.CAPF.Operation = orDefault(c.CAPF.Operation, OperationNone)
	c.CAPF.Auth = orDefault(c.CAPF.Auth, cnf.CAPFNullString)
	c.Tokens.Rate = orDefault(c.Tokens.Rate, 20)
	c.Tokens.Wait = orDefault(c.Tokens.Wait, 30*time.Second)
	c.Limits = c.Limits.withDefaults()
	return c, errors.Join(c.check()...)
}

func (c Config) check() (faults []error) {
	refuse := func(wrong bool, format string, args ...any) {
		if wrong {
			faults = append(faults, fmt.Errorf("core: "+format, args...))
		}
	}
	refuse(c.Nodes < 1 || c.Nodes > MaxNodes, "%d nodes: want 1 to %d", c.Nodes, MaxNodes)
	refuse(c.TFTPServers < 1 || c.TFTPServers > c.Nodes, "%d TFTP servers on %d nodes", c.TFTPServers, c.Nodes)
	refuse(c.Security < cnf.NonSecure || c.Security > cnf.Encrypted, "unknown security mode %d", c.Security)
	refuse(c.KeepAlive < time.Second || c.KeepAlive%time.Second != 0, "keepalive %s: want whole seconds", c.KeepAlive)
	refuse(c.TFTPPort < 0 || c.TFTPPort > 65535, "TFTP port %d", c.TFTPPort)
	refuse(c.Address.IsValid() && !c.Address.Is4(), "address %s: want IPv4", c.Address)
	refuse(len(c.Devices) > c.Limits.Devices, "%d devices: the limit is %d", len(c.Devices), c.Limits.Devices)
	if err := c.CAPF.Key.Check(); err != nil {
		faults = append(faults, fmt.Errorf("core: CAPF key: %w", err))
	}
	if err := c.CAPF.Operation.check(); err != nil {
		faults = append(faults, err)
	}
	if err := c.Signer.check(); err != nil {
		faults = append(faults, err)
	}
	for i, capacity := range c.Capacity {
		if err := capacity.Check(); err != nil {
			faults = append(faults, err)
		}
		twice := slices.ContainsFunc(c.Capacity[:i], func(o Capacity) bool { return o.Place() == capacity.Place() })
		refuse(twice, "two capacities of %s", capacity.Place())
	}
	for _, spec := range c.Faults {
		if err := spec.Check(); err != nil {
			faults = append(faults, err)
		}
		n, _ := nodeNumber(spec.On)
		refuse(n > c.Nodes, "fault %s on %s: the cluster has %d nodes", spec.Fault, spec.On, c.Nodes)
	}
	return faults
}

func (o Operation) check() error {
	switch o {
	case "", OperationNone, OperationInstall, OperationDelete, OperationFetch:
		return nil
	}
	return fmt.Errorf("core: unknown CAPF operation %q: want install, delete, fetch or none", string(o))
}
