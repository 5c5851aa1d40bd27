package tally

import (
	"slices"
	"sync"
	"time"

	"github.com/phonebank/phonebank/phone"
)

// steps are the steps of a boot in their order.
var steps = [...]phone.Step{phone.StepCTL, phone.StepITL, phone.StepConfig, phone.StepCAPF, phone.StepRegister}

// shard is the counts of some of the phones.
type shard struct {
	mu                                   sync.Mutex
	started, registered, failed, now     int
	lastStart, lastRegistered            time.Duration
	steps                                [len(steps)]stepCount
	boot, ack, rtt                       Histogram
	sent, acked, missed                  int
	lost, failovers, failbacks, restarts int
	lostExample                          string
	lists                                [2]listCount // CTL, ITL
	causes                               map[stepCause]*CauseResult
	explained                            map[explained]*Explanation
	messages                             map[string]int
}

type stepCount struct {
	ok, failed, skipped int
	took, waited        Histogram
}

type listCount struct {
	accepted, unchanged, rejected, replaced int
	changed                                 int // phones whose list was replaced, however often
}

type stepCause struct {
	step  phone.Step
	cause phone.Cause
}

func newShard() *shard {
	return &shard{
		causes: make(map[stepCause]*CauseResult), explained: make(map[explained]*Explanation),
		messages: make(map[string]int),
	}
}

// take counts one event of the phone with the given row. The caller holds the
// lock; at is the time since the run began.
func (s *shard) take(r *Row, at time.Duration, event phone.Event) {
	switch e := event.(type) {
	case phone.PoweredOn:
		r.Boots++
	case phone.StepEnded:
		s.stepEnded(r, e)
	case phone.ListJudged:
		s.judged(e)
	case phone.TrustListReplaced:
		i := listIndex(e.Kind)
		s.lists[i].replaced++
		if !r.replaced[i] {
			r.replaced[i] = true
			s.lists[i].changed++
		}
	case phone.StatusMessage:
		s.messages[e.Text]++
	case phone.CertificateIssued:
		r.LSC = true
	case phone.Registered:
		s.hasRegistered(r, at, e)
	case phone.KeepAliveSent:
		s.sent++
		r.KeepAlivesSent++
	case phone.KeepAliveAcked:
		s.acked++
		s.rtt.Record(e.RTT)
	case phone.KeepAliveMissed:
		s.missed++
		r.KeepAlivesLost++
	case phone.Unregistered:
		s.leave(r)
		if e.Err != nil {
			s.lost++
			if s.lostExample == "" {
				s.lostExample = string(r.Name) + ": " + e.Err.Error()
			}
		}
	case phone.GaveUp:
		s.leave(r)
		if r.State == Started {
			r.State = Failed
			s.failed++
			if r.Err == nil {
				r.fail("", phone.CauseOf(e.Err), e.Err)
			}
		}
	}
}

func (s *shard) stepEnded(r *Row, e phone.StepEnded) {
	r.Waited += e.Waited
	i := slices.Index(steps[:], e.Step)
	if i < 0 {
		return
	}
	count := &s.steps[i]
	if e.Skipped {
		count.skipped++
		return
	}
	count.took.Record(e.Took)
	count.waited.Record(e.Waited)
	if e.Err == nil {
		count.ok++
		return
	}
	count.failed++
	s.stepFailed(r, e.Step, phone.CauseOf(e.Err), e.Err)
}

func (s *shard) stepFailed(r *Row, step phone.Step, cause phone.Cause, err error) {
	r.fail(step, cause, err)
	s.explain(r, step, cause, err)
	key := stepCause{step, cause}
	if s.causes[key] == nil {
		s.causes[key] = &CauseResult{Step: step, Cause: cause, Example: err.Error()}
	}
	s.causes[key].Count++
}

func (s *shard) judged(e phone.ListJudged) {
	count := &s.lists[listIndex(e.Kind)]
	switch e.Verdict.Outcome {
	case phone.Accept:
		count.accepted++
	case phone.Unchanged:
		count.unchanged++
	case phone.Reject:
		count.rejected++
	}
}

func (s *shard) hasRegistered(r *Row, at time.Duration, e phone.Registered) {
	if r.Node == "" {
		s.now++
	}
	r.Node = e.Node
	r.Registrations++
	s.ack.Record(e.Ack)
	if e.Boot > 0 {
		s.boot.Record(e.Boot)
	}
	switch e.Why {
	case phone.AfterFailover:
		s.failovers++
	case phone.AfterFailback:
		s.failbacks++
	case phone.AfterRestart:
		s.restarts++
	}
	if r.State != Started {
		return
	}
	r.State, r.RegisteredAt, r.Boot, r.Register = Registered, at, e.Boot, e.Took
	s.registered++
	s.lastRegistered = max(s.lastRegistered, at)
}

func (s *shard) leave(r *Row) {
	if r.Node != "" {
		s.now--
		r.Node = ""
	}
}
