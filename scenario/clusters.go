package scenario

import (
	"context"
	"errors"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/capture"
	"github.com/phonebank/phonebank/scenario/timeline"
)

// maxClusters is how many clusters a run simulates: one that phones leave, and
// one that they move to.
const maxClusters = 2

// addCluster starts a second cluster like the first, with certificates of its
// own and the same devices.
func (r *run) addCluster(ctx context.Context, p *place, config core.Config) error {
	a, err := core.NewAuthority(core.AuthorityOptions{
		Nodes: config.Nodes, Tokens: tokens, Cluster: "pb2", Lifetime: r.with.Core.Lifetimes.Services, Recovery: r.with.Core.Lifetimes.Recovery,
	})
	if err != nil {
		return err
	}
	a.Manufacturer = config.Authority.Manufacturer
	config.Authority = a
	if config.Address.IsValid() { // of a test's own network
		at := config.Address.As4()
		at[2]++
		config.Address = netip.AddrFrom4(at)
	}
	if p.other, err = core.Start(context.WithoutCancel(ctx), config); err != nil {
		return err
	}
	first, second, closeFirst := p.embedded, p.other, p.close
	p.close = func() (time.Duration, int64, error) {
		cpu, rss, err := closeFirst()
		return cpu, rss, errors.Join(err, second.Close())
	}
	p.carry = func(ctx context.Context, o core.Order) error {
		err := first.Carry(ctx, o)
		if o.ToPhones() && err == nil { // wherever they are
			err = second.Carry(ctx, o)
		}
		return err
	}
	return nil
}

// exchange is the bulk certificate exchange of the two clusters.
func (p *place) exchange() error {
	if p.other == nil {
		return errOneCluster
	}
	return errors.Join(p.embedded.Import(p.other.Authority()), p.other.Import(p.embedded.Authority()))
}

var errOneCluster = errors.New("there is one cluster; write clusters: 2 under core")

// filesOf is the TFTP of a cluster, from 1, for a phone.
func (r *run) filesOf(cluster int, id phone.Identity, listen capture.Listen) phone.Files {
	at, servers := r.place.embedded, r.place.tftp
	if cluster == maxClusters {
		at, servers = r.place.other, r.place.other.TFTPAddrs()
	}
	if r.options.World.Files != nil {
		return r.options.World.Files(at, id)
	}
	return &phone.TFTP{Servers: servers, Local: id.Address, Timers: &id.Model.Timers, Listen: listen}
}

// filesFor is what phone n fetches from: the first cluster, or where it was
// moved to.
func (r *run) filesFor(n int, id phone.Identity, listen capture.Listen) phone.Files {
	if r.place.other == nil || r.rehearsal == nil {
		return r.filesOf(1, id, listen)
	}
	return &movable{at: &r.rehearsal.moved[n], clusters: [maxClusters]phone.Files{r.filesOf(1, id, listen), r.filesOf(2, id, listen)}}
}

// movable is the TFTP of a phone whose DHCP server may name another cluster.
type movable struct {
	at       *atomic.Int32 // 0: the first cluster
	clusters [maxClusters]phone.Files
}

func (m *movable) Fetch(ctx context.Context, name string) ([]byte, error) {
	return m.clusters[m.at.Load()].Fetch(ctx, name)
}

// move has phones ask the TFTP servers of another cluster from their next boot
// on.
func (h *rehearsal) move(a timeline.Action, chosen []*seat) error {
	if h.run.place.other == nil {
		return errOneCluster
	}
	for _, s := range chosen {
		h.moved[s.n].Store(int32(a.To - 1))
	}
	return nil
}
