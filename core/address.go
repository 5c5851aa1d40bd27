package core

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"syscall"

	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/sccp"
	"github.com/phonebank/phonebank/wire/tvs"
)

// Place is where a node listens. CAPF is 0 for nodes other than the first.
type Place struct {
	Address       netip.Addr
	Clear, Secure int // SCCP
	CAPF, TVS     int
}

// TFTP's port, and the one used where a program may not have it.
const (
	tftpPort      = 69
	otherTFTPPort = 6969
)

// sockets are the open sockets of a whole core.
type sockets struct {
	places []Place
	nodes  []nodeSockets
}

// nodeSockets are the sockets of one node; capf is nil but for node 1, tftp
// where the node serves no files or the Network has no datagrams.
type nodeSockets struct {
	clear, secure, tvs, capf net.Listener
	tftp                     net.PacketConn
}

// claims is how many networks are tried before giving up.
const claims = 64

// claim finds a place for a core and listens there: at Config.Address, else at
// Config.Before, else in the first free 127.x.y.0/24 from a random one on, or,
// where the system has one loopback address only, on ports of the system's
// choice.
func claim(ctx context.Context, c Config) (*sockets, error) {
	if c.Address.IsValid() {
		return listen(ctx, c, placesAt(c.Address, c.Nodes))
	}
	if c.Before.IsValid() {
		if s, err := listen(ctx, c, placesAt(c.Before, c.Nodes)); err == nil {
			return s, nil
		}
	}
	var err error
	for start, i := rand.N(250*256), 0; i < claims; i++ {
		n := (start + i) % (250 * 256)
		var s *sockets
		first := netip.AddrFrom4([4]byte{127, byte(1 + n/256), byte(n), 1})
		s, err = listen(ctx, c, placesAt(first, c.Nodes))
		switch {
		case err == nil:
			return s, nil
		case errors.Is(err, syscall.EADDRNOTAVAIL):
			return listen(ctx, c, sharedPlaces(c.Nodes))
		case !errors.Is(err, syscall.EADDRINUSE):
			return nil, err
		}
	}
	return nil, fmt.Errorf("core: no free loopback network in %d tries: %w", claims, err)
}

// placesAt gives node k the k-th address from first on, and the real ports.
func placesAt(first netip.Addr, nodes int) []Place {
	places := make([]Place, nodes)
	for i := range places {
		places[i] = Place{Address: first, Clear: sccp.Port, Secure: sccp.SecurePort, TVS: tvs.Port}
		first = first.Next()
	}
	places[0].CAPF = capf.Port
	return places
}

// sharedPlaces puts all nodes on 127.0.0.1; port 0 is the system's choice.
func sharedPlaces(nodes int) []Place {
	places := make([]Place, nodes)
	for i := range places {
		places[i].Address = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return places
}

// listen opens all sockets, or none.
func listen(ctx context.Context, c Config, places []Place) (s *sockets, err error) {
	s = &sockets{places: places, nodes: make([]nodeSockets, len(places))}
	defer func() {
		if err != nil {
			s.close()
			s = nil
		}
	}()
	for i := range places {
		if s.nodes[i], err = listenNode(ctx, c.Network, &places[i], i == 0); err != nil {
			return s, err
		}
		if i < c.TFTPServers {
			if s.nodes[i].tftp, err = listenTFTP(ctx, c, places[i].Address); err != nil {
				return s, err
			}
		}
	}
	return s, nil
}

// listenNode opens the listeners of a node and writes the ports the system
// chose into p.
func listenNode(ctx context.Context, network Network, p *Place, first bool) (n nodeSockets, err error) {
	open := func(port *int) (l net.Listener) {
		if err != nil {
			return nil
		}
		l, err = network.Listen(ctx, "tcp", net.JoinHostPort(p.Address.String(), strconv.Itoa(*port)))
		if err != nil {
			return nil
		}
		if at, ok := l.Addr().(*net.TCPAddr); ok {
			*port = at.Port
		}
		return l
	}
	n.clear, n.secure, n.tvs = open(&p.Clear), open(&p.Secure), open(&p.TVS)
	if first {
		n.capf = open(&p.CAPF)
	}
	if err != nil {
		n.close()
		return nodeSockets{}, fmt.Errorf("core: %w", err)
	}
	return n, nil
}

// listenTFTP opens TFTP's socket, nil where the Network has no datagrams.
func listenTFTP(ctx context.Context, c Config, at netip.Addr) (net.PacketConn, error) {
	open := func(port int) (net.PacketConn, error) {
		return c.Network.ListenPacket(ctx, "udp", net.JoinHostPort(at.String(), strconv.Itoa(port)))
	}
	port := orDefault(c.TFTPPort, tftpPort)
	conn, err := open(port)
	if errors.Is(err, syscall.EACCES) && c.TFTPPort == 0 {
		conn, err = open(otherTFTPPort)
	}
	if errors.Is(err, syscall.EADDRINUSE) && c.TFTPPort == 0 && !c.Address.IsValid() && at.As4() == [4]byte{127, 0, 0, 1} {
		conn, err = open(0)
	}
	if errors.Is(err, errors.ErrUnsupported) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("core: TFTP: %w", err)
	}
	return conn, nil
}

func (s *sockets) close() {
	for _, n := range s.nodes {
		n.close()
	}
}

func (n nodeSockets) close() {
	for _, l := range []net.Listener{n.clear, n.secure, n.tvs, n.capf} {
		if l != nil {
			l.Close()
		}
	}
	if n.tftp != nil {
		n.tftp.Close()
	}
}
