package network

import (
	"net"
	"slices"
	"time"

	"github.com/phonebank/phonebank/phone"
)

// kind is one row of the table of faults. Either function may be nil.
type kind struct {
	name      string
	on        []phone.Service
	conn      func(*fault, net.Conn) net.Conn
	datagrams func(*fault, phone.Datagrams) phone.Datagrams
}

var (
	tcp        = []phone.Service{phone.ServiceCAPF, phone.ServiceTVS, phone.ServiceCallManager}
	everywhere = append([]phone.Service{phone.ServiceTFTP}, tcp...)
)

// kinds is all that can go wrong on the way: one function and one row each.
func kinds() []kind {
	return []kind{
		{name: "latency", on: everywhere, conn: lateConn, datagrams: lateDatagrams},   // answers arrive Delay later, and so do connections
		{name: "loss", on: []phone.Service{phone.ServiceTFTP}, datagrams: lossy},      // datagrams are gone
		{name: "reset", on: tcp, conn: reset},                                         // connections are reset
		{name: "half-open", on: tcp, conn: halfOpen},                                  // connections stand, and nothing passes
		{name: "bandwidth", on: everywhere, conn: lateConn, datagrams: lateDatagrams}, // bytes wait for each other
	}
}

// Names are the names that Spec.Fault may have.
func Names() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

func find(name string) (kind, bool) {
	all := kinds()
	i := slices.IndexFunc(all, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, false
	}
	return all[i], true
}

// on says whether the fault is on now.
func (f *fault) on() bool {
	now := time.Now()
	from, to := f.window(f.line.network.began)
	return !now.Before(from) && (to.IsZero() || now.Before(to))
}

// opens is how long it is until a connection that is made now is hit; never,
// where the fault is over.
func (f *fault) opens() (in time.Duration, ever bool) {
	now := time.Now()
	from, to := f.window(f.line.network.began)
	return max(0, from.Sub(now)), to.IsZero() || now.Before(to)
}

// arrival is when bytes are there that have come now.
func (f *fault) arrival(bytes int) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := time.Now()
	if f.on() {
		at = at.Add(f.delay())
		if f.Bandwidth > 0 {
			at = latest(at, f.heard).Add(f.takes(bytes))
		}
	}
	f.heard = latest(at, f.heard) // nothing overtakes
	return f.heard
}

// sending is how long bytes take to leave the phone.
func (f *fault) sending(bytes int) time.Duration {
	if f.Bandwidth == 0 || !f.on() {
		return 0
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	f.said = latest(now, f.said).Add(f.takes(bytes))
	return f.said.Sub(now)
}

func (f *fault) takes(bytes int) time.Duration {
	return time.Duration(float64(bytes) * 8 / f.Bandwidth * float64(time.Second))
}

// delay is that of one round trip.
func (f *fault) delay() time.Duration {
	if f.Jitter == 0 {
		return f.Delay
	}
	return f.Delay - f.Jitter + time.Duration(f.random.Int64N(int64(2*f.Jitter)+1))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
