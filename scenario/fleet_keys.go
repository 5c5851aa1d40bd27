package scenario

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/capf"
)

// micKeyCount is how many keys the MICs of a fleet share.
const micKeyCount = 8

// makeKeys fills the pools, before the first phone starts. Groups that ask for
// pools of the same size share one. It calls told after each key, from several
// goroutines.
func (f *fleet) makeKeys(ctx context.Context, told func(done, of int)) error {
	usual := capf.KeySpec{Type: capf.RSA, Bits: 2048}
	spec := cmp.Or(f.with.Core.CAPF.Key, usual)
	mics := newKeyPool(min(micKeyCount, f.count()))
	total := mics.size
	pools := make(map[int]*keyPool) // by size
	var filled []*keyPool
	for _, g := range f.groups {
		size := min(g.Keys.Pool, g.Count)
		pool := pools[size]
		if pool == nil {
			pool = newKeyPool(size)
			pools[size] = pool
		}
		if !g.Keys.Fresh {
			g.keys = pool
		}
		if needed := !g.Keys.Fresh && g.LSC != LSCNone || g.LSC.installed(); needed && !slices.Contains(filled, pool) {
			filled = append(filled, pool)
			total += pool.size
		}
	}
	var made atomic.Int64
	one := func() { told(int(made.Add(1)), total) }
	if err := mics.fill(ctx, usual, one); err != nil {
		return fmt.Errorf("keys of the MICs: %w", err)
	}
	f.micKeys = mics.kinds[usual].keys
	for _, pool := range filled {
		if err := pool.fill(ctx, spec, one); err != nil {
			return fmt.Errorf("key pool: %w", err)
		}
	}
	f.install(pools, spec)
	return nil
}

// install gives the phones that have an LSC from the start their keys; certificates follow
// once there is a cluster to issue them.
func (f *fleet) install(pools map[int]*keyPool, spec capf.KeySpec) {
	for n := range f.order {
		g, place := f.of(n)
		if !g.LSC.installed() || f.keptAs(n) != nil || f.absent(n) {
			continue
		}
		if f.lsc == nil {
			f.lsc = make([]*phone.Credential, f.count())
		}
		pool := pools[min(g.Keys.Pool, g.Count)]
		f.lsc[n] = &phone.Credential{Key: pool.kinds[spec].keys[place%pool.size]}
	}
}

// installLSCs has the cluster, or for LSCForeign another one, issue certificates
// for the keys that phones have from the start.
func (f *fleet) installLSCs(ctx context.Context, a *core.Authority, told func(done, of int)) error {
	var made atomic.Int64
	other, err := f.foreigner(a)
	if err != nil {
		return err
	}
	return parallel(ctx, len(f.lsc), func(n int) (err error) {
		if f.lsc[n] != nil {
			g, place := f.of(n)
			issuer := a
			if g.LSC == LSCForeign {
				issuer = other
			}
			f.lsc[n].Certificate, err = issuer.LSCFor(string(g.name(place)), f.lsc[n].Key.Public(), cmp.Or(f.with.Core.CAPF.Lifetime, lscLifetime))
		}
		told(int(made.Add(1)), len(f.lsc))
		return err
	})
}

// registerMICs tells the cluster the MICs that it needs to seal a configuration:
// of phones that never have an LSC, or one that cannot unwrap.
func (f *fleet) registerMICs(ctx context.Context, told func(done, of int)) error {
	var phones []int
	for n := range f.count() {
		if g, _ := f.of(n); f.absent(n) {
			continue
		} else if g.LSC == LSCNone || f.with.Core.CAPF.Key.Type == capf.EC {
			phones = append(phones, n)
		}
	}
	if !f.with.Core.EncryptedConfig || len(phones) == 0 {
		return nil
	}
	mics := make([][]byte, f.count())
	var made atomic.Int64
	err := parallel(ctx, len(phones), func(i int) error {
		mic, err := f.identity(phones[i]).MIC()
		if err == nil {
			mics[phones[i]] = mic.Certificate
		}
		told(int(made.Add(1)), len(phones))
		return err
	})
	f.mics = mics
	return err
}

// foreigner is another cluster, as far as CAPF is concerned; nil where nobody
// asks for it.
func (f *fleet) foreigner(a *core.Authority) (*core.Authority, error) {
	if !slices.ContainsFunc(f.groups, func(g *group) bool { return g.LSC == LSCForeign }) {
		return nil, nil
	}
	return a.Regenerated(core.CAPFCertificate, 1, time.Now())
}

// installed says that phones have their LSC before the run.
func (l LSC) installed() bool { return l == LSCInstalled || l == LSCForeign }

// lscLifetime is how long an LSC is good unless the scenario says.
const lscLifetime = 365 * 24 * time.Hour
