package core

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// Capacity gives a service the two figures that real servers have: how long a
// piece of work takes, and how many pieces get done in a second. Each node has
// as many clerks as that takes; what comes while all are busy waits its turn,
// first come, first served.
//
//	rate 100/s, service 50 ms: 5 clerks, each free again after 50 ms
//	rate 10/s,  service 50 ms: 1 clerk, who rests 50 ms after each piece
//
// The time is waited for, no processor burns it.
type Capacity struct {
	On      Service       // whose; "": CallManager
	Rate    float64       // pieces of work that a node does in a second; 0: any number
	Service time.Duration // that one takes; 0: none
}

// Check refuses a capacity that cannot be.
func (c Capacity) Check() error {
	switch {
	case c.On != "" && !slices.Contains(CapacityPlaces(), string(c.On)):
		return fmt.Errorf("core: capacity on %q: want one of %v", c.On, CapacityPlaces())
	case !(c.Rate >= 0) || c.Service < 0:
		return fmt.Errorf("core: capacity of %g/s and %v: negative", c.Rate, c.Service)
	case c.Rate == 0 && c.Service == 0:
		return fmt.Errorf("core: capacity of %s without a rate and without a service time bounds nothing", c.Place())
	case c.Rate > 0 && c.Rate < minCapacity:
		return fmt.Errorf("core: capacity of %g/s: less than one in an hour", c.Rate)
	case c.clerks() > maxClerks:
		return fmt.Errorf("core: capacity of %g/s at %v each: at most %d at once", c.Rate, c.Service, maxClerks)
	}
	return nil
}

const (
	minCapacity = 1.0 / 3600
	maxClerks   = 100_000
)

// CapacityPlaces are the services that may have a Capacity.
func CapacityPlaces() []string {
	return []string{string(ServiceCallManager), string(ServiceTFTP), string(ServiceCAPF), string(ServiceTVS)}
}

// Place is the service that the capacity is of.
func (c Capacity) Place() Service { return orDefault(c.On, ServiceCallManager) }

// clerks is how many work at once when all have something to do.
func (c Capacity) clerks() float64 { return max(1, math.Ceil(c.Rate*c.Service.Seconds()-1e-9)) }

// isWork says whether a request costs service time: registrations, files, the
// certificates that CAPF signs, questions to TVS. Everything else is small
// change.
func isWork(r Request) bool {
	switch m := r.Message.(type) {
	case sccp.RegisterReq:
		return true
	case FileRequest:
		return true
	case capf.Message:
		return m.Command == capf.KeyGenRes
	}
	_, opened := r.Message.(Opened)
	return r.Service == ServiceTVS && !opened
}

// busy makes requests wait until the service has the time for them, and for
// as long as they take. The work is done when that time is over: the cluster
// does not know a phone that is still in the queue. Whoever hangs up while
// queueing is served all the same, as the servers of a cluster, too, find out
// last.
func (c *Core) busy(next Handler) Handler {
	return func(ctx context.Context, r Request) (Reply, error) {
		if isWork(r) {
			for i, capacity := range c.config.Capacity {
				if capacity.Place() == r.Service && !sleep(ctx, c.queues[i][r.Node-1].enqueue(time.Now())) {
					return Reply{}, ctx.Err()
				}
			}
		}
		return next(ctx, r)
	}
}

// queue is the clerks of a service of a node. Equal work for everybody and first
// come, first served: clerks become free in the order in which they began, so
// a ring of their times is all there is to know.
type queue struct {
	service time.Duration
	between time.Duration // from the beginning of a clerk's work to that of the next

	mu    sync.Mutex
	began []time.Time // each clerk's last piece of work
	next  int         // whose turn it is
}

func newQueue(c Capacity) *queue {
	d := &queue{service: c.Service, between: c.Service}
	if c.Rate > 0 {
		clerks := c.clerks()
		d.began = make([]time.Time, int(clerks))
		d.between = time.Duration(math.Round(clerks / c.Rate * float64(time.Second)))
	}
	return d
}

// enqueue takes a piece of work that comes now and says how long it is until
// that is done.
func (d *queue) enqueue(now time.Time) time.Duration {
	if len(d.began) == 0 {
		return d.service
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	begin := now
	if clerk := d.began[d.next]; !clerk.IsZero() {
		if free := clerk.Add(d.between); free.After(now) {
			begin = free
		}
	}
	d.began[d.next] = begin
	d.next = (d.next + 1) % len(d.began)
	return begin.Sub(now) + d.service
}
