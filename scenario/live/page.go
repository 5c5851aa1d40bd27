package live

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/scenario/report"
	"github.com/phonebank/phonebank/scenario/tally"
)

// Page is a run as others may look at it. Attend connects it with the run,
// Serve with the world.
type Page struct {
	scenario, version string
	seed              uint64
	roster            *roster
	metrics           *metrics
	streams           streams
	closed            atomic.Bool // what phones say while they are switched off is not part of the run

	mu       sync.Mutex // held while streams are told, so that whoever joins misses nothing
	control  *scenario.Control
	progress scenario.Snapshot
	told     time.Time // when the streams last heard of the progress
	result   *tally.Result
	seconds  int // how often second was told
	points   []tally.Point
	verdict  *report.Verdict // once the run has ended
	broken   string          // why there is no verdict
}

// New returns the page of a run of s.
func New(s *scenario.Scenario, version string) *Page {
	p := &Page{
		scenario: s.Name, seed: s.Seed, version: version, control: scenario.NewControl(), roster: newRoster(s.Count()),
		metrics: newMetrics(prometheus.Labels{"scenario": s.Name, "version": version}),
	}
	p.progress.Phase = scenario.PhaseKeys
	p.progress.Planned = s.Count()
	p.metrics.gauges(func() int { return p.now().Phones.Planned }, p.roster.count)
	return p
}

// Control steers the run, and is for its options: where they bring another, the
// orders that came before Attend are lost.
func (p *Page) Control() *scenario.Control {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.control
}

// Attend makes the page hear of the run that is to get the options, beside
// whoever hears of it already.
func (p *Page) Attend(o *scenario.Options) {
	progress, second, meet := o.Progress, o.Second, o.Meet
	p.mu.Lock()
	if o.Control == nil {
		o.Control = p.control
	}
	p.control = o.Control
	p.mu.Unlock()
	o.Progress = func(s scenario.Snapshot) {
		p.heard(s)
		if progress != nil {
			progress(s)
		}
	}
	o.Second = func(r *tally.Result) {
		p.second(r)
		if second != nil {
			second(r)
		}
	}
	o.Meet = func(id phone.Identity, holds phone.Flash, who tally.Row) func(phone.Record) {
		mine := p.meet(id, holds, who)
		if meet == nil {
			return mine
		}
		other := meet(id, holds, who)
		return func(r phone.Record) {
			mine(r)
			other(r)
		}
	}
}

func (p *Page) meet(id phone.Identity, holds phone.Flash, who tally.Row) func(phone.Record) {
	s := newSighting(id, holds, who, time.Now())
	s.count = p.metrics.watch(id.Name)
	p.roster.add(s)
	return func(r phone.Record) {
		if !p.closed.Load() {
			s.take(r)
			s.count(r.Event)
		}
	}
}

// eachNow is how often the streams hear of the progress: once a second, by a
// ticker that is early when it was late before.
const eachNow = 900 * time.Millisecond

// heard takes how far the run is. The streams hear of it once a second, and of
// each change of phase.
func (p *Page) heard(s scenario.Snapshot) {
	if s.Phase == scenario.PhaseDrain {
		p.closed.Store(true)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	next := s.Phase != p.progress.Phase
	p.progress = s
	if now := time.Now(); next || now.Sub(p.told) >= eachNow {
		p.told = now
		p.streams.send("now", p.snapshot)
	}
}

// distributionEvery is how many seconds pass until the latency distribution is
// drawn anew: it is made from whole histograms.
const distributionEvery = 5

// second takes what has been counted so far. The result is the caller's to
// change afterwards.
func (p *Page) second(r *tally.Result) {
	mine := *r
	p.metrics.second(&mine)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.result = &mine
	p.points = append(p.points, mine.Timeline...)
	p.streams.send("more", func() any { return report.Charts(mine.Timeline) })
	if p.seconds++; p.seconds%distributionEvery == 1 {
		p.streams.send("distribution", func() any { return report.Distribution(&mine) })
	}
}

// End shows how the run has ended: its result, or what broke it.
func (p *Page) End(r *tally.Result, err error) {
	p.closed.Store(true)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.broken = err.Error()
	}
	if r != nil {
		p.metrics.second(r)
		v := report.VerdictOf(r)
		p.result, p.points, p.verdict = r, r.Timeline, &v
		p.progress.Snapshot = tally.Snapshot{
			Planned: r.Phones.Planned, Started: r.Phones.Started, Registered: r.Phones.Registered, Failed: r.Phones.Failed,
			Now: r.Phones.RegisteredAtEnd, KeepAlivesSent: r.KeepAlive.Sent, KeepAlivesLost: r.KeepAlive.Lost,
		}
		p.progress.Rate, p.progress.Elapsed = 0, time.Duration(r.Elapsed*float64(time.Second))
		p.settle(r)
	}
	p.streams.send("charts", p.charts)
	p.streams.send("now", p.snapshot)
}

// settle brings every phone to the state that the result knows it in.
func (p *Page) settle(r *tally.Result) {
	end := r.StartedAt.Add(p.progress.Elapsed)
	for i := range r.Rows {
		if s := p.roster.find(r.Rows[i].Name); s != nil {
			s.settle(&r.Rows[i], end)
		}
	}
}

// join begins a stream with all there is so far.
func (p *Page) join() (*stream, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.streams.join(message("charts", p.charts()), message("now", p.snapshot()))
}

// charts is every chart so far; the caller holds p.mu.
func (p *Page) charts() any {
	all := report.Charts(p.points)
	if p.result != nil {
		all = append(all, report.Distribution(p.result))
	}
	return all
}

// Snapshot is the run at a moment: /api/snapshot.
type Snapshot struct {
	Scenario string          `json:"scenario"`
	Seed     uint64          `json:"seed"`
	Version  string          `json:"version"`
	Phase    scenario.Phase  `json:"phase"`
	Done     int             `json:"done,omitempty"` // of the phases before the load: keys or certificates made
	Of       int             `json:"of,omitempty"`
	Elapsed  float64         `json:"elapsed_seconds"`
	Phones   Phones          `json:"phones"`
	Rate     float64         `json:"registered_per_second"` // in the last second
	Pace     scenario.Pace   `json:"pace"`
	Ended    bool            `json:"ended"`
	Verdict  *report.Verdict `json:"verdict,omitempty"` // once it has ended
	Broken   string          `json:"broken,omitempty"`  // why it ended without a result
	Result   *tally.Result   `json:"result,omitempty"`  // so far: result.json without what is long
}

// Phones counts phones.
type Phones struct {
	Planned    int `json:"planned"`
	Started    int `json:"started"`
	Registered int `json:"registered"` // completed a registration
	Failed     int `json:"failed"`     // ran out of patience before one
	Now        int `json:"registered_now"`
}

func (p *Page) now() Snapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.snapshot().(Snapshot)
}

// snapshot is the run now; the caller holds p.mu.
func (p *Page) snapshot() any {
	s := Snapshot{
		Scenario: p.scenario, Seed: p.seed, Version: p.version, Phase: p.progress.Phase, Done: p.progress.Done, Of: p.progress.Of,
		Elapsed: p.progress.Elapsed.Round(time.Millisecond).Seconds(), Rate: p.progress.Rate, Pace: p.control.Pace(),
		Phones: Phones{p.progress.Planned, p.progress.Started, p.progress.Registered, p.progress.Failed, p.progress.Now},
		Ended:  p.verdict != nil || p.broken != "", Verdict: p.verdict, Broken: p.broken,
	}
	if p.result != nil {
		short := *p.result
		short.ScenarioText, short.Histograms = "", nil
		s.Result = &short
	}
	return s
}
