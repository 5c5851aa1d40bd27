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
	boot, bootAsSent, ack, rtt           Histogram
	sent, acked, missed                  int
	lost, failovers, failbacks, restarts int
	lostExample                          string
	lists                                [2]listCount // CTL, ITL
	holds                                [2]map[heldList]*heldCount
	tvs                                  tvsCount
	causes                               map[stepCause]*CauseResult
	lacks                                map[phone.Lack]int
	explained                            map[explained]*Explanation
	messages                             map[string]int
	groups                               map[string]*groupCount
	nodes                                map[string]*nodeCount
	time                                 series[bucket]
}

type stepCount struct {
	ok, failed, skipped, retried int
	took, waited                 Histogram
}

type listCount struct {
	accepted, unchanged, rejected, replaced int
}

type stepCause struct {
	step  phone.Step
	cause phone.Cause
}

func newShard() *shard {
	return &shard{
		causes: make(map[stepCause]*CauseResult), lacks: make(map[phone.Lack]int), explained: make(map[explained]*Explanation),
		messages: make(map[string]int), groups: make(map[string]*groupCount), nodes: make(map[string]*nodeCount),
		holds: [2]map[heldList]*heldCount{{}, {}},
		time:  newSeries((*bucket).add),
	}
}

// start counts a phone that is switched on.
func (s *shard) start(r *Row) {
	s.started++
	s.lastStart = max(s.lastStart, r.StartedAt)
	s.time.at(r.StartedAt).started++
	g := s.group(r)
	g.phones.Started++
	for kind, sum := range r.Held {
		s.held(r, kind).phones++
		if sum == "" {
			g.lists[kind].none++
		}
	}
}

// failPhone counts a phone that has no registration and will have none.
func (s *shard) failPhone(r *Row, at time.Duration) {
	r.State = Failed
	s.failed++
	s.time.at(at).failed++
	s.group(r).phones.Failed++
}

// take counts one event of the phone with the given row. The caller holds the
// lock; at is the time since the run began.
func (s *shard) take(r *Row, at time.Duration, event phone.Event) {
	switch e := event.(type) {
	case phone.PoweredOn:
		r.Boots++
	case phone.StepEnded:
		s.stepEnded(r, at, e)
	case phone.ListJudged:
		s.judged(r, e)
	case phone.TrustListReplaced:
		i := listIndex(e.Kind)
		s.lists[i].replaced++
		if !r.replaced[i] {
			s.replacedList(r, i)
		}
	case phone.StatusMessage:
		s.messages[e.Text]++
	case phone.TVSAsked:
		s.tvs.tried(e)
	case phone.TVSAnswered:
		s.tvs.answered(e)
		r.TVSAsked++
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
		s.leave(r, at)
		if e.Err != nil {
			s.lost++
			if s.lostExample == "" {
				s.lostExample = string(r.Name) + ": " + e.Err.Error()
			}
		}
	case phone.GaveUp:
		s.leave(r, at)
		if r.State == Started {
			s.failPhone(r, at)
			if r.Err == nil {
				r.fail("", phone.CauseOf(e.Err), e.Err)
			}
		}
	}
}

func (s *shard) stepEnded(r *Row, at time.Duration, e phone.StepEnded) {
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
	mine := attempt{took: e.Took, failed: e.Err != nil, retried: r.again&(1<<i) != 0}
	r.again &^= 1 << i
	if mine.retried {
		count.retried++
	}
	s.group(r).steps[i].take(mine)
	s.time.at(at).steps[i].take(mine)
	if e.Err == nil {
		count.ok++
		return
	}
	r.again |= 1 << i
	count.failed++
	s.stepFailed(r, e.Step, phone.CauseOf(e.Err), e.Err)
}

func (s *shard) stepFailed(r *Row, step phone.Step, cause phone.Cause, err error) {
	r.fail(step, cause, err)
	s.explain(r, step, cause, err)
	if cause == phone.CauseLocal {
		s.lacks[phone.LackOf(err)]++
	}
	key := stepCause{step, cause}
	if s.causes[key] == nil {
		s.causes[key] = &CauseResult{Step: step, Cause: cause, Example: err.Error()}
	}
	s.causes[key].Count++
}

func (s *shard) judged(r *Row, e phone.ListJudged) {
	count := &s.lists[listIndex(e.Kind)]
	switch e.Verdict.Outcome {
	case phone.Accept:
		count.accepted++
	case phone.Unchanged:
		count.unchanged++
	case phone.Reject:
		count.rejected++
		if kind := listIndex(e.Kind); !r.refused[kind] {
			s.refusedList(r, kind)
		}
	}
}

func (s *shard) hasRegistered(r *Row, at time.Duration, e phone.Registered) {
	s.leave(r, at) // the node it was with, when nobody said that it left
	s.now++
	s.time.at(at).now++
	s.group(r).phones.RegisteredAtEnd++
	r.Node = e.Node
	r.Registrations++
	node := s.node(e.Node)
	node.srst = e.SRST
	node.now++
	node.registrations++
	node.register.Record(e.Took)
	s.ack.Record(e.Ack)
	if e.Boot > 0 {
		s.booted(r, at, e.Boot)
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
	r.State, r.RegisteredAt, r.Register = Registered, at, e.Took
	s.registered++
	s.lastRegistered = max(s.lastRegistered, at)
	s.time.at(at).registered++
	s.group(r).phones.Registered++
}

// booted counts a boot from its intended start: a phone that was switched on
// late has made its user wait for that time too. Only the first boot is on the
// schedule; later ones begin when they begin.
func (s *shard) booted(r *Row, at, asSent time.Duration) {
	boot := asSent
	if r.State == Started {
		boot += max(0, r.StartedAt-r.DueAt)
		r.Boot, r.BootAsSent = boot, asSent
	}
	s.boot.Record(boot)
	s.bootAsSent.Record(asSent)
	s.group(r).boot.Record(boot)
	s.node(r.Node).boot.Record(boot)
	s.time.at(at).boot.Record(boot)
}

func (s *shard) leave(r *Row, at time.Duration) {
	if r.Node != "" {
		s.now--
		s.time.at(at).now--
		s.node(r.Node).now--
		s.group(r).phones.RegisteredAtEnd--
		r.Node = ""
	}
}
