package core

import (
	"context"
	"crypto/tls"
	"sync"
	"time"
)

// node is one server of the cluster: CallManager and TVS, and on the first also
// CAPF and TFTP. It can be stopped and started while the core runs.
type node struct {
	core   *Core
	number int // from 1

	secureTLS, tvsTLS, capfTLS *tls.Config

	switching sync.Mutex // one stop or start at a time

	mu      sync.Mutex
	running bool
	ctx     context.Context // ends when the node stops
	cancel  context.CancelFunc
	sockets nodeSockets
	links   map[*link]struct{}
	work    sync.WaitGroup // its connections and accept loops
}

func (c *Core) newNode(i int) *node {
	n := &node{core: c, number: i + 1, links: map[*link]struct{}{}}
	n.secureTLS = serverTLS(c.config, c.authority.CallManagers[i])
	n.secureTLS.ClientAuth = tls.RequireAnyClientCert
	n.secureTLS.VerifyConnection = c.capf.verifyConnection(c.trace)
	n.tvsTLS = serverTLS(c.config, c.authority.TVS[i])
	if i == 0 {
		n.capfTLS = serverTLS(c.config, c.authority.CAPF)
	}
	return n
}

// start serves on open sockets.
func (n *node) start(ctx context.Context, s nodeSockets) {
	n.mu.Lock()
	n.running, n.sockets = true, s
	n.ctx, n.cancel = context.WithCancel(ctx)
	n.mu.Unlock()
	n.work.Go(func() { n.serve(s.clear, n.talkClear) })
	n.work.Go(func() { n.serve(s.secure, n.talkSecure) })
	n.work.Go(func() { n.serve(s.tvs, n.talkTVS) })
	if s.capf != nil {
		n.work.Go(func() { n.serve(s.capf, n.talkCAPF) })
	}
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
	n.work.Wait()
}

func (n *node) isRunning() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.running
}

// StopNode stops a node, from 1, as a power cut would: its ports refuse, its
// connections end. Node 1 takes TFTP and CAPF along. Stopping a stopped node
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
	if number == 1 {
		c.stopTFTP()
	}
	return nil
}

// StartNode starts a node that was stopped, on its old address and ports.
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
	place := c.places[number-1]
	s, err := listenNode(c.ctx, c.config.Network, &place, number == 1)
	if err != nil {
		return err
	}
	if number == 1 {
		if err := c.restartTFTP(); err != nil {
			s.close()
			return err
		}
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
