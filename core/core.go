package core

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Core is a running cluster. Its methods are safe for concurrent use.
type Core struct {
	config Config
	places []Place

	disk     *disk
	db       *database
	stations *stationDesk

	fault    Fault      // all faults in one; nil: none
	queues   [][]*queue // of every Config.Capacity, one a node
	counters counters
	trace    *tracer
	started  time.Time
	numbers  atomic.Uint32 // of connections, for traces and CAPF sessions
	open     atomic.Int64  // TCP connections

	ctx    context.Context
	cancel context.CancelFunc
	nodes  []*node
	work   sync.WaitGroup // what runs beside the nodes
}

// Start starts a cluster. It ends with Close, or with ctx.
func Start(ctx context.Context, c Config) (*Core, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	if c.Authority == nil {
		if c.Authority, err = NewAuthority(AuthorityOptions{Nodes: c.Nodes}); err != nil {
			return nil, err
		}
	}
	if have := len(c.Authority.CallManagers); have < c.Nodes {
		return nil, fmt.Errorf("core: an authority of %d nodes for a cluster of %d", have, c.Nodes)
	}
	if c.Network == nil {
		// Without the kernel's keepalives: every service times out by itself, and
		// they cost four system calls a connection and a packet every 15 s a phone.
		network := &net.ListenConfig{KeepAlive: -1}
		network.SetMultipathTCP(false) // Go's default: 10 µs a connection for what no phone asks for
		c.Network = network
	}
	s, err := claim(ctx, c)
	if err != nil {
		return nil, err
	}
	core, err := assemble(ctx, c, s)
	if err != nil {
		s.close()
		return nil, err
	}
	core.run(s)
	return core, nil
}

// assemble builds everything that does not run yet.
func assemble(ctx context.Context, c Config, s *sockets) (*Core, error) {
	db, err := newDatabase(c)
	if err != nil {
		return nil, err
	}
	disk, err := newDisk(c, s.places)
	if err != nil {
		return nil, err
	}
	core := &Core{
		config: c, places: s.places, disk: disk, db: db, trace: newTracer(c.Trace), started: time.Now(),
		stations: &stationDesk{db: db, config: c, places: s.places},
	}
	for range s.places {
		core.stations.tokens = append(core.stations.tokens, &bucket{rate: c.Tokens.Rate})
	}
	core.ctx, core.cancel = context.WithCancel(ctx)
	for i := range s.places {
		n, err := core.newNode(i+1, disk.read())
		if err != nil {
			core.cancel()
			return nil, err
		}
		core.nodes = append(core.nodes, n)
	}
	for _, capacity := range c.Capacity {
		var queues []*queue
		for range s.places {
			queues = append(queues, newQueue(capacity))
		}
		core.queues = append(core.queues, queues)
	}
	core.fault = core.faults(c.Faults)
	return core, nil
}

func (c *Core) run(s *sockets) {
	for i, n := range c.nodes {
		n.start(c.ctx, s.nodes[i])
	}
	c.work.Go(c.sweepAll)
	c.work.Go(func() { c.schedule(c.config.Faults) })
	for _, n := range c.nodes {
		c.work.Go(func() { c.endWith(n) })
	}
}

// endWith stops a node for good when the core ends.
func (c *Core) endWith(n *node) {
	<-c.ctx.Done()
	n.switching.Lock()
	defer n.switching.Unlock()
	n.stop("core stopped")
}

func (c *Core) sweepAll() {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case now := <-ticker.C:
			for _, n := range c.nodes {
				n.sweep(now)
			}
		}
	}
}

// Close stops everything and waits for it: every connection ends at once, a
// TFTP transfer with its next block or within Limits.TFTPTry. It never fails.
func (c *Core) Close() error {
	c.cancel()
	c.work.Wait()
	return nil
}

// Authority is the cluster's PKI as it is stored now: services that have not
// been restarted since it changed still run with an older one.
func (c *Core) Authority() *Authority { return c.disk.read().authority }

// TFTPAddr is the host:port of the first TFTP server; the address of node 1 and
// an empty port where the Network has no datagrams.
func (c *Core) TFTPAddr() string { return c.nodes[0].tftpAddress() }

// TFTPAddrs are the TFTP servers, in the order of their nodes.
func (c *Core) TFTPAddrs() []string {
	var addrs []string
	for _, n := range c.nodes[:c.config.TFTPServers] {
		addrs = append(addrs, n.tftpAddress())
	}
	return addrs
}

// NodeAddrs are the addresses of the nodes, in order.
func (c *Core) NodeAddrs() []netip.Addr {
	var addrs []netip.Addr
	for _, p := range c.places {
		addrs = append(addrs, p.Address)
	}
	return addrs
}

// Places are the addresses and ports of the nodes, in order.
func (c *Core) Places() []Place { return append([]Place(nil), c.places...) }

// ListOptions are those of the trust lists that the cluster serves: what an
// Authority makes of them has the same bytes.
func (c *Core) ListOptions() ListOptions { return c.disk.read().listOptions() }

// faulty puts the core's capacity and, outside of it, its faults around a
// handler.
func (c *Core) faulty(h Handler) Handler {
	if len(c.queues) > 0 {
		h = c.busy(h)
	}
	if c.fault == nil {
		return h
	}
	return c.fault(h)
}

func (c *Core) node(number int) (*node, error) {
	if number < 1 || number > len(c.nodes) {
		return nil, fmt.Errorf("core: node %d of %d", number, len(c.nodes))
	}
	return c.nodes[number-1], nil
}
