package scenario

import (
	"context"
	"sync"
	"time"
)

// Control steers a run while it goes on: whoever holds it may change the pace
// of the arrivals, pause them, and end the run early. Its methods are safe for
// concurrent use; before the run they already count.
//
// A changed pace changes when phones are meant to start, so that nobody is late
// because of it: latencies and start lag go by the schedule as it was steered.
type Control struct {
	mu      sync.Mutex
	speed   float64 // of the schedule's time, 1: as planned
	paused  bool
	drained bool
	end     context.CancelFunc // of the run; nil: not begun
	stopped bool
	most    float64 // speed that the run's limits allow; 0: not known yet

	wall    time.Time     // when the schedule had come to
	planned time.Duration // this point of its own time
	changed chan struct{} // closed with every change
	nobody  chan struct{} // closed once nobody more is to start
}

// NewControl returns a control that leaves the schedule as it is.
func NewControl() *Control {
	return &Control{speed: 1, changed: make(chan struct{}), nobody: make(chan struct{})}
}

// Bounds of Speed: beyond them a typo is likelier than a wish.
const (
	slowest = 0.01
	fastest = 100
)

// Pace is how a run is steered at the moment.
type Pace struct {
	Speed   float64 `json:"speed"` // of the planned rate; 1: as planned
	Paused  bool    `json:"paused"`
	Drained bool    `json:"drained"` // nobody more starts
}

// Pace says how the run is steered.
func (c *Control) Pace() Pace {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Pace{Speed: c.speed, Paused: c.paused, Drained: c.drained}
}

// Speed makes arrivals so many times as frequent as planned, from now on; it
// keeps the factor between 0.01 and 100, and the rate within the scenario's limit.
func (c *Control) Speed(factor float64) {
	c.change(func() { c.speed = factor })
}

// Faster multiplies the speed: by 1.1 for a tenth more arrivals.
func (c *Control) Faster(by float64) {
	c.change(func() { c.speed *= by })
}

// Pause stops the arrivals, or lets them go on. Phones that have started are
// not touched.
func (c *Control) Pause(paused bool) { c.change(func() { c.paused = paused }) }

// Drain starts nobody more, waits for the phones that boot, and switches all
// off: an orderly end before time.
func (c *Control) Drain() {
	c.change(func() {
		if !c.drained {
			c.drained = true
			close(c.nobody)
		}
	})
}

// Stop ends the run at once, as an interrupt does: the result is kept.
func (c *Control) Stop() {
	c.change(func() {
		c.stopped = true
		if c.end != nil {
			c.end()
		}
	})
}

// change applies a change now: what has passed of the schedule stays passed.
func (c *Control) change(apply func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); !c.wall.IsZero() {
		c.planned, c.wall = c.at(now), now
	}
	apply()
	c.bound()
	close(c.changed)
	c.changed = make(chan struct{})
}

// bound keeps the speed within reason and within the limit of the run.
func (c *Control) bound() {
	c.speed = min(max(c.speed, slowest), fastest)
	if c.most > 0 {
		c.speed = min(c.speed, c.most)
	}
}

// at is how far the schedule is, in its own time.
func (c *Control) at(now time.Time) time.Duration {
	if c.paused {
		return c.planned
	}
	return c.planned + time.Duration(float64(now.Sub(c.wall))*c.speed)
}

// attach gives the control the means to end the run, and the speed that its
// limits allow; 0: any.
func (c *Control) attach(end context.CancelFunc, most float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.most = most
	c.bound()
	if c.end = end; c.stopped {
		end()
	}
}

// begin starts the schedule.
func (c *Control) begin(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall = at
}

// wait waits for a point of the schedule and returns when that was meant to be.
// It is false when nobody more is to start.
func (c *Control) wait(ctx context.Context, planned time.Duration) (due time.Time, start bool) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		due, changed, on := c.look(planned)
		if !on || ctx.Err() != nil {
			return due, false
		}
		left := time.Until(due)
		if left <= 0 {
			return due, true
		}
		timer.Reset(left)
		select {
		case <-timer.C:
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// look says when a point of the schedule is due as things are, and what tells
// of a change.
func (c *Control) look(planned time.Duration) (due time.Time, changed <-chan struct{}, on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paused {
		return time.Now().Add(longestLoad), c.changed, !c.drained
	}
	due = c.wall.Add(time.Duration(float64(planned-c.planned) / c.speed))
	return due, c.changed, !c.drained
}
