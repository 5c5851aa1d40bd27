package core

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/phonebank/phonebank/wire/sccp"
)

// What an administrator of a real cluster does about devices, and what he can
// ask about them.

// resetters is how many phones are told to reset at the same time: one that
// takes no data must not keep the others waiting.
const resetters = 64

// Reset tells devices to reset or restart: the named ones, or all when none is
// named. It returns how many registered devices were told. A name that is not
// in the database is an error, and then none is told.
func (c *Core) Reset(ctx context.Context, kind sccp.ResetType, names ...string) (int, error) {
	devices, err := c.db.named(names)
	if err != nil {
		return 0, fmt.Errorf("core: reset: %w", err)
	}
	var links []*link
	for _, d := range devices {
		if l := d.where(); l != nil {
			links = append(links, l)
		}
	}
	var work errgroup.Group
	work.SetLimit(resetters)
	for _, l := range links {
		work.Go(func() error {
			b := sccp.Append(nil, sccp.Reset{Type: kind}, uint8(l.version.Load()))
			if err := l.write(ctx, b, Reply{}); err != nil {
				l.close(fmt.Sprintf("reset: %v", err))
			}
			return nil
		})
	}
	return len(links), work.Wait()
}

// Ask sets what CAPF is to do with a device the next time it connects: an LSC
// is installed once, and then again only when asked for (CAPF, section 9).
func (c *Core) Ask(device string, o Operation) error {
	if err := o.check(); err != nil {
		return err
	}
	d := c.db.find(device)
	if d == nil {
		return fmt.Errorf("core: no device %s", device)
	}
	d.ask(o)
	return nil
}

// SetProfile changes the security profile of devices: of the named ones, or of
// all when none is named. TFTP and CallManager know at once, phones when they
// are reset. A name that is not in the database is an error, and then nothing
// changes.
func (c *Core) SetProfile(change func(*Profile), names ...string) error {
	devices, err := c.db.named(names)
	if err != nil {
		return fmt.Errorf("core: profile: %w", err)
	}
	for _, d := range devices {
		d.mu.Lock()
		change(&d.security)
		d.mu.Unlock()
	}
	return nil
}

// AddDevice puts a device into the database of a running cluster. A name that
// is there already is an error.
func (c *Core) AddDevice(d Device) error {
	if err := checkDevice(d); err != nil {
		return err
	}
	if c.db.find(d.Name) != nil {
		return fmt.Errorf("core: device %s is there already", d.Name)
	}
	if c.db.add(d) == nil {
		return fmt.Errorf("core: the database is full: %d devices", c.config.Limits.Devices)
	}
	return nil
}

// Registration is where and since when a device is registered.
type Registration struct {
	Node      int
	LastHeard time.Time // the last whole message of the phone
}

// Registered says where a device is registered; false when it is not.
func (c *Core) Registered(device string) (Registration, bool) {
	d := c.db.find(device)
	if d == nil {
		return Registration{}, false
	}
	l := d.where()
	if l == nil {
		return Registration{}, false
	}
	return Registration{Node: l.node.number, LastHeard: time.Unix(0, l.heard.Load())}, true
}

// LSC is the DER of the certificate that CAPF has for a device, nil for none.
func (c *Core) LSC(device string) []byte {
	d := c.db.find(device)
	if d == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lsc
}
