package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario"
)

// Fleet is phones that register and stay, as Phone.Run lets them. It is a role
// of a child, or used as it is.
type Fleet struct {
	args  FleetArgs
	world *world
	model *phone.Model
	held  phone.Flash
	lists phone.Lists
	wheel *phone.Wheel

	collects int // the collector's target before

	ctx    context.Context
	cancel context.CancelFunc
	phones sync.WaitGroup
	begun  int

	up                 []chan struct{} // by phone, closed when it is registered and nil from then on
	acked              []atomic.Int32  // by phone
	sent, answered     atomic.Int64
	missed, lost, gone atomic.Int64
}

// FleetArgs say which phones, and where the core is.
type FleetArgs struct {
	Dir    string // of the world
	Model  string
	Core   CorePlace
	Phones int // at most
}

// Prepare makes everything that is not a phone.
func (f *Fleet) Prepare(in FleetArgs, _ *Nothing) (err error) {
	f.args = in
	if f.world == nil {
		if f.world, err = loadWorld(in.Dir); err != nil {
			return err
		}
	}
	if f.model, err = phone.FindModel(in.Model); err != nil {
		return err
	}
	if f.held, err = heldLists(f.world.authority, in.Core.Lists, false); err != nil {
		return err
	}
	f.collects = debug.SetGCPercent(scenario.GCPercent) // as every run does
	f.wheel = phone.NewWheel(wheelTick)
	f.up = make([]chan struct{}, in.Phones)
	f.acked = make([]atomic.Int32, in.Phones)
	f.ctx, f.cancel = context.WithCancel(context.Background())
	return nil
}

// Start switches n more phones on, a few at a time, and returns when all of
// them are registered.
func (f *Fleet) Start(n int, _ *Nothing) error {
	first := f.begun
	f.begun += n
	return eachOf(n, func(i int) error { return f.switchOn(first + i) })
}

// registerWithin bounds the wait for one phone.
const registerWithin = 30 * time.Second

// switchOn returns when phone i is registered.
func (f *Fleet) switchOn(i int) error {
	up := make(chan struct{})
	f.up[i] = up
	flash := f.held
	flash.LSC = f.world.credential(i)
	p := phone.New(identity(i, f.model), flash, phone.Env{
		Files: tftpFor(i, f.args.Core.TFTP, f.model), Timers: f.wheel, Lists: &f.lists,
		Watch: func(r phone.Record) { f.count(i, r.Event) },
	})
	f.phones.Add(1)
	go f.live(p)
	select {
	case <-up:
		return nil
	case <-time.After(registerWithin):
		return fmt.Errorf("%s is not registered after %v", p.Name(), registerWithin)
	}
}

func (f *Fleet) live(p *phone.Phone) {
	defer f.phones.Done()
	if p.Run(f.ctx) != nil {
		f.gone.Add(1)
	}
}

func (f *Fleet) count(i int, e phone.Event) {
	switch e.(type) {
	case phone.Registered:
		if up := f.up[i]; up != nil {
			close(up)
			f.up[i] = nil
		}
	case phone.KeepAliveSent:
		f.sent.Add(1)
	case phone.KeepAliveAcked:
		f.answered.Add(1)
		f.acked[i].Add(1)
	case phone.KeepAliveMissed:
		f.missed.Add(1)
	case phone.Unregistered:
		f.lost.Add(1)
	}
}

// Tally is what a fleet's process has used, and how its keepalives went.
type Tally struct {
	Usage
	Sent, Answered, Missed int64
	Lost                   int64 // registrations that ended
	Least                  int32 // keepalives answered to the phone with the fewest
}

// Tally counts. With collect it also measures memory, which collects garbage.
func (f *Fleet) Tally(collect bool, out *Tally) error {
	*out = Tally{
		Sent: f.sent.Load(), Answered: f.answered.Load(), Missed: f.missed.Load(), Lost: f.lost.Load(),
		Least: 1 << 30,
	}
	for i := range f.begun {
		out.Least = min(out.Least, f.acked[i].Load())
	}
	out.CPU = cpuTime()
	if !collect {
		return nil
	}
	return out.measure()
}

// Stop switches all phones off.
func (f *Fleet) Stop(Nothing, *Nothing) error {
	f.cancel()
	f.phones.Wait()
	f.wheel.Close()
	debug.SetGCPercent(f.collects) // or benchmarks that come after would pay for it
	if f.gone.Load() > 0 {
		return errors.New("a phone gave up")
	}
	return nil
}
