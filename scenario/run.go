package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/network"
	"github.com/phonebank/phonebank/scenario/tally"
	"github.com/phonebank/phonebank/wire/ctl"
)

// Run runs the scenario. When ctx ends the run is interrupted: nothing more is
// started, and the result says what was seen until then. The error is a
// *FileError for a scenario that makes no sense, a *PreflightError when this
// machine cannot carry it or the core does not answer; a result comes with
// every other error if phones have started.
func Run(ctx context.Context, s *Scenario, o Options) (*tally.Result, error) {
	if s.unread() {
		if err := s.ReadFiles(); err != nil {
			return nil, err
		}
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	defer lean()()
	ctx, end := context.WithCancel(ctx)
	defer end()
	if o.Control == nil {
		o.Control = NewControl()
	}
	r := &run{with: s.withDefaults(), options: o, began: time.Now()}
	if o.Only != "" {
		r.with = r.with.alone()
	}
	o.Control.attach(end, r.with.fastest())
	r.loop = newLoop(r.with.Load.Booting)
	r.tally = tally.New(r.with.Count())
	r.rehearsal = newRehearsal(r)
	err := r.prepare(ctx)
	if err == nil {
		err = r.execute(ctx)
	}
	r.interrupted = r.interrupted || err != nil && ctx.Err() != nil
	err = r.end(err)
	switch {
	case err == nil || r.interrupted:
		return r.result(), nil
	case r.tally.Snapshot().Started == 0:
		return nil, err
	default:
		result := r.result()
		result.Broken = err.Error()
		return result, err
	}
}

// run is a scenario under way.
type run struct {
	with    Scenario // with defaults
	options Options
	fleet   *fleet
	place   *place
	tally   *tally.Tally
	timers  *phone.Wheel
	network *network.Network // nil: nothing goes wrong on it
	keeper  *keeper          // nil: nothing is kept
	notes   []string

	began   time.Time // of the run, later of the load
	elapsed time.Duration
	monitor monitor

	interrupted bool // before it was over

	cpu      time.Duration // of this process when the load began
	health   tally.Generator
	coreCost *tally.Process

	phones sync.WaitGroup
	loop   loop
	waves  [drainWaves]wave

	rehearsal *rehearsal

	progress reporter
}

// execute starts the phones, lets them stay and switches them off.
func (r *run) execute(outer context.Context) error {
	ctx, stop := context.WithCancelCause(outer)
	defer stop(nil)
	if r.place.ended != nil {
		go func() {
			select {
			case <-r.place.ended:
				stop(errCoreEnded)
			case <-ctx.Done():
			}
		}()
	}
	r.openWaves(ctx)
	r.cpu, _, _ = usage()
	r.began = time.Now()
	r.tally.Begin(r.began)
	if len(r.with.Network) > 0 {
		r.network = network.New(r.with.Network, r.with.Seed)
	}
	r.options.Control.begin(r.began)
	if r.options.Began != nil {
		r.options.Began(r.began)
	}
	r.monitor.start(r.began, r.second())
	r.progress.phase(PhaseLoad)
	played := r.rehearsal.begin(ctx)
	if r.load(ctx) {
		r.rehearsal.allStarted()
		r.progress.phase(PhaseStay)
		select {
		case <-played:
		case <-r.options.Control.nobody: // drained by hand
		}
		r.stay(ctx)
	}
	r.rehearsal.end(ctx, played)
	r.elapsed = time.Since(r.began)
	r.monitor.stop(r.tally.Sample)
	r.health = r.measured(r.elapsed)
	r.interrupted = outer.Err() != nil
	if !r.interrupted {
		if n := r.tally.FailRest(r.began.Add(r.elapsed), errors.New("no registration before the run ended")); n > 0 {
			r.note(fmt.Sprintf("%d of the failed phones had neither registered nor given up when the run ended", n))
		}
	}
	r.tally.Close()
	broken := context.Cause(ctx)
	r.progress.phase(PhaseDrain)
	r.drain()
	if errors.Is(broken, errCoreEnded) {
		return broken
	}
	return nil
}

// load starts the phones on schedule, and says whether all were started. A
// start that is late is followed by the next at once: the schedule does not
// give way.
func (r *run) load(ctx context.Context) bool {
	if r.fleet.alone != everyone {
		return r.loadAlone(ctx)
	}
	n := 0
	for at := range r.with.Load.Starts() {
		if n == r.fleet.count() {
			break
		}
		due, on := r.options.Control.wait(ctx, at)
		if !on || !r.loop.enter(r.options.Control.nobody, ctx.Done()) {
			break
		}
		lag := time.Duration(0) // where a phone waits for another to leave, it is due when it starts
		if r.loop == nil {
			lag = time.Since(due)
			r.monitor.startedLate(lag)
		}
		r.start(n, lag)
		n++
	}
	if n < r.fleet.count() && ctx.Err() == nil {
		r.note(fmt.Sprintf("drained by hand: %d of %d phones were started", n, r.fleet.count()))
		r.tally.Plan(n)
	}
	return ctx.Err() == nil
}

func (r *run) start(n int, lag time.Duration) {
	id := r.fleet.identity(n)
	flash := r.fleet.flash(n, id)
	now := time.Now()
	who := r.fleet.row(n, id, flash)
	who.DueAt, who.StartedAt = now.Add(-lag).Sub(r.began), now.Sub(r.began)
	watch := both(r.tally.Start(n, now.Add(-lag), now, who), r.options.Watch)
	if r.options.Meet != nil {
		watch = both(watch, r.options.Meet(id, flash, who))
	}
	l, hear := r.line(n, id)
	watch = both(watch, hear)
	var p *phone.Phone
	if r.keeper != nil {
		watch = r.keeper.watching(n, &id, &p, r.fleet.keptAs(n), watch)
	}
	watch, off := r.loop.leaving(watch)
	ctx := r.waves[n%drainWaves].ctx
	if r.rehearsal != nil {
		s := &seat{n: n, group: who.Group, held: [2]*ctl.List{flash.CTL, flash.ITL}}
		p = r.fleet.phone(n, id, flash, s.also(watch), l)
		s.phone = p
		r.rehearsal.sit(s)
		s.switchOn(ctx, &r.phones)
		return
	}
	p = r.fleet.phone(n, id, flash, watch, l)
	r.phones.Go(func() {
		defer off()
		_ = p.Run(ctx) // what it has to say it has said to watch
	})
}

// both hears an event first with one, then with the other, which may be nil.
func both(one, other func(phone.Record)) func(phone.Record) {
	if other == nil {
		return one
	}
	return func(e phone.Record) {
		one(e)
		other(e)
	}
}

// patience is how long the run waits for phones that neither register nor give
// up; their models' own patience is shorter.
const patience = 15 * time.Minute

// stay waits until the phones have stayed, and until the last of them has
// registered or given up.
func (r *run) stay(ctx context.Context) {
	started := time.Now()
	stay := time.NewTimer(r.with.Stay)
	defer stay.Stop()
	select {
	case <-stay.C:
	case <-r.options.Control.nobody:
	case <-ctx.Done():
	}
	for ctx.Err() == nil && !r.tally.Snapshot().Settled() && time.Since(started) < r.with.Stay+patience {
		sleep(ctx, 20*time.Millisecond)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// measured is what the load has cost this process so far.
func (r *run) measured(elapsed time.Duration) tally.Generator {
	cpu, rss, _ := usage()
	g := r.health
	g.CPUPercent, g.MaxRSS = percent(cpu-r.cpu, elapsed), rss
	g.StartLag = r.monitor.lag()
	return g
}

// end closes what the run has opened, and returns the first error.
func (r *run) end(err error) error {
	r.progress.stop()
	if r.network != nil {
		r.network.Close()
	}
	if r.timers != nil {
		r.timers.Close()
	}
	closing := r.closeCore()
	r.noteWhatStartsAnew()
	if r.keeper != nil {
		keeping := errors.Join(r.keepCluster(), r.keeper.close())
		if err == nil {
			err = keeping
		}
	}
	if err == nil {
		err = closing
	}
	return err
}

// closeCore ends a simulated core and notes what it cost.
func (r *run) closeCore() error {
	if r.place == nil || r.place.close == nil {
		return nil
	}
	life := time.Since(r.began)
	cpu, rss, err := r.place.close()
	if rss > 0 {
		r.coreCost = &tally.Process{CPUPercent: percent(cpu, life), MaxRSS: rss}
	}
	if err != nil {
		return fmt.Errorf("ending the core: %w", err)
	}
	return nil
}

func (r *run) note(text string) {
	if text != "" {
		r.notes = append(r.notes, text)
	}
}

// second is what happens with every sample of the monitor.
func (r *run) second() func(from, to time.Time, h tally.Health) {
	if r.options.Second == nil {
		return r.tally.Sample
	}
	facts := r.facts() // what changes later, such as notes, is not for another goroutine
	facts.Notes = slices.Clone(facts.Notes)
	var spans tally.Spans
	return func(from, to time.Time, h tally.Health) {
		r.tally.Sample(from, to, h)
		facts.Elapsed, facts.Plan = to.Sub(r.began), r.rehearsal.outcome()
		facts.Generator = r.measured(facts.Elapsed)
		interim := r.tally.Interim(facts)
		interim.Timeline = spans.Next(r.tally, facts.Elapsed)
		r.options.Second(interim)
	}
}

func (r *run) facts() tally.Facts {
	return tally.Facts{
		Scenario: r.with.Name, Version: r.options.Version, Seed: r.with.Seed,
		Thresholds: r.with.Thresholds, Groups: r.with.plans(), Generator: r.health, Notes: r.notes,
		ScenarioText: r.with.Text, Flags: r.options.Flags, Machine: describe(),
	}
}

func (r *run) result() *tally.Result {
	facts := r.facts()
	facts.Elapsed, facts.Interrupted, facts.Core = r.elapsed, r.interrupted, r.coreCost
	facts.Plan = r.rehearsal.outcome()
	return r.tally.Result(facts)
}
