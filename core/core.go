package core

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Core is a running cluster. Its methods are safe for concurrent use.
type Core struct {
	config    Config
	authority *Authority
	places    []Place

	db       *database
	files    *files
	capf     *capfDesk
	tvs      *tvsTable
	stations *stationDesk

	fault    Fault // all faults in one; nil: none
	counters counters
	trace    *tracer
	started  time.Time
	numbers  atomic.Uint32 // of connections, for traces and CAPF sessions
	open     atomic.Int64  // TCP connections

	ctx    context.Context
	cancel context.CancelFunc
	nodes  []*node
	work   sync.WaitGroup // what runs beside the nodes

	tftpMu sync.Mutex
	tftp   *tftpServer // nil while node 1 is stopped, or without datagrams
	tftpAt net.Addr
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
		c.Network = &net.ListenConfig{}
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
	f, err := newFiles(c, c.Authority, s.places, db)
	if err != nil {
		return nil, err
	}
	roots := append([]*x509.Certificate{c.Authority.Manufacturer.Certificate}, c.MICRoots...)
	core := &Core{
		config: c, authority: c.Authority, places: s.places,
		db: db, files: f, trace: newTracer(c.Trace), started: time.Now(),
		capf:     &capfDesk{db: db, authority: c.Authority, policy: c.CAPF, micRoots: roots},
		tvs:      newTVSTable(c.Authority),
		stations: &stationDesk{db: db, config: c, places: s.places, mixed: c.mixed()},
	}
	for range s.places {
		core.stations.tokens = append(core.stations.tokens, &bucket{rate: c.Tokens.Rate})
	}
	core.ctx, core.cancel = context.WithCancel(ctx)
	for i := range s.places {
		core.nodes = append(core.nodes, core.newNode(i))
	}
	core.fault = core.faults(c.Faults)
	return core, nil
}

func (c *Core) run(s *sockets) {
	for i, n := range c.nodes {
		n.start(c.ctx, s.nodes[i])
	}
	if s.tftp != nil {
		c.tftpAt = s.tftp.LocalAddr()
		c.startTFTP(s.tftp)
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
	if n.number == 1 {
		c.stopTFTP()
	}
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

// Close stops everything and waits for it: every connection ends at once, TFTP
// transfers within their timeouts. It never fails.
func (c *Core) Close() error {
	c.cancel()
	c.work.Wait()
	return nil
}

// Authority is the cluster's PKI.
func (c *Core) Authority() *Authority { return c.authority }

// TFTPAddr is the host:port of the TFTP server; the address of node 1 and an
// empty port where the Network has no datagrams.
func (c *Core) TFTPAddr() string {
	if c.tftpAt == nil {
		return net.JoinHostPort(c.places[0].Address.String(), "")
	}
	return c.tftpAt.String()
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
func (c *Core) ListOptions() ListOptions { return c.files.listOptions() }

// faulty puts the core's faults around a handler.
func (c *Core) faulty(h Handler) Handler {
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
