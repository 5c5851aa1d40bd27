package coretest

import (
	"net/netip"
	"testing"
	"time"

	"github.com/phonebank/phonebank/core"
)

// Start starts a core and closes it when the test ends. Without an Authority it
// gets a new one of RSA-1024 keys; on a Network of this package without an
// address it is at 127.0.1.1 and following.
func Start(t testing.TB, c core.Config) *core.Core {
	t.Helper()
	if c.Authority == nil {
		c.Authority = Authority(t, max(1, c.Nodes))
	}
	if _, inMemory := c.Network.(*Network); inMemory && !c.Address.IsValid() {
		c.Address = netip.AddrFrom4([4]byte{127, 0, 1, 1})
	}
	running, err := core.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Close(); err != nil {
			t.Error(err)
		}
	})
	return running
}

// Authority makes the PKI of a cluster, valid from now in the test's own time.
func Authority(t testing.TB, nodes int) *core.Authority {
	t.Helper()
	a, err := core.NewAuthority(core.AuthorityOptions{Nodes: nodes, Bits: 1024, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return a
}
