package phone

import (
	"sync"
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
// A nil *Wheel is valid and gives every caller a timer of its own, exact to
// the nanosecond.
type Wheel struct {
	tick time.Duration
	stop chan struct{}
	done chan struct{}

	mu    sync.Mutex
	slots []map[*turn]struct{}
	now   int
}

// turn is one periodic function on a wheel.
type turn struct {
	wheel  *Wheel
	slot   int
	rounds int
	every  int // ticks
	call   func()
	gone   bool
}

// wheelSlots times a tick of 10 ms is 41 s: most keepalives wait less than a
// round.
const wheelSlots = 4096

// NewWheel starts a wheel. Calls come at most one tick late. Stop it with
// Close.
func NewWheel(tick time.Duration) *Wheel {
	w := &Wheel{
		tick: tick, stop: make(chan struct{}), done: make(chan struct{}),
		slots: make([]map[*turn]struct{}, wheelSlots),
	}
	go w.run()
	return w
}

// Close stops the wheel and waits for the call under way.
func (w *Wheel) Close() {
	close(w.stop)
	<-w.done
}

// Every calls f after first and then every period, until the returned function
// is called; a call under way at that moment may still end after it. On a
// wheel, f must not block: all other calls would wait for it.
func (w *Wheel) Every(first, period time.Duration, f func()) (stop func()) {
	if w == nil {
		return everyAlone(first, period, f)
	}
	t := &turn{wheel: w, every: w.ticks(period), call: f}
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
		calling sync.Mutex // one call after the other, like on a wheel
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
		calling.Lock()
		defer calling.Unlock()
		f()
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
	t.slot = (w.now + ticks) % wheelSlots
	t.rounds = (ticks - 1) / wheelSlots
	if w.slots[t.slot] == nil {
		w.slots[t.slot] = make(map[*turn]struct{})
	}
	w.slots[t.slot][t] = struct{}{}
}

func (t *turn) remove() {
	t.wheel.mu.Lock()
	defer t.wheel.mu.Unlock()
	t.gone = true
	delete(t.wheel.slots[t.slot], t)
}

func (w *Wheel) run() {
	defer close(w.done)
	ticker := time.NewTicker(w.tick)
	defer ticker.Stop()
	began, turned := time.Now(), 0
	var due []*turn
	for {
		select {
		case <-w.stop:
			return
		case <-ticker.C:
		}
		// A ticker drops ticks when its reader is late; the wheel counts them.
		for target := int(time.Since(began) / w.tick); turned < target; turned++ {
			due = w.advance(due[:0])
			for _, t := range due {
				t.call()
			}
		}
	}
}

// advance moves one slot on and returns the turns that are due, each already
// placed for its next call.
func (w *Wheel) advance(due []*turn) []*turn {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = (w.now + 1) % wheelSlots
	for t := range w.slots[w.now] {
		if t.rounds > 0 {
			t.rounds--
			continue
		}
		due = append(due, t)
	}
	for _, t := range due {
		delete(w.slots[w.now], t)
		w.place(t, t.every)
	}
	return due
}
