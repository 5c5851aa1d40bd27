package core

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/phonebank/phonebank/wire/cnf"
)

// database is the one device database of all nodes of a cluster.
type database struct {
	defaults Device // what a device has that does not say otherwise
	profile  Profile
	limit    int

	mu      sync.RWMutex
	devices map[string]*device
	rows    []*device // in the order of their numbers, which begin at 1
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

// withLine is the device that has a directory number on one of its lines, nil
// when none has.
func (db *database) withLine(number string) *device {
	first, other, _ := strings.Cut(number, "*")
	n, err := strconv.Atoi(first)
	line, _ := strconv.ParseUint(cmp.Or(other, "1"), 10, 32)
	db.mu.RLock()
	defer db.mu.RUnlock()
	if n -= firstNumber; err != nil || n < 0 || n >= len(db.rows) || db.rows[n].directoryNumber(uint32(line)) != number {
		return nil
	}
	return db.rows[n]
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
	row := &device{Device: d, security: profile, number: uint32(len(db.rows)) + 1, operation: d.Operation, lsc: d.LSC, mic: d.MIC}
	db.devices[d.Name] = row
	db.rows = append(db.rows, row)
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
