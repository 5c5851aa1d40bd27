package phone

import (
	"context"
	"time"

	"golang.org/x/sync/semaphore"
)

// Limits bound what all phones of a process do at once. They belong to the
// load generator's machine, not to the core, so the time that a phone spends
// on them is reported as Waited and never as Took. A nil limit does not bound.
type Limits struct {
	Transfers      *semaphore.Weighted // TFTP transfers
	Handshakes     *semaphore.Weighted // TLS handshakes, connect included
	KeyGenerations *semaphore.Weighted
}

// stopwatch splits the time of a step into time waited on limits and time
// taken.
type stopwatch struct {
	started time.Time
	waited  time.Duration
}

func startWatch() *stopwatch { return &stopwatch{started: time.Now()} }

// within runs work under a limit and counts the wait for it.
func (w *stopwatch) within(ctx context.Context, limit *semaphore.Weighted, work func() error) error {
	if limit == nil {
		return work()
	}
	if !limit.TryAcquire(1) {
		queued := time.Now()
		err := limit.Acquire(ctx, 1)
		w.waited += time.Since(queued)
		if err != nil {
			return err
		}
	}
	defer limit.Release(1)
	return work()
}

func (w *stopwatch) split() (waited, took time.Duration) {
	return w.waited, time.Since(w.started) - w.waited
}
