package scenario

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/phonebank/phonebank/scenario/tally"
	"github.com/phonebank/phonebank/scenario/timeline"
)

// rehearsal takes the steps of a timeline while the phones run, and notes after
// each how the phones stand. A nil rehearsal is a run without a timeline.
type rehearsal struct {
	run   *run
	steps []timeline.Step
	stop  context.CancelFunc
	all   chan struct{}    // closed when every phone has started
	last  tally.PlanStep   // the step that was taken last
	plan  []tally.PlanStep // those before it, and how the phones stood then

	taken []timeline.Action // the steps that could be taken

	moved []atomic.Int32 // the cluster of each phone, from 0

	mu    sync.Mutex
	seats []*seat // by phone, nil before it has started
}

func newRehearsal(r *run) *rehearsal {
	if len(r.with.Timeline) == 0 {
		return nil
	}
	return &rehearsal{run: r, steps: r.with.Timeline, moved: make([]atomic.Int32, r.with.Count()), seats: make([]*seat, r.with.Count())}
}

// sit gives a phone that has started its seat.
func (h *rehearsal) sit(s *seat) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seats[s.n] = s
}

// started are the seats of the phones that have started.
func (h *rehearsal) started() []*seat {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []*seat
	for _, s := range h.seats {
		if s != nil {
			all = append(all, s)
		}
	}
	return all
}

// begin takes the steps, each in its time, until ctx ends. The channel is
// closed when the last was taken.
func (h *rehearsal) begin(ctx context.Context) (played <-chan struct{}) {
	done := make(chan struct{})
	if h == nil {
		close(done)
		return done
	}
	ctx, h.stop = context.WithCancel(ctx)
	h.all, h.last = make(chan struct{}), tally.PlanStep{Text: "before the plan"}
	go func() {
		defer close(done)
		for i, step := range h.steps {
			if !h.due(ctx, step) {
				return
			}
			h.note(ctx)
			h.last = tally.PlanStep{Step: i + 1, At: seconds(time.Since(h.run.began)), Text: step.Text}
			if err := h.take(ctx, step.Action); err != nil {
				h.last.Error = err.Error()
			} else {
				h.taken = append(h.taken, step.Action)
			}
			for _, s := range h.started() {
				s.again()
			}
		}
		h.due(ctx, timeline.Step{Settled: true})
	}()
	return done
}

// allStarted says that every phone has started.
func (h *rehearsal) allStarted() {
	if h != nil {
		close(h.all)
	}
}

// end takes no further steps and notes how the phones stand in the end.
func (h *rehearsal) end(ctx context.Context, played <-chan struct{}) {
	if h != nil {
		h.stop()
		<-played
		h.note(ctx)
	}
}

// due waits for the time of a step; false when ctx ended first.
func (h *rehearsal) due(ctx context.Context, s timeline.Step) bool {
	if !s.Settled {
		sleep(ctx, time.Until(h.run.began.Add(s.At)))
		return ctx.Err() == nil
	}
	select {
	case <-h.all:
	case <-ctx.Done():
		return false
	}
	return h.settle(ctx)
}

// Phones have settled when none was under way for quiet. Those that find no
// rest are not waited for longer than patience.
const (
	quiet = 2 * time.Second
	look  = 100 * time.Millisecond
)

func (h *rehearsal) settle(ctx context.Context) bool {
	began := time.Now()
	for still := began; time.Since(still) < quiet && time.Since(began) < patience; sleep(ctx, look) {
		if ctx.Err() != nil {
			return false
		}
		for _, s := range h.started() {
			if !s.settled() {
				still = time.Now()
				break
			}
		}
	}
	return ctx.Err() == nil
}

// take does what a step says.
func (h *rehearsal) take(ctx context.Context, a timeline.Action) error {
	var chosen []*seat
	if !a.ToCluster() {
		var err error
		if chosen, err = h.choose(a.Who); err != nil {
			return err
		}
	}
	if a.Order.Do != "" {
		if !a.Who.All() {
			for _, s := range chosen {
				a.Order.Devices = append(a.Order.Devices, string(s.phone.Name()))
			}
		}
		if h.run.place.carry == nil {
			return errNoOrders
		}
		return h.run.place.carry(ctx, a.Order)
	}
	return h.handle(a, chosen)
}

// handle does by hand what a step says.
func (h *rehearsal) handle(a timeline.Action, chosen []*seat) error {
	switch a.Phones {
	case timeline.Exchange:
		return h.run.place.exchange()
	case timeline.Move:
		return h.move(a, chosen)
	}
	var work sync.WaitGroup
	defer work.Wait()
	for _, s := range chosen {
		switch a.Phones {
		case timeline.PowerOff:
			work.Go(s.switchOff)
		case timeline.PowerOn:
			s.switchOn(h.run.waves[s.n%drainWaves].ctx, &h.run.phones)
		case timeline.Erase:
			work.Go(func() {
				s.switchOff()
				s.erase()
				s.switchOn(h.run.waves[s.n%drainWaves].ctx, &h.run.phones)
			})
		}
	}
	return nil
}

// errNoOrders is the error of an order to a core that takes none.
var errNoOrders = errors.New("this core takes no orders")

// errNobody is the error of a step that is about no phone.
var errNobody = errors.New("no phone is meant")

// choose picks phones of a group, or of all: a share of them evenly.
func (h *rehearsal) choose(who timeline.Who) ([]*seat, error) {
	var chosen []*seat
	i := 0
	for _, s := range h.started() {
		if who.Group != "" && s.group != who.Group {
			continue
		}
		if who.Share == 0 || int(float64(i+1)*who.Share/100) > int(float64(i)*who.Share/100) {
			chosen = append(chosen, s)
		}
		i++
	}
	if len(chosen) == 0 {
		return nil, errNobody
	}
	return chosen, nil
}

func seconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }
