package tally

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/phonebank/phonebank/phone"
)

// Tally counts the events of a fleet. Its methods are safe for concurrent use.
type Tally struct {
	rows    []Row
	planned atomic.Int64
	shards  []*shard
	began   atomic.Int64 // Unix nanoseconds of the first start
	closed  atomic.Bool
	health  healthSeries
}

// New returns a tally for so many phones.
func New(planned int) *Tally {
	t := &Tally{rows: make([]Row, planned), health: newHealthSeries()}
	t.Plan(planned)
	for range min(runtime.GOMAXPROCS(0), 8) {
		t.shards = append(t.shards, newShard())
	}
	for n := range t.rows {
		t.rows[n].State = Planned
	}
	return t
}

// Plan says how many phones are to start after all, no more than New was told:
// somebody has ended the arrivals.
func (t *Tally) Plan(phones int) { t.planned.Store(int64(phones)) }

// Begin says when the schedule began; every time of a row counts from there.
func (t *Tally) Begin(at time.Time) { t.began.Store(at.UnixNano()) }

// Start notes that phone n starts now, at, where the schedule had wanted it to
// start at due, and returns what listens to it. Each phone starts once. who
// is the row with what is known of the phone before.
func (t *Tally) Start(n int, due, at time.Time, who Row) func(phone.Record) {
	s, row := t.shards[n%len(t.shards)], &t.rows[n]
	s.mu.Lock()
	defer s.mu.Unlock()
	*row = who
	row.State, row.DueAt, row.StartedAt = Started, t.since(due), t.since(at)
	s.start(row)
	return func(r phone.Record) {
		if t.closed.Load() {
			return
		}
		s.mu.Lock()
		s.take(row, t.since(r.At), r.Event)
		s.mu.Unlock()
	}
}

func (t *Tally) since(at time.Time) time.Duration {
	return time.Duration(at.UnixNano() - t.began.Load())
}

// Close ends the counting: what phones say later, while they are switched off,
// is not part of the result.
func (t *Tally) Close() { t.closed.Store(true) }

// Snapshot is how far a run has come.
type Snapshot struct {
	Planned, Started, Registered, Failed int
	Now                                  int // registered at this moment
	KeepAlivesSent, KeepAlivesLost       int
}

// Settled says that every phone that was planned has registered or given up.
func (s Snapshot) Settled() bool { return s.Registered+s.Failed == s.Planned }

// Snapshot adds up the shards.
func (t *Tally) Snapshot() Snapshot {
	now := Snapshot{Planned: int(t.planned.Load())}
	for _, s := range t.shards {
		s.mu.Lock()
		now.Started += s.started
		now.Registered += s.registered
		now.Failed += s.failed
		now.Now += s.now
		now.KeepAlivesSent += s.sent
		now.KeepAlivesLost += s.missed
		s.mu.Unlock()
	}
	return now
}

// FailRest counts every phone that has started and neither registered nor
// given up as failed now, for the given reason: the run has no more time for
// it. It returns how many those are.
func (t *Tally) FailRest(now time.Time, why error) (phones int) {
	for i, s := range t.shards {
		s.mu.Lock()
		for n := i; n < len(t.rows); n += len(t.shards) {
			row := &t.rows[n]
			if row.State != Started {
				continue
			}
			phones++
			s.failPhone(row, t.since(now))
			if row.Err == nil {
				row.fail("", phone.CauseTimeout, why)
			}
		}
		s.mu.Unlock()
	}
	return phones
}
