package scenario

import (
	"cmp"
	"crypto"
	"crypto/x509"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/capture"
	"github.com/phonebank/phonebank/scenario/state"
	"github.com/phonebank/phonebank/scenario/tally"
	"github.com/phonebank/phonebank/wire/ctl"
)

// fleet makes phones. Phone n is fully determined by (seed, n), but for the
// bits of keys and certificates: nothing about it depends on when or whether
// others were made.
type fleet struct {
	with    Scenario // with defaults
	order   []member // phone n's group, and place in it
	groups  []*group
	alone   int  // the one phone that runs; everyone
	spread  bool // source addresses are to be given
	maker   *core.Manufacturer
	micKeys []crypto.Signer
	lsc     []*phone.Credential // of LSCInstalled, by phone; nil for the others
	mics    [][]byte            // DER of those that the cluster knows, by phone; nil where they are made when they are shown
	kept    []*state.Phone      // what earlier runs left, by phone; nil for new ones
	capf    *x509.Certificate   // who issues the simulated cluster's LSCs

	// What every phone shares.
	limits phone.Limits
	lists  *phone.Lists
	timers *phone.Wheel
	world  World
	files  func(n int, id phone.Identity, listen capture.Listen) phone.Files

	sums map[*ctl.List]string // SHA-1 of the lists held at power-on
}

// group is what the phones of a Group share.
type group struct {
	Group
	models []*phone.Model
	mix    *mix // of models
	trust  *mix
	first  uint64 // MAC address of its first phone
	keys   phone.Keys
	held   []phone.Flash // by the kinds of Group.Trust
	off    time.Duration // how far the phones' clocks are off
}

func newFleet(with Scenario, maker *core.Manufacturer, w World) (*fleet, error) {
	f := &fleet{
		with: with, alone: everyone, order: interleave(with.Phones), maker: maker, world: w,
		limits: with.Limits.phone(), lists: new(phone.Lists), sums: make(map[*ctl.List]string),
	}
	for _, described := range with.Phones {
		g, err := newGroup(described, with.Seed)
		if err != nil {
			return nil, err
		}
		f.groups = append(f.groups, g)
	}
	return f, nil
}

func newGroup(described Group, seed uint64) (*group, error) {
	g := &group{Group: described, mix: described.modelMix(), trust: described.trustMix(seed), keys: phone.FreshKeys{}}
	for _, share := range g.Models {
		model, err := overridden(share.Model, described)
		if err != nil {
			return nil, err
		}
		g.models = append(g.models, model)
	}
	first, err := phone.ParseName(g.First)
	g.first = first.MAC()
	return g, err
}

func (f *fleet) count() int { return len(f.order) }

// of returns the group of phone n, and its place there.
func (f *fleet) of(n int) (*group, int) {
	m := f.order[n]
	return f.groups[m.group], int(m.place)
}

func (g *group) name(place int) phone.Name {
	if place < len(g.Devices) {
		return phone.Name(g.Devices[place].Name)
	}
	return phone.NameFromMAC(g.first + uint64(place))
}

// model is the device's own or one of the mix.
func (g *group) model(place int) *phone.Model {
	if place < len(g.Devices) && g.Devices[place].Model != "" {
		if model, err := overridden(g.Devices[place].Model, g.Group); err == nil {
			return model
		}
	}
	return g.models[g.mix.of(place)]
}

func (f *fleet) identity(n int) phone.Identity {
	g, place := f.of(n)
	id := phone.Identity{Name: g.name(place), Model: g.model(place), AuthString: g.AuthString}
	if f.spread {
		id.Address = source(n, f.count())
	}
	if place < len(g.Devices) {
		d := g.Devices[place]
		id.AuthString = cmp.Or(d.AuthString, id.AuthString)
		if a, err := netip.ParseAddr(d.Address); err == nil {
			id.Address = a
		}
	}
	id.MIC = func() (*phone.Credential, error) {
		if p := f.keptAs(n); p != nil && p.MIC != nil {
			return p.MIC, nil
		}
		key := f.micKeys[n%len(f.micKeys)]
		if f.mics != nil && f.mics[n] != nil {
			return &phone.Credential{Certificate: f.mics[n], Key: key}, nil
		}
		der, err := f.maker.MIC(string(id.Name), id.Model.Name, key)
		return &phone.Credential{Certificate: der, Key: key}, err
	}
	return id
}

// flash is what phone n holds at power-on: what an earlier run has left in it,
// else what its group says.
func (f *fleet) flash(n int, id phone.Identity) phone.Flash {
	g, place := f.of(n)
	flash := g.held[g.trust.of(place)]
	if f.lsc != nil {
		flash.LSC = f.lsc[n]
	}
	if p := f.keptAs(n); p != nil {
		flash = p.Flash
	}
	if !id.Model.SecurityByDefault {
		flash.ITL = nil
	}
	return flash
}

// phone makes phone n, which tells watch what happens to it.
func (f *fleet) phone(n int, id phone.Identity, flash phone.Flash, watch func(phone.Record), l line) *phone.Phone {
	g, _ := f.of(n)
	env := phone.Env{
		Files: f.files(n, id, l.listen), Dial: l.dial, KeyLog: l.keyLog, Keys: g.keys, Limits: f.limits, Lists: f.lists, Timers: f.timers,
		Rand: rand.New(rand.NewPCG(f.with.Seed, uint64(n))), Watch: watch, Standby: g.Standby,
		KeyTime: g.KeyTime.of(id.Model), Trace: l.trace, Clock: g.off,
	}
	return phone.New(id, flash, env)
}

// row is what the tally should know about phone n.
func (f *fleet) row(n int, id phone.Identity, flash phone.Flash) tally.Row {
	g, place := f.of(n)
	r := tally.Row{
		Name: id.Name, Model: id.Model.Name, Group: g.Name,
		Trust: string(g.Trust[g.trust.of(place)].Kind), Held: [2]string{f.sha1(flash.CTL), f.sha1(flash.ITL)},
	}
	if f.keptAs(n) != nil {
		r.Trust = trustKept
	}
	if id.Address.IsValid() {
		r.Address = id.Address.String()
	}
	return r
}

// trustKept is where the lists of phones came from that were there before.
const trustKept = "kept"

// sha1 names a list, "" for none. One goroutine starts all phones.
func (f *fleet) sha1(list *ctl.List) string {
	if list == nil {
		return ""
	}
	sum, known := f.sums[list]
	if !known {
		sum = fmt.Sprintf("%x", list.SHA1())
		f.sums[list] = sum
	}
	return sum
}

// devices are the phones as the simulated cluster's database knows them.
func (f *fleet) devices() []core.Device {
	devices := make([]core.Device, f.count())
	for n := range devices {
		g, place := f.of(n)
		d := core.Device{Name: string(g.name(place)), Model: g.model(place).Name}
		if f.with.Core.AuthString == "" {
			d.AuthString = g.AuthString
		}
		if place < len(g.Devices) {
			d.AuthString = cmp.Or(g.Devices[place].AuthString, d.AuthString)
		}
		if len(f.groups) > 1 && g.LSC == LSCNone { // what CAPF does for other groups is not for this one
			d.Operation = core.OperationNone
		}
		if f.lsc != nil && f.lsc[n] != nil {
			d.LSC = f.lsc[n].Certificate
		}
		if f.mics != nil {
			d.MIC = f.mics[n]
		}
		if der := f.keptLSC(n); der != nil {
			d.LSC = der
		}
		devices[n] = d
	}
	if f.alone != everyone {
		return devices[f.alone : f.alone+1]
	}
	return devices
}
