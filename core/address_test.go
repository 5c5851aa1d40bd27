package core_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/wire/cnf"
)

// TestCoresLiveSideBySide starts three, each with the real ports.
func TestCoresLiveSideBySide(t *testing.T) {
	seen := map[netip.Addr]bool{}
	for range 3 {
		c := coretest.Start(t, core.Config{Authority: bubbleAuthority(), Nodes: 2})
		places := c.Places()
		first, second := places[0].Address, places[1].Address
		if seen[first] || !first.IsLoopback() || first.As4()[3] != 1 || second != first.Next() {
			t.Errorf("nodes at %s and %s", first, second)
		}
		seen[first] = true
		want := core.Place{Address: second, Clear: 2000, Secure: 2443, TVS: 2445}
		if places[1] != want || places[0].CAPF != 3804 {
			t.Errorf("places %+v", places)
		}
		if !strings.HasPrefix(c.TFTPAddr(), first.String()+":") {
			t.Errorf("TFTP at %s", c.TFTPAddr())
		}
	}
}

func TestAnAddressThatIsTaken(t *testing.T) {
	c := coretest.Start(t, core.Config{Authority: bubbleAuthority()})
	_, err := core.Start(t.Context(), core.Config{Authority: c.Authority(), Address: c.NodeAddrs()[0]})
	if !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a second core at the same address: %v", err)
	}
}

// odd is the system's network with peculiarities.
type odd struct {
	net.ListenConfig
	noPort69   bool // ports below 1024 are for others
	oneAddress bool // 127.0.0.1 is all there is, as on macOS
	taken      netip.Prefix
}

func (o *odd) check(network, address string) error {
	at := netip.MustParseAddrPort(address)
	switch {
	case o.noPort69 && at.Port() == 69:
		return &net.OpError{Op: "listen", Net: network, Err: syscall.EACCES}
	case o.oneAddress && at.Addr() != mustAddr("127.0.0.1"):
		return &net.OpError{Op: "listen", Net: network, Err: syscall.EADDRNOTAVAIL}
	case o.taken.Contains(at.Addr()):
		return &net.OpError{Op: "listen", Net: network, Err: syscall.EADDRINUSE}
	}
	return nil
}

func (o *odd) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	if err := o.check(network, address); err != nil {
		return nil, err
	}
	return o.ListenConfig.Listen(ctx, network, address)
}

func (o *odd) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	if err := o.check(network, address); err != nil {
		return nil, err
	}
	return o.ListenConfig.ListenPacket(ctx, network, address)
}

func TestTFTPWithoutItsPort(t *testing.T) {
	c := coretest.Start(t, core.Config{Authority: bubbleAuthority(), Network: &odd{noPort69: true}})
	if !strings.HasSuffix(c.TFTPAddr(), ":6969") {
		t.Errorf("TFTP at %s", c.TFTPAddr())
	}
	if _, err := get(c, "ITLFile.tlv"); err != nil {
		t.Error(err)
	}
}

// TestOneAddress starts two cores of two nodes where there is one address: the
// ports are written in the configuration.
func TestOneAddress(t *testing.T) {
	for range 2 {
		c := coretest.Start(t, core.Config{Authority: bubbleAuthority(), Network: &odd{oneAddress: true, noPort69: true}, Nodes: 2, Devices: []core.Device{{Name: device}}})
		b, err := get(c, device+".cnf.xml")
		if err != nil {
			t.Fatal(err)
		}
		config, err := cnf.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range c.Places() {
			m := config.CallManagers[i]
			if m.Host != "127.0.0.1" || m.ClearPort() != p.Clear || m.TLSPort() != p.Secure || config.TVS[i].Port != p.TVS {
				t.Errorf("node %d at %+v is written as %+v", i+1, p, m)
			}
			conn, err := net.Dial("tcp", netip.AddrPortFrom(p.Address, uint16(p.Secure)).String())
			if err != nil {
				t.Error(err)
				continue
			}
			conn.Close()
		}
	}
}

func TestNoFreeNetwork(t *testing.T) {
	a := bubbleAuthority()
	network := &odd{taken: netip.MustParsePrefix("127.0.0.0/8")}
	if _, err := core.Start(t.Context(), core.Config{Authority: a, Network: network}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("with every address taken: %v", err)
	}
	network = &odd{oneAddress: true}
	if _, err := core.Start(t.Context(), core.Config{Authority: a, Network: network, Address: mustAddr("127.9.9.9")}); !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("at an address that is not there: %v", err)
	}
}

// TestHalfAnAddress finds node 2's address taken and leaves nothing open.
func TestHalfAnAddress(t *testing.T) {
	a := bubbleAuthority()
	address := mustAddr("127.77.88.1")
	network := &odd{taken: netip.MustParsePrefix("127.77.88.2/32")}
	if _, err := core.Start(t.Context(), core.Config{Authority: a, Network: network, Nodes: 2, Address: address}); err == nil {
		t.Fatal("started")
	}
	coretest.Start(t, core.Config{Authority: a, Address: address}) // would not, were a socket left
}
