package bench

import (
	"context"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/wire/cnf"
)

// CoreRole is a core as a child.
type CoreRole struct{ core *core.Core }

// CoreArgs describe it.
type CoreArgs struct {
	Dir    string // of the world
	Phones int    // in its database, each with its LSC
	Pace   int    // seconds between keepalives; 0: the default
}

// CorePlace is where it is, and what makes its trust lists.
type CorePlace struct {
	TFTP  string
	Lists core.ListOptions
}

// Start starts the core.
func (r *CoreRole) Start(in CoreArgs, out *CorePlace) error {
	w, err := loadWorld(in.Dir)
	if err != nil {
		return err
	}
	r.core, err = core.Start(context.Background(), core.Config{
		Authority: w.authority, Security: cnf.Encrypted, Devices: w.devices(in.Phones, true),
		KeepAlive: time.Duration(in.Pace) * time.Second,
	})
	if err != nil {
		return err
	}
	*out = CorePlace{TFTP: r.core.TFTPAddr(), Lists: r.core.ListOptions()}
	return nil
}

// Stats are the core's own counters.
func (r *CoreRole) Stats(_ Nothing, out *core.Stats) error {
	*out = r.core.Stats()
	return nil
}

// Usage is what the core's process has used.
func (r *CoreRole) Usage(_ Nothing, out *Usage) error { return out.measure() }

// Usage is what a process has used so far.
type Usage struct {
	CPU   time.Duration
	Bytes int // resident
}

func (u *Usage) measure() (err error) {
	u.CPU = cpuTime()
	u.Bytes, err = residentBytes()
	return err
}
