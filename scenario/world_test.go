package scenario

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"testing"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/phone"
)

var authorities struct {
	sync.Mutex
	byNodes map[int]*core.Authority
}

// authority is a cluster's PKI that all tests outside of bubbles share: keys
// are the slowest thing about them.
func authority(t testing.TB, nodes int) *core.Authority {
	authorities.Lock()
	defer authorities.Unlock()
	if authorities.byNodes == nil {
		authorities.byNodes = make(map[int]*core.Authority)
	}
	if authorities.byNodes[nodes] == nil {
		authorities.byNodes[nodes] = coretest.Authority(t, nodes)
	}
	return authorities.byNodes[nodes]
}

// roomy is a machine on which everything fits.
var roomy = Machine{Descriptors: 1 << 20, Ports: 28_000, Spread: true, Cores: 2}

// inMemory is a world without sockets, for runs inside a synctest bubble, whose
// seconds cost nothing.
func inMemory(t *testing.T, nodes int) World {
	network := new(coretest.Network)
	return World{
		Network: network, Address: netip.AddrFrom4([4]byte{127, 0, 1, 1}), Machine: &roomy,
		Authority: coretest.Authority(t, nodes),
		Dial: func(local netip.Addr) func(context.Context, string, string) (net.Conn, error) {
			return func(ctx context.Context, kind, address string) (net.Conn, error) {
				return network.DialFrom(ctx, local, kind, address)
			}
		},
		Files: func(c *core.Core, id phone.Identity) phone.Files {
			return coretest.Files{Core: c, From: netip.AddrPortFrom(id.Address, 0), NotFound: phone.ErrNotFound}
		},
	}
}

// parse reads a scenario that the test knows to be right.
func parse(t *testing.T, text string) *Scenario {
	t.Helper()
	s, err := Parse(t.Name(), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// journal collects what phones say.
type journal struct {
	mu      sync.Mutex
	records []phone.Record
}

func (j *journal) watch(r phone.Record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.records = append(j.records, r)
}
