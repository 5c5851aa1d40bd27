package coretest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
)

// Network is a TCP network in memory: addresses are host:port, connections are
// buffered. It can be used in a synctest bubble, where every wait for it is
// durable. The zero value is an empty network.
type Network struct {
	mu        sync.Mutex
	listeners map[netip.AddrPort]*listener
	refused   map[netip.AddrPort]bool
	stalled   map[netip.AddrPort]chan struct{} // closed when the stall ends
	port      uint16                           // the last one given to a dialling end
}

// backlog is how many connections wait to be accepted.
const backlog = 128

// Listen listens on a host:port; port 0 is one of the network's choice.
func (n *Network) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	at, err := parse(network, address)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for at.Port() == 0 {
		n.port++
		if free := netip.AddrPortFrom(at.Addr(), 1024+n.port%40_000); n.listeners[free] == nil {
			at = free
		}
	}
	if n.listeners[at] != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Addr: net.TCPAddrFromAddrPort(at), Err: syscall.EADDRINUSE}
	}
	if n.listeners == nil {
		n.listeners = map[netip.AddrPort]*listener{}
	}
	l := &listener{network: n, at: at, waiting: make(chan *conn, backlog), closed: make(chan struct{})}
	n.listeners[at] = l
	return l, nil
}

// ListenPacket is not supported: files are fetched with Files.
func (n *Network) ListenPacket(context.Context, string, string) (net.PacketConn, error) {
	return nil, fmt.Errorf("coretest: datagrams: %w", errors.ErrUnsupported)
}

// Dial connects to a listener. It waits while the address is stalled and fails
// at once with ECONNREFUSED where nobody listens.
func (n *Network) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return n.DialFrom(ctx, netip.AddrFrom4([4]byte{127, 0, 0, 1}), network, address)
}

// DialFrom is Dial from a local address of the caller's choice.
func (n *Network) DialFrom(ctx context.Context, local netip.Addr, network, address string) (net.Conn, error) {
	fail := func(err error) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	at, err := parse(network, address)
	if err != nil {
		return fail(err)
	}
	if err := n.wait(ctx, at); err != nil {
		return fail(err)
	}
	n.mu.Lock()
	l := n.listeners[at]
	if l == nil || n.refused[at] {
		n.mu.Unlock()
		return fail(syscall.ECONNREFUSED)
	}
	n.port++
	near, far := pair(netip.AddrPortFrom(local, 1024+n.port%40_000), at)
	n.mu.Unlock()
	select {
	case l.waiting <- far:
		return near, nil
	case <-l.closed:
		return fail(syscall.ECONNREFUSED)
	case <-ctx.Done():
		return fail(ctx.Err())
	}
}

// wait returns once the address is not stalled.
func (n *Network) wait(ctx context.Context, at netip.AddrPort) error {
	for {
		n.mu.Lock()
		stall := n.stalled[at]
		n.mu.Unlock()
		if stall == nil {
			return ctx.Err()
		}
		select {
		case <-stall:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Refuse makes an address refuse new connections, or take them again.
func (n *Network) Refuse(address string, on bool) {
	at, err := parse("tcp", address)
	if err != nil {
		panic(err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.refused == nil {
		n.refused = map[netip.AddrPort]bool{}
	}
	n.refused[at] = on
}

// Stall makes dials to an address wait, as if nobody were there at all, or lets
// them go on.
func (n *Network) Stall(address string, on bool) {
	at, err := parse("tcp", address)
	if err != nil {
		panic(err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if stall := n.stalled[at]; stall != nil && !on {
		close(stall)
		delete(n.stalled, at)
	} else if stall == nil && on {
		if n.stalled == nil {
			n.stalled = map[netip.AddrPort]chan struct{}{}
		}
		n.stalled[at] = make(chan struct{})
	}
}

func parse(network, address string) (netip.AddrPort, error) {
	if network != "tcp" && network != "tcp4" {
		return netip.AddrPort{}, net.UnknownNetworkError(network)
	}
	return netip.ParseAddrPort(address)
}

type listener struct {
	network *Network
	at      netip.AddrPort
	waiting chan *conn
	closed  chan struct{}
	once    sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case <-l.closed:
	default:
		select {
		case c := <-l.waiting:
			return c, nil
		case <-l.closed:
		}
	}
	return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: l.Addr(), Err: net.ErrClosed}
}

// Close refuses whoever waits.
func (l *listener) Close() error {
	l.once.Do(func() {
		l.network.mu.Lock()
		delete(l.network.listeners, l.at)
		l.network.mu.Unlock()
		close(l.closed)
		for {
			select {
			case c := <-l.waiting:
				c.Close()
			default:
				return
			}
		}
	})
	return nil
}

func (l *listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.at) }
