package core

import (
	"sync"
	"sync/atomic"
	"time"
)

// disk is what a cluster has stored: certificates and keys, its settings, and
// the CTL as the CTL client wrote it last. An administrator changes it while
// the services run. They go on with what they read when they started, until
// they are restarted: that is why certificates are renewed in a certain order.
type disk struct {
	clock atomic.Int64 // how far the servers' clock is off, in nanoseconds

	mu  sync.Mutex
	has stored
}

// now is the time on the servers.
func (d *disk) now() time.Time { return time.Now().Add(time.Duration(d.clock.Load())) }

// stored is a disk at one moment. It never changes, nor does what it refers to.
type stored struct {
	config    Config // as the cluster was started
	places    []Place
	authority *Authority
	mixed     bool             // cluster security mode
	rollback  bool             // prepared for the rollback to a release before 8.0
	changed   time.Time        // when a setting last changed that shows in a list; zero: never
	ctl       []byte           // CTLFile.tlv; nil: none was ever written
	vouched   *tvsTable        // for what TVS vouches
	now       func() time.Time // the servers' clock, which is never the old one
}

func newDisk(c Config, places []Place) (*disk, error) {
	d := new(disk)
	d.clock.Store(int64(c.Clock))
	d.has = stored{
		config: c, places: places, authority: c.Authority, mixed: c.mixed(), rollback: c.Rollback,
		vouched: newTVSTable(c.Authority), now: d.now,
	}
	if !d.has.mixed && !c.WasSecure {
		return d, nil
	}
	var err error
	d.has.ctl, err = c.Authority.CTL(d.has.listOptions())
	return d, err
}

// read is what a service finds when it starts.
func (d *disk) read() stored {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.has
}

// change replaces what is stored, unless it cannot be.
func (d *disk) change(how func(*stored) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	next := d.has
	if err := how(&next); err != nil {
		return err
	}
	if next.authority != d.has.authority {
		next.vouched = newTVSTable(next.authority)
	}
	d.has = next
	return nil
}

// listOptions are those of the lists that are made of what is stored.
func (s stored) listOptions() ListOptions {
	o := ListOptions{
		Signer: s.config.Signer, Digest: s.config.Digest,
		NonSecure: !s.mixed, Rollback: s.rollback, Time: s.changed,
	}
	for _, p := range s.places {
		o.Addresses = append(o.Addresses, p.Address)
	}
	return o
}
