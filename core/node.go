package core

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// node is one server of the cluster: CallManager and TVS, on the first also
// CAPF, on the first ones TFTP. It can be stopped and started while the core
// runs, and so can each of its services.
type node struct {
	core   *Core
	number int // from 1

	// The services as they were last started (see service.go).
	callManager atomic.Pointer[callManager]
	tvs         atomic.Pointer[tvsService]
	capf        atomic.Pointer[capfService] // of node 1
	files       atomic.Pointer[files]       // of nodes that serve TFTP

	switching sync.Mutex // one stop or start at a time

	mu      sync.Mutex
	running bool
	ctx     context.Context // ends when the node stops
	cancel  context.CancelFunc
	sockets nodeSockets
	tftp    *tftpServer // nil while the node is stopped, or without datagrams
	tftpAt  net.Addr    // nil without datagrams
	links   map[*link]struct{}
	work    sync.WaitGroup // its connections and accept loops
}

func (c *Core) newNode(number int, s stored) (*node, error) {
	n := &node{core: c, number: number, links: map[*link]struct{}{}}
	return n, n.startServices(s)
}

// startServices has every service of the node read what is stored.
func (n *node) startServices(s stored) error {
	n.startCallManager(s)
	n.startTVS(s)
	if n.number == 1 {
		n.startCAPF(s)
	}
	if n.number <= s.config.TFTPServers {
		return n.startFiles(s)
	}
	return nil
}

// start serves on open sockets.
func (n *node) start(ctx context.Context, s nodeSockets) {
	n.mu.Lock()
	n.running, n.sockets = true, s
	n.sockets.tftp = nil // its server closes it
	n.ctx, n.cancel = context.WithCancel(ctx)
	n.mu.Unlock()
	n.work.Go(func() { n.serve(s.clear, ServiceCallManager, n.talkClear) })
	n.work.Go(func() { n.serve(s.secure, ServiceCallManager, n.talkSecure) })
	n.work.Go(func() { n.serve(s.tvs, ServiceTVS, n.talkTVS) })
	if s.capf != nil {
		n.work.Go(func() { n.serve(s.capf, ServiceCAPF, n.talkCAPF) })
	}
	n.startTFTP(s.tftp)
}

// stop closes the node's listeners and connections and waits for the end of
// their goroutines.
func (n *node) stop(reason string) {
	n.mu.Lock()
	if !n.running {
		n.mu.Unlock()
		return
	}
	n.running = false
	n.cancel()
	n.sockets.close()
	for l := range n.links {
		l.close(reason)
	}
	n.mu.Unlock()
	n.stopTFTP()
	n.work.Wait()
}

func (n *node) isRunning() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.running
}

// StopNode stops a node, from 1, as a power cut would: its ports refuse, its
// connections end; node 1 takes CAPF along. Stopping a stopped node
// does nothing.
func (c *Core) StopNode(number int) error {
	n, err := c.node(number)
	if err != nil {
		return err
	}
	n.switching.Lock()
	defer n.switching.Unlock()
	c.trace.core("node %d stops", number)
	n.stop("node stopped")
	return nil
}

// StartNode starts a node that was stopped, on its old address and ports, with
// the certificates that are stored now.
func (c *Core) StartNode(number int) error {
	n, err := c.node(number)
	if err != nil {
		return err
	}
	n.switching.Lock()
	defer n.switching.Unlock()
	if n.isRunning() || c.ctx.Err() != nil {
		return c.ctx.Err()
	}
	if err := n.startServices(c.disk.read()); err != nil {
		return err
	}
	place := c.places[number-1]
	s, err := listenNode(c.ctx, c.config.Network, &place, number == 1)
	if err != nil {
		return err
	}
	if s.tftp, err = n.reopenTFTP(); err != nil {
		s.close()
		return err
	}
	c.trace.core("node %d starts", number)
	n.start(c.ctx, s)
	return nil
}

// sweepEvery is how often silent connections are looked for: supervision is
// exact to this, and costs nothing per phone and second but a look.
const sweepEvery = time.Second

// sweep closes the connections that were silent, or would not take what they
// were sent, for too long (SCCP, section 9.1).
func (n *node) sweep(now time.Time) {
	limits := n.core.config.Limits
	n.mu.Lock()
	defer n.mu.Unlock()
	for l := range n.links {
		since := func(then int64) time.Duration { return now.Sub(time.Unix(0, then)) }
		if began := l.writing.Load(); began != 0 && since(began) >= limits.Write {
			l.close("the phone takes no data")
			continue
		}
		heard := l.heard.Load()
		switch {
		case heard == 0:
		case l.registered.Load() && since(heard) >= 3*n.core.config.KeepAlive:
			l.close("KeepAliveTimeout")
		case !l.registered.Load() && since(heard) >= limits.Unregistered:
			l.close("never registered")
		}
	}
}
