package phone

import (
	"sync"
	"sync/atomic"
	"time"
)

// Wheel calls many periodic functions from one goroutine. Ten thousand phones
// that each own a timer wake the scheduler ten thousand times; on a wheel they
// wake it once per tick, in batches, at a third of the CPU.
//
//	slot:   now ──▶ +1 tick   +2        +3              +size-1
//	      ┌───────┬─────────┬─────────┬─────────┬─ ··· ─┐
//	      │ a,b   │         │ c       │ d,e,f   │       │   an entry whose turn is more than
//	      └───────┴─────────┴─────────┴─────────┴─ ··· ─┘   one round away waits with rounds > 0
//
// Two kinds of goroutines turn it. The timekeeper moves from slot to slot and
// never calls anything; a caller takes the turns that are due one after the
// other. A call that blocks, as a send does whose receiver reads nothing, costs
// a goroutine and nobody's time: when a tick passes and no call has come to its
// end, as many callers again are started.
//
// A nil *Wheel is valid and gives every caller a timer of its own, exact to
// the nanosecond.
type Wheel struct {
	tick time.Duration
	stop chan struct{}
	done sync.WaitGroup // timekeeper and callers

	mu      sync.Mutex
	slots   []*turn // the first of each slot
	now     int
	due     []*turn // off the wheel, not called yet
	callers int     // goroutines that call, or are in a call
	calls   int     // that have come to their end
	seen    int     // calls at the last tick
	closed  bool
}

// turn is one periodic function on a wheel. While it is due or being called it
// is in no slot; afterwards it goes back to one a period from then. A late turn
// is therefore followed by a whole period: a laptop that slept through many
// owes one call, and its answer has all the time of any other.
type turn struct {
	wheel  *Wheel
	call   func()
	slot   int32
	rounds int32
	every  int32 // ticks
	gone   bool

	before, after *turn // in its slot
}

// wheelSlots times a tick of 10 ms is 41 s: most keepalives wait less than a
// round.
const wheelSlots = 4096

// NewWheel starts a wheel. Calls come at most one tick late. Stop it with
// Close.
func NewWheel(tick time.Duration) *Wheel {
	w := &Wheel{tick: tick, stop: make(chan struct{}), slots: make([]*turn, wheelSlots)}
	w.done.Go(w.keepTime)
	return w
}

// Close stops the wheel and waits for the calls under way.
func (w *Wheel) Close() {
	close(w.stop)
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.done.Wait()
}

// Every calls f after first and then every period, until the returned function
// is called; a call under way at that moment may still end after it. One call
// comes after the other: the turns that pass during a call are left out.
func (w *Wheel) Every(first, period time.Duration, f func()) (stop func()) {
	if w == nil {
		return everyAlone(first, period, f)
	}
	t := &turn{wheel: w, every: int32(w.ticks(period)), call: f}
	w.mu.Lock()
	w.place(t, w.ticks(first))
	w.mu.Unlock()
	return t.remove
}

func everyAlone(first, period time.Duration, f func()) (stop func()) {
	var (
		mu      sync.Mutex
		stopped bool
		timer   *time.Timer
		calling atomic.Bool
	)
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(first, func() {
		mu.Lock()
		if stopped {
			mu.Unlock()
			return
		}
		timer.Reset(period)
		mu.Unlock()
		if calling.CompareAndSwap(false, true) {
			defer calling.Store(false)
			f()
		}
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		stopped = true
		timer.Stop()
	}
}

func (w *Wheel) ticks(d time.Duration) int {
	return max(1, int((d+w.tick-1)/w.tick))
}

// place puts a turn so many ticks from now. The caller holds the lock.
func (w *Wheel) place(t *turn, ticks int) {
	t.slot = int32((w.now + ticks) % wheelSlots)
	t.rounds = int32((ticks - 1) / wheelSlots)
	if t.after = w.slots[t.slot]; t.after != nil {
		t.after.before = t
	}
	w.slots[t.slot] = t
}

// take takes a turn out of its slot, if it is in one. The caller holds the lock.
func (w *Wheel) take(t *turn) {
	switch {
	case t.before != nil:
		t.before.after = t.after
	case w.slots[t.slot] == t:
		w.slots[t.slot] = t.after
	}
	if t.after != nil {
		t.after.before = t.before
	}
	t.before, t.after = nil, nil
}

func (t *turn) remove() {
	t.wheel.mu.Lock()
	defer t.wheel.mu.Unlock()
	t.gone = true
	t.wheel.take(t)
}

// longStall is a time that nobody waits for a tick, unless the whole process
// or its machine has been asleep.
const longStall = time.Second

func (w *Wheel) keepTime() {
	ticker := time.NewTicker(w.tick)
	defer ticker.Stop()
	began, turned := time.Now(), 0
	for {
		select {
		case <-w.stop:
			return
		case <-ticker.C:
		}
		// A ticker drops ticks when its reader is late; the wheel counts them.
		target := int(time.Since(began) / w.tick)
		if time.Duration(target-turned)*w.tick > longStall {
			// Answers have come in meanwhile: let their readers go first.
			time.Sleep(w.tick)
		}
		if target > turned {
			w.advance(target - turned)
			turned = target
		}
	}
}

// advance moves some slots on and has the turns called that are due by then.
func (w *Wheel) advance(ticks int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	left := len(w.due)
	for range ticks {
		w.now = (w.now + 1) % wheelSlots
		for t, next := w.slots[w.now], (*turn)(nil); t != nil; t = next {
			if next = t.after; t.rounds > 0 {
				t.rounds--
				continue
			}
			w.take(t)
			w.due = append(w.due, t)
		}
	}
	stuck := w.calls == w.seen
	w.seen = w.calls
	start := 0
	switch {
	case w.closed:
	case left == 0: // whoever still calls has taken the last of it
		start = min(1, len(w.due))
	case stuck:
		start = min(w.callers, len(w.due))
	}
	for range start {
		w.callers++
		w.done.Go(w.callDue)
	}
}

// callDue calls what is due until nothing is.
func (w *Wheel) callDue() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.due) > 0 && !w.closed {
		t := w.due[0]
		w.due[0] = nil
		if w.due = w.due[1:]; len(w.due) == 0 {
			w.due = nil
		}
		if t.gone {
			continue
		}
		w.mu.Unlock()
		t.call()
		w.mu.Lock()
		w.calls++
		if !t.gone {
			w.place(t, int(t.every))
		}
	}
	w.callers--
}
