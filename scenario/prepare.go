package scenario

import (
	"context"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/state"
	"github.com/phonebank/phonebank/wire/ctl"
)

// prepare makes everything that must be there before the first phone starts.
func (r *run) prepare(ctx context.Context) error {
	machine := r.options.World.Machine
	if machine == nil {
		here := Inspect()
		machine = &here
	}
	size := r.with
	if r.options.Only != "" {
		size.Phones = size.scaled(len(size.Phones))
	}
	where, note, err := size.Preflight(*machine, r.options.StartLocal != nil)
	if err != nil {
		return err
	}
	r.note(note)
	r.health.Cores, r.health.Peak.DescriptorLimit = machine.Cores, int(machine.Descriptors)
	r.progress.start(r)
	if err := r.openState(); err != nil {
		return err
	}
	maker, err := state.Manufacturer(r.options.StateDir)
	if err != nil {
		return err
	}
	if r.fleet, err = newFleet(r.with, maker, r.options.World); err != nil {
		return err
	}
	if r.options.Only != "" {
		if err := r.isolate(r.options.Only); err != nil {
			return err
		}
	}
	if err := r.recall(); err != nil {
		return err
	}
	r.fleet.spread = machine.Spread && (where != Remote || r.with.Core.Where.loopback())
	if where == Remote { // before keys are made: it may not answer
		if err := r.meetCore(ctx); err != nil {
			return err
		}
	}
	if err := r.fleet.makeKeys(ctx, r.progress.counter(PhaseKeys)); err != nil {
		return err
	}
	if where != Remote {
		if err := r.prepareCore(ctx, where, maker); err != nil {
			return err
		}
	}
	r.equip()
	return ctx.Err()
}

// meetCore asks somebody else's core for its files, if the run may send there.
func (r *run) meetCore(ctx context.Context) (err error) {
	if err := r.guard(ctx); err != nil {
		return err
	}
	if r.options.StateDir == "" {
		r.note("the phones' factory certificates are thrown away afterwards; with --state the cluster can be told to trust them")
	}
	r.place, err = r.reach(ctx, r.fleet.identity(0))
	return err
}

// guard keeps a run against somebody's core where it may send.
func (r *run) guard(ctx context.Context) error {
	may, err := allow(ctx, r.options.Allow)
	if err != nil {
		return err
	}
	if r.options.World.Dial == nil {
		r.fleet.world.Dial = may.dial
	}
	return may.check(ctx, r.with.Core.Where.Targets)
}

func (r *run) prepareCore(ctx context.Context, where WhereKind, maker *core.Manufacturer) error {
	a, err := r.authority()
	if err != nil {
		return err
	}
	known := *a
	known.Manufacturer = *maker
	r.fleet.capf = known.CAPF.Certificate
	if err := r.fleet.installLSCs(ctx, &known, r.progress.counter(PhaseCertificates)); err != nil {
		return err
	}
	if err := r.fleet.registerMICs(ctx, r.progress.counter(PhaseCertificates)); err != nil {
		return err
	}
	r.place, err = r.simulate(ctx, where, &known, r.fleet.devices())
	r.health.SharesCore = where == Embedded
	if err != nil {
		return err
	}
	return r.keepCluster()
}

// equip gives the fleet what it needs of the core.
func (r *run) equip() {
	f := r.fleet
	for _, g := range f.groups {
		g.off = g.Clock.offset(time.Now())
		for _, trust := range g.Trust {
			g.held = append(g.held, trust.flash(r.place.lists))
		}
	}
	if r.options.World.Dial == nil { // a test's clock wants exact timers
		r.timers = phone.NewWheel(wheelTick)
		f.timers = r.timers
	}
	f.files = r.filesFor
}

// flash is what phones of this trust hold, when the core has given its phones
// these lists.
func (t Trust) flash(given map[TrustKind]phone.Flash) phone.Flash {
	flash := given[t.Kind]
	for _, list := range t.Lists {
		if list.Kind() == ctl.ITL {
			flash.ITL = list
		} else {
			flash.CTL = list
		}
	}
	return flash
}

// wheelTick is how late a keepalive may be.
const wheelTick = 10 * time.Millisecond
