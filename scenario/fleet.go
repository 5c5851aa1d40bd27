package scenario

import (
	"context"
	"crypto"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync/atomic"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
	"github.com/phonebank/phonebank/wire/capf"
)

// fleet makes phones. Phone n is fully determined by (seed, n), but for the
// bits of keys and certificates: nothing about it depends on when or whether
// others were made.
type fleet struct {
	with    Scenario // with defaults
	models  []*phone.Model
	mix     *mix
	first   uint64 // MAC address of phone 0
	spread  bool   // source addresses are to be given
	maker   *core.Manufacturer
	micKeys []crypto.Signer
	lsc     []*phone.Credential // of LSCInstalled, by phone

	// What every phone shares.
	flash  phone.Flash
	keys   phone.Keys
	limits phone.Limits
	lists  *phone.Lists
	timers *phone.Wheel
	world  World
	files  func(n int, id phone.Identity) phone.Files
}

// micKeyCount is how many keys the MICs of a fleet share.
const micKeyCount = 8

func newFleet(with Scenario, maker *core.Manufacturer, w World) (*fleet, error) {
	f := &fleet{
		with: with, maker: maker, mix: newMix(with.Phones.Models), world: w,
		limits: with.Limits.phone(), lists: new(phone.Lists), keys: phone.FreshKeys{},
	}
	for _, share := range with.Phones.Models {
		model, err := overridden(share.Model, with.Phones)
		if err != nil {
			return nil, err
		}
		f.models = append(f.models, model)
	}
	first, err := phone.ParseName(with.Phones.First)
	f.first = first.MAC()
	return f, err
}

// makeKeys fills the pools, before the first phone starts. It calls told after
// each key, from several goroutines.
func (f *fleet) makeKeys(ctx context.Context, told func(done, of int)) error {
	usual := capf.KeySpec{Type: capf.RSA, Bits: 2048}
	spec := f.with.Core.CAPF.Key
	if spec == (capf.KeySpec{}) {
		spec = usual
	}
	mics := newKeyPool(min(micKeyCount, f.with.Phones.Count))
	pool := newKeyPool(min(f.with.Phones.Keys.Pool, f.with.Phones.Count))
	total := mics.size
	pooled := !f.with.Phones.Keys.Fresh && f.with.Phones.LSC != LSCNone || f.with.Phones.LSC == LSCInstalled
	if pooled {
		total += pool.size
	}
	var made atomic.Int64
	one := func() { told(int(made.Add(1)), total) }
	if err := mics.fill(ctx, usual, one); err != nil {
		return fmt.Errorf("keys of the MICs: %w", err)
	}
	f.micKeys = mics.kinds[usual].keys
	if pooled {
		if err := pool.fill(ctx, spec, one); err != nil {
			return fmt.Errorf("key pool: %w", err)
		}
	}
	if !f.with.Phones.Keys.Fresh {
		f.keys = pool
	}
	if f.with.Phones.LSC == LSCInstalled {
		f.lsc = make([]*phone.Credential, f.with.Phones.Count)
		for n := range f.lsc {
			f.lsc[n] = &phone.Credential{Key: pool.kinds[spec].keys[n%pool.size]}
		}
	}
	return nil
}

// installLSCs has the cluster issue certificates for the keys that phones of
// LSCInstalled have from the start.
func (f *fleet) installLSCs(ctx context.Context, a *core.Authority, told func(done, of int)) error {
	var made atomic.Int64
	return parallel(ctx, len(f.lsc), func(n int) (err error) {
		f.lsc[n].Certificate, err = a.LSC(string(f.name(n)), f.lsc[n].Key.Public())
		told(int(made.Add(1)), len(f.lsc))
		return err
	})
}

func (f *fleet) name(n int) phone.Name {
	if devices := f.with.Phones.Devices; n < len(devices) {
		return phone.Name(devices[n].Name)
	}
	return phone.NameFromMAC(f.first + uint64(n))
}

func (f *fleet) identity(n int) phone.Identity {
	id := phone.Identity{Name: f.name(n), Model: f.models[f.mix.of(n)], AuthString: f.with.Phones.AuthString}
	if f.spread {
		id.Address = source(n, f.with.Phones.Count)
	}
	if devices := f.with.Phones.Devices; n < len(devices) {
		d := devices[n]
		if model, err := overridden(d.Model, f.with.Phones); err == nil && d.Model != "" {
			id.Model = model
		}
		if d.AuthString != "" {
			id.AuthString = d.AuthString
		}
		if a, err := netip.ParseAddr(d.Address); err == nil {
			id.Address = a
		}
	}
	id.MIC = func() (*phone.Credential, error) {
		key := f.micKeys[n%len(f.micKeys)]
		der, err := f.maker.MIC(string(id.Name), id.Model.Name, key)
		return &phone.Credential{Certificate: der, Key: key}, err
	}
	return id
}

// row is what the tally should know about phone n.
func row(id phone.Identity) tally.Row {
	r := tally.Row{Name: id.Name, Model: id.Model.Name}
	if id.Address.IsValid() {
		r.Address = id.Address.String()
	}
	return r
}

// phone makes phone n, which tells watch what happens to it.
func (f *fleet) phone(n int, id phone.Identity, watch func(phone.Record)) *phone.Phone {
	flash := f.flash
	if f.lsc != nil {
		flash.LSC = f.lsc[n]
	}
	if !id.Model.SecurityByDefault {
		flash.ITL = nil
	}
	env := phone.Env{
		Files: f.files(n, id), Keys: f.keys, Limits: f.limits, Lists: f.lists, Timers: f.timers,
		Rand: rand.New(rand.NewPCG(f.with.Seed, uint64(n))), Watch: watch, Standby: f.with.Phones.Standby,
	}
	if f.world.Dial != nil {
		env.Dial = f.world.Dial(id.Address)
	}
	return phone.New(id, flash, env)
}

// devices are the phones as the simulated cluster's database knows them.
func (f *fleet) devices() []core.Device {
	devices := make([]core.Device, f.with.Phones.Count)
	for n := range devices {
		devices[n] = core.Device{Name: string(f.name(n)), Model: f.models[f.mix.of(n)].Name}
		if known := f.with.Phones.Devices; n < len(known) {
			devices[n].AuthString = known[n].AuthString
			if known[n].Model != "" {
				devices[n].Model = known[n].Model
			}
		}
		if f.lsc != nil {
			devices[n].LSC = f.lsc[n].Certificate
		}
	}
	return devices
}
