package scenario

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
	"github.com/phonebank/phonebank/wire/ctl"
)

// seat is the place of one phone in a rehearsal. It can be switched off and on,
// and it remembers where the phone stands from what the phone says.
type seat struct {
	n     int
	group string
	phone *phone.Phone

	power sync.Mutex // one switch at a time
	off   context.CancelFunc
	gone  chan struct{} // closed when the phone is off

	mu         sync.Mutex
	on         bool
	registered bool
	booted     bool          // since the last step, or since it was last registered or switched on
	out        bool          // and that boot has failed
	held       [2]*ctl.List  // CTL, ITL
	refused    [2]*complaint // the last list of a kind that it was offered
	config     *complaint    // the last configuration that it was offered
	failed     *complaint    // its last attempt to register
	updated    bool          // took a list since the last step
}

// complaint is why a phone does not go on, and what it needs.
type complaint struct {
	reason, need string
	hands        bool // on the phone
}

// switchOn powers the phone until ctx ends or it is switched off.
func (s *seat) switchOn(ctx context.Context, phones *sync.WaitGroup) {
	s.power.Lock()
	defer s.power.Unlock()
	if s.off != nil {
		return
	}
	ctx, s.off = context.WithCancel(ctx)
	s.gone = make(chan struct{})
	s.set(func() { s.on, s.booted, s.out, s.failed = true, false, false, nil })
	phones.Go(func() {
		defer close(s.gone)
		s.live(ctx)
	})
}

// switchOff takes the power away and waits until the phone is off.
func (s *seat) switchOff() {
	s.power.Lock()
	defer s.power.Unlock()
	if s.off == nil {
		return
	}
	s.off()
	<-s.gone
	s.off = nil
	s.set(func() { s.on = false })
}

// pause is how long a phone rests that has given up, until it boots again: a
// real one never gives up for good.
const pause = 10 * time.Second

func (s *seat) live(ctx context.Context) {
	for ctx.Err() == nil {
		_ = s.phone.Run(ctx) // what it has to say it has said to watch
		sleep(ctx, pause)
	}
}

func (s *seat) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// erase is what the user of a phone that is off does to its lists.
func (s *seat) erase() {
	s.phone.Erase()
	s.set(func() { s.held, s.refused, s.config = [2]*ctl.List{}, [2]*complaint{}, nil })
}

// settled says that the phone is off, or registered, or has failed a whole boot
// since it was.
func (s *seat) settled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.on || s.registered || s.out
}

// also hears what the phone says, beside another listener.
func (s *seat) also(watch func(phone.Record)) func(phone.Record) {
	return func(r phone.Record) {
		s.watch(r)
		watch(r)
	}
}

// again has a phone that is not registered boot once more before it counts as
// settled: a step may have cured what it failed for.
func (s *seat) again() {
	s.set(func() {
		if !s.registered {
			s.booted, s.out = false, false
		}
	})
}

// watch takes one event of the phone.
func (s *seat) watch(r phone.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := r.Event.(type) {
	case phone.PoweredOn:
		s.booted = true
	case phone.ListJudged:
		s.judged(e)
	case phone.StepEnded:
		s.ended(e)
	case phone.Registered:
		s.registered, s.booted, s.out, s.failed = true, false, false, nil
	case phone.Unregistered:
		s.registered, s.booted = false, false
	case phone.GaveUp:
		s.out = s.out || s.booted
		if s.failed == nil {
			s.failed = complain("", e.Err)
		}
	}
}

func (s *seat) judged(e phone.ListJudged) {
	i := slices.Index([]ctl.Kind{ctl.CTL, ctl.ITL}, e.Kind)
	if i < 0 {
		return
	}
	s.refused[i] = nil
	switch v := e.Verdict; v.Outcome {
	case phone.Accept:
		s.held[i], s.updated = v.List, true
	case phone.Reject:
		s.refused[i] = &complaint{reason: v.Reason, need: v.Fix, hands: v.Hands}
	}
}

func (s *seat) ended(e phone.StepEnded) {
	switch {
	case e.Step == phone.StepConfig:
		s.config = nil
		if cause := phone.CauseOf(e.Err); cause == phone.CauseUntrusted || cause == phone.CauseMalformed {
			s.config = complain(e.Step, e.Err)
		}
	case e.Step == phone.StepRegister && e.Err != nil:
		s.failed = complain(e.Step, e.Err)
		s.out = s.out || s.booted
	}
}

func complain(step phone.Step, err error) *complaint {
	if why, ok := phone.Explain(err); ok {
		return &complaint{reason: why.Reason, need: why.Fix, hands: why.Hands}
	}
	_, fix := tally.Hint(step, phone.CauseOf(err), err)
	return &complaint{reason: err.Error(), need: fix}
}

// trouble is why the phone is locked out, nil when it is not: a list or a
// configuration that it refused, or a registration that failed.
func (s *seat) trouble() *complaint {
	if !s.on {
		return nil
	}
	for _, c := range []*complaint{s.refused[0], s.refused[1], s.config} {
		if c != nil {
			return c
		}
	}
	if s.registered {
		return nil
	}
	return s.failed
}
