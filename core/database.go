package core

import (
	"crypto/md5"
	"crypto/rsa"
	"crypto/subtle"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/phonebank/phonebank/wire/cnf"
)

// database is the one device database of all nodes of a cluster.
type database struct {
	defaults Device // what a device has that does not say otherwise
	profile  Profile
	limit    int

	mu      sync.RWMutex
	devices map[string]*device
}

// device is a row of the database: what a phone may do, what it holds, and
// where it is registered.
type device struct {
	Device        // never changes, and says of security only what it was at first
	number uint32 // position in the database, from 1: its first line is 1000 + number

	mu          sync.Mutex
	security    Profile
	operation   Operation // what CAPF is to do; none once done
	lsc, mic    []byte    // DER, nil while unknown
	failures    int       // wrong authentication strings in a row
	lockedUntil time.Time
	owner       *link // the connection it is registered on
}

func newDatabase(c Config) (*database, error) {
	db := &database{
		defaults: Device{AuthString: c.AuthString, Security: c.Security, Operation: c.CAPF.Operation, Lines: 1},
		profile:  Profile{EncryptedConfig: c.EncryptedConfig, Auth: c.CAPF.Auth}, limit: c.Limits.Devices,
		devices: make(map[string]*device, len(c.Devices)),
	}
	for _, d := range c.Devices {
		if err := checkDevice(d); err != nil {
			return nil, err
		}
		if db.find(d.Name) != nil {
			return nil, fmt.Errorf("core: device %s is listed twice", d.Name)
		}
		db.add(d)
	}
	return db, nil
}

func checkDevice(d Device) error {
	switch {
	case !validName(d.Name):
		return fmt.Errorf("core: device %q: want a name of 1 to 15 letters, digits, '-' and '_', such as SEP0011215A1AE3", d.Name)
	case d.Security < 0 || d.Security > cnf.Encrypted:
		return fmt.Errorf("core: device %s: unknown security mode %d", d.Name, d.Security)
	case d.Lines < 0 || d.Lines > 42:
		return fmt.Errorf("core: device %s: %d lines: want 1 to 42", d.Name, d.Lines)
	}
	return d.Operation.check()
}

// validName accepts what fits the 16 bytes of SCCP's device name and is safe
// in a file name.
func validName(name string) bool {
	for _, c := range name {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '_' {
			return false
		}
	}
	return name != "" && len(name) <= 15
}

// find is the device of a name, nil for one that is not in the database.
func (db *database) find(name string) *device {
	db.mu.RLock()
	defer db.mu.RUnlock()
	return db.devices[name]
}

// add puts a device into the database; nil when it is full. Of two additions of
// the same name at once both get the same row.
func (db *database) add(d Device) *device {
	db.mu.Lock()
	defer db.mu.Unlock()
	if known := db.devices[d.Name]; known != nil {
		return known
	}
	if len(db.devices) >= db.limit {
		return nil
	}
	if d.Operation == "" {
		d.Operation = db.defaults.Operation
		if d.LSC != nil && d.Operation == OperationInstall {
			d.Operation = OperationNone
		}
	}
	d.AuthString = orDefault(d.AuthString, db.defaults.AuthString)
	d.Security = orDefault(d.Security, db.defaults.Security)
	d.Lines = orDefault(d.Lines, db.defaults.Lines)
	profile := db.profile
	profile.Security = d.Security
	row := &device{Device: d, security: profile, number: uint32(len(db.devices)) + 1, operation: d.Operation, lsc: d.LSC, mic: d.MIC}
	db.devices[d.Name] = row
	return row
}

// named are the devices of these names, or all when there are none.
func (db *database) named(names []string) ([]*device, error) {
	if len(names) == 0 {
		names = db.names()
	}
	devices := make([]*device, len(names))
	for i, name := range names {
		if devices[i] = db.find(name); devices[i] == nil {
			return nil, fmt.Errorf("no device %s", name)
		}
	}
	return devices, nil
}

// names are all device names, sorted.
func (db *database) names() []string {
	db.mu.RLock()
	defer db.mu.RUnlock()
	all := make([]string, 0, len(db.devices))
	for name := range db.devices {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// profile is the device's security profile.
func (d *device) profile() Profile {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.security
}

// pending is the operation CAPF has yet to do.
func (d *device) pending() Operation {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.operation
}

// ask sets the operation, as an administrator does.
func (d *device) ask(o Operation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.operation = orDefault(o, OperationNone)
}

// done ends the operation; with install, der is the new LSC, with delete nil.
func (d *device) done(o Operation, der []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.operation = OperationNone
	if o != OperationFetch {
		d.lsc = der
	}
}

// seen remembers the MIC that a device showed.
func (d *device) seen(mic []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mic = mic
}

// The rule of ten: after so many wrong strings in a row, wait so long (CAPF,
// section 9).
const (
	wrongStrings = 10
	lockout      = 10 * time.Minute
)

// typed checks an authentication string. While the device waits, even the
// right string is wrong.
func (d *device) typed(text string, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now.Before(d.lockedUntil) {
		return false
	}
	if text != "" && subtle.ConstantTimeCompare([]byte(text), []byte(d.AuthString)) == 1 {
		d.failures = 0
		return true
	}
	if d.failures++; d.failures >= wrongStrings {
		d.failures, d.lockedUntil = 0, now.Add(lockout)
	}
	return false
}

// sealingKey is the RSA key that the device's encrypted configuration is made
// for, with the MD5 of its certificate in lower-case hex: the LSC's, else the
// MIC's (signed configuration, section 4). Nil when neither is known and RSA.
func (d *device) sealingKey() (key *rsa.PublicKey, certHash string) {
	d.mu.Lock()
	lsc, mic := d.lsc, d.mic
	d.mu.Unlock()
	for _, der := range [][]byte{lsc, mic} {
		if der == nil {
			continue
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			continue
		}
		if key, ok := cert.PublicKey.(*rsa.PublicKey); ok {
			sum := md5.Sum(der)
			return key, hex.EncodeToString(sum[:])
		}
	}
	return nil, ""
}

// claim makes l the connection that the device is registered on and returns
// the one it was registered on before: nil for none.
func (d *device) claim(l *link) (before *link) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before, d.owner = d.owner, l
	return before
}

// release ends the registration of the device, if it is on l.
func (d *device) release(l *link) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.owner != l || l == nil {
		return false
	}
	d.owner = nil
	return true
}

// where is the connection the device is registered on, nil when it is not.
func (d *device) where() *link {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.owner
}
