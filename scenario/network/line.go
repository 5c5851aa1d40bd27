package network

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/phonebank/phonebank/phone"
)

// Network is the way between the phones of a run and the core.
type Network struct {
	specs []Spec
	seed  uint64
	began time.Time

	mu     sync.Mutex
	halves map[*half]bool // connections that the phone has left, and the core still has
	closed bool
}

// New returns a network with faults. Its time begins now.
func New(specs []Spec, seed uint64) *Network {
	return &Network{specs: specs, seed: seed, began: time.Now(), halves: make(map[*half]bool)}
}

// Close ends what the phones have left half open.
func (n *Network) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	for c := range n.halves {
		c.Conn.Close()
	}
	clear(n.halves)
}

// abandon keeps a connection that the phone has left for the core, and says
// whether there is anybody to keep it for.
func (n *Network) abandon(c *half) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed || c.over {
		return false
	}
	n.halves[c] = true
	return true
}

// ended notes that the core has ended a connection. While the phone has it, it
// is the phone's to close.
func (n *Network) ended(c *half) {
	n.mu.Lock()
	defer n.mu.Unlock()
	c.over = true
	if n.halves[c] {
		delete(n.halves, c)
		c.Conn.Close()
	}
}

// Line is one phone's way. Its methods may be called on nil: nothing goes wrong
// there.
type Line struct {
	network *Network
	faults  []*fault
}

// fault is one fault of one line.
type fault struct {
	Spec
	kind
	line *Line

	mu          sync.Mutex
	random      *rand.Rand
	heard, said time.Time // when the last byte is through, each way
}

// Line returns the way of phone n, nil where nothing goes wrong on it.
func (n *Network) Line(number int, name phone.Name) *Line {
	if n == nil {
		return nil
	}
	l := &Line{network: n}
	for _, s := range n.specs {
		if k, ok := find(s.Fault); ok && s.chooses(name) {
			random := rand.New(rand.NewPCG(n.seed^s.chance(), uint64(number)))
			l.faults = append(l.faults, &fault{Spec: s, kind: k, line: l, random: random})
		}
	}
	if len(l.faults) == 0 {
		return nil
	}
	return l
}

// Dial returns dial, with the faults of the line.
func (l *Line) Dial(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(ctx context.Context, network, address string) (net.Conn, error) {
	if l == nil {
		return dial
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		for _, f := range l.faults {
			if !f.concerns(phone.Wanted(ctx)) || f.kind.conn == nil {
				continue
			}
			if f.Delay > 0 && f.kind.name == "latency" {
				if err := pause(ctx, time.Until(f.arrival(0))); err != nil {
					conn.Close()
					return nil, &net.OpError{Op: "dial", Net: network, Err: err}
				}
			}
			conn = f.kind.conn(f, conn)
		}
		return conn, nil
	}
}

// Listen returns listen, with the faults of the line.
func (l *Line) Listen(listen func(netip.AddrPort) (phone.Datagrams, error)) func(netip.AddrPort) (phone.Datagrams, error) {
	if l == nil {
		return listen
	}
	return func(local netip.AddrPort) (phone.Datagrams, error) {
		socket, err := listen(local)
		if err != nil {
			return nil, err
		}
		for _, f := range l.faults {
			if f.kind.datagrams != nil && f.concerns(phone.ServiceTFTP) {
				socket = f.kind.datagrams(f, socket)
			}
		}
		return socket, nil
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
