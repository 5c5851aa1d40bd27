package scenario

import (
	"sync"
	"time"
)

// reporter calls Options.Progress: every tick, and when the phase changes. Its
// zero value reports nothing.
type reporter struct {
	run    *run
	tell   func(Snapshot)
	quit   chan struct{}
	ticker sync.WaitGroup

	mu    sync.Mutex
	now   Snapshot
	since time.Time // what Elapsed counts from
	last  time.Time // of the last report
}

func (p *reporter) start(r *run) {
	if r.options.Progress == nil {
		return
	}
	p.run, p.tell, p.quit = r, r.options.Progress, make(chan struct{})
	p.now.Phase, p.since, p.last = PhaseKeys, r.began, r.began
	tick := r.options.Tick
	if tick <= 0 {
		tick = time.Second
	}
	p.ticker.Go(func() {
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		for {
			select {
			case <-p.quit:
				return
			case <-ticker.C:
				p.report()
			}
		}
	})
}

// report tells the state of now.
func (p *reporter) report() {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, before := time.Now(), p.now.Registered
	p.now.Snapshot = p.run.tally.Snapshot()
	p.now.Elapsed = at.Sub(p.since)
	if span := at.Sub(p.last).Seconds(); span > 0 {
		p.now.Rate = float64(p.now.Registered-before) / span
	}
	p.last = at
	p.tell(p.now)
}

// phase begins a phase.
func (p *reporter) phase(next Phase) {
	if p.tell == nil {
		return
	}
	p.mu.Lock()
	p.now.Phase, p.now.Done, p.now.Of = next, 0, 0
	if next == PhaseLoad {
		p.since, p.last = p.run.began, p.run.began
	}
	p.mu.Unlock()
	p.report()
}

// counter returns what counts the work of a phase; the phase begins with it.
func (p *reporter) counter(next Phase) func(done, of int) {
	return func(done, of int) {
		if p.tell == nil {
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.now.Phase != next {
			p.now.Done = 0
		}
		p.now.Phase, p.now.Done, p.now.Of = next, max(p.now.Done, done), of
	}
}

func (p *reporter) stop() {
	if p.tell != nil {
		close(p.quit)
		p.ticker.Wait()
	}
}
