package core

import (
	"crypto/md5"
	"crypto/rsa"
	"crypto/subtle"
	"crypto/x509"
	"encoding/hex"
	"strconv"
	"sync"
	"time"
)

// device is a row of the database: what a phone may do, what it holds, and
// where it is registered.
type device struct {
	Device        // never changes, and says of security only what it was at first
	number uint32 // position in the database, from 1

	mu          sync.Mutex
	security    Profile
	operation   Operation // what CAPF is to do; none once done
	lsc, mic    []byte    // DER, nil while unknown
	failures    int       // wrong authentication strings in a row
	lockedUntil time.Time
	owner       *link // the connection it is registered on
}

// firstNumber is the directory number of the first line of the first device.
const firstNumber = 1001

// directoryNumber is that of a line of the device: 1001 for the first device, and
// so on, with "*<line>" behind it for lines other than the first. Lines that the
// device does not have are answered with empty texts.
func (d *device) directoryNumber(line uint32) string {
	if line < 1 || line > uint32(d.Lines) {
		return ""
	}
	number := strconv.Itoa(firstNumber - 1 + int(d.number))
	if line > 1 {
		number += "*" + strconv.Itoa(int(line))
	}
	return number
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
