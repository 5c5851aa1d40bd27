package scenario

import (
	"context"
	"fmt"
	"time"
)

// drainWaves is into how many parts a fleet is divided for its end: phones
// that all left at once would be a storm of their own.
const drainWaves = 64

// drainRate is how many phones a second take their leave, and drainLimit how
// long the slowest of them has for it once all have been asked.
const (
	drainRate  = 2000
	drainLimit = 30 * time.Second
)

// wave is every 64th phone.
type wave struct {
	ctx context.Context
	end context.CancelFunc
}

// openWaves makes the contexts that phones run in. They do not end with the
// run's: an interrupted run drains too.
func (r *run) openWaves(ctx context.Context) {
	for i := range r.waves {
		r.waves[i].ctx, r.waves[i].end = context.WithCancel(context.WithoutCancel(ctx))
	}
}

// drain switches the phones off, wave by wave, and waits for them.
func (r *run) drain() {
	started := r.tally.Snapshot().Started
	pause := time.Duration(float64(started) / drainRate / drainWaves * float64(time.Second))
	for i := range r.waves {
		r.waves[i].end()
		if i < drainWaves-1 {
			time.Sleep(pause)
		}
	}
	gone := make(chan struct{})
	go func() {
		r.phones.Wait()
		close(gone)
	}()
	limit := time.NewTimer(drainLimit)
	defer limit.Stop()
	select {
	case <-gone:
	case <-limit.C:
		r.note(fmt.Sprintf("some phones had not taken their leave after %v", drainLimit))
	}
}
