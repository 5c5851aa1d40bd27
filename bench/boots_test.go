package bench

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// wheelTick is the batch in which keepalives go out.
const wheelTick = 10 * time.Millisecond

// models are the two that stand for the generations: TLS 1.0 with AES128-SHA,
// and TLS 1.2 with ECDHE and GCM.
var models = []string{"7965", "8945"}

// shelf is files in memory, for what a benchmark does not want to fetch.
type shelf map[string][]byte

// Fetch implements phone.Files.
func (s shelf) Fetch(_ context.Context, name string) ([]byte, error) {
	if file, ok := s[name]; ok {
		return file, nil
	}
	return nil, phone.ErrNotFound
}

// String is what a console log calls it; the files themselves would be long.
func (s shelf) String() string { return "memory" }

// fill puts every file that the first n phones ask for on the shelf.
func fill(ctx context.Context, c *core.Core, n int) (shelf, error) {
	files := make(shelf, 3*n)
	for i := range n {
		for _, name := range []string{"CTL" + name(i) + ".tlv", "ITL" + name(i) + ".tlv", cnf.Name(name(i)) + ".sgn"} {
			file, err := c.File(ctx, name, netip.AddrPort{})
			if err != nil {
				return nil, err
			}
			files[name] = file
		}
	}
	return files, nil
}

// ctlByTFTP fetches the CTL as a phone does and takes the rest from a shelf.
type ctlByTFTP struct {
	*phone.TFTP
	shelf shelf
}

// Fetch implements phone.Files.
func (f ctlByTFTP) Fetch(ctx context.Context, name string) ([]byte, error) {
	if strings.HasPrefix(name, "CTL") {
		return f.TFTP.Fetch(ctx, name)
	}
	return f.shelf.Fetch(ctx, name)
}

// tftpFor is how phone i fetches from a core.
func tftpFor(i int, server string, m *phone.Model) *phone.TFTP {
	return &phone.TFTP{Servers: []string{server}, Local: source(i), Timers: &m.Timers}
}

// identity is phone i.
func identity(i int, m *phone.Model) phone.Identity {
	return phone.Identity{Name: phone.Name(name(i)), Model: m, Address: source(i)}
}

// storm boots n phones and returns how many boots a second. The phones take
// their leave when the clock has stopped.
func storm(t testing.TB, n int, build func(i int) *phone.Phone) float64 {
	t.Helper()
	sessions := make([]*phone.Session, n)
	perSecond := crowd(t, n, func(i int) (err error) {
		sessions[i], err = build(i).Boot(context.Background())
		return err
	})
	crowd(t, n, func(i int) error {
		sessions[i].Close()
		return nil
	})
	return perSecond
}

// startWheel starts a wheel that ends with the test.
func startWheel(t testing.TB) *phone.Wheel {
	t.Helper()
	wheel := phone.NewWheel(wheelTick)
	t.Cleanup(wheel.Close)
	return wheel
}

// heldLists are the lists that a core serves, or with stale those of a year
// before, as phones hold them.
func heldLists(a *core.Authority, o core.ListOptions, stale bool) (f phone.Flash, err error) {
	build := a.CTL
	if stale {
		build = a.StaleCTL
	}
	file, err := build(o)
	if err != nil {
		return f, err
	}
	if f.CTL, err = ctl.Parse(file); err != nil {
		return f, err
	}
	if file, err = a.ITL(1, o); err != nil {
		return f, err
	}
	f.ITL, err = ctl.Parse(file)
	return f, err
}
