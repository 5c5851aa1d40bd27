package phone

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/phonebank/phonebank/wire/cnf"
)

// register is the last step of a boot.
func (b *boot) register(ctx context.Context, watch *stopwatch) (result, error) {
	if !b.config.Full {
		text := "only the partial configuration was obtained: the full one is encrypted for a certificate that the phone does not have"
		if b.leftOut != "" {
			text += ", and the CAPF step was left out: " + b.leftOut
		}
		return result{}, failf(CauseMissing, "%s", text)
	}
	session, err := b.registerAnywhere(ctx, watch, b.config, b.last)
	if err != nil {
		return result{}, err
	}
	b.session = session
	return result{note: "registered with " + session.Node()}, nil
}

// registerAnywhere walks the list of CallManagers until one takes the phone,
// as often as the model's patience lasts.
func (p *Phone) registerAnywhere(ctx context.Context, watch *stopwatch, config *cnf.Config, last outage) (*Session, error) {
	if len(config.CallManagers) == 0 {
		return nil, failf(CauseMissing, "the configuration names no CallManager")
	}
	wait := p.id.Model.Timers.RegisterWait
	for round := 1; ; round++ {
		var first error
		for _, node := range p.candidates(config) {
			session, err := p.registerWith(ctx, watch, config, node, last)
			if err == nil {
				return session, nil
			}
			if first == nil {
				first = err
			}
			if ctx.Err() != nil {
				return nil, err
			}
			last = outageOf(err)
			if CauseOf(err) == CauseRejected {
				last = outRegistration
			}
		}
		if round >= p.id.Model.Timers.Rounds {
			return nil, first
		}
		pause := p.jitter(wait)
		if strings.Contains(first.Error(), crossover) {
			pause = crossoverWait + time.Duration(p.env.Rand.Int64N(int64(crossoverWait)))
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
		wait = min(2*wait, longestRegisterWait)
	}
}

const (
	longestRegisterWait = 120 * time.Second
	// A server that still holds the phone's older session cleans it while it
	// rejects the new one: the next try works (SCCP, section 5.6).
	crossover     = "Crossover session"
	crossoverWait = 5 * time.Second
)

// registerWith registers with one CallManager over a new link.
func (p *Phone) registerWith(ctx context.Context, watch *stopwatch, config *cnf.Config, node int, last outage) (*Session, error) {
	queued, began := watch.waited, time.Now()
	l, err := p.openLink(ctx, watch, p.connect, config, node)
	if err != nil {
		p.markBad(config, node)
		return nil, err
	}
	session, err := p.registerOver(ctx, config, l, last)
	if err != nil {
		return nil, err
	}
	session.took = time.Since(began) - (watch.waited - queued)
	return session, nil
}

// registerOver registers over an open link, which it closes when that fails.
func (p *Phone) registerOver(ctx context.Context, config *cnf.Config, l *link, last outage) (*Session, error) {
	began := time.Now()
	var r registration
	ack, err := l.register(ctx, &r, r.begin(p.id, l.localIP(), last, config.VersionStamp))
	if err != nil {
		l.conn.Close()
		return nil, err
	}
	session := p.newSession(config, l, &r)
	session.ack, session.took = ack, time.Since(began)
	return session, nil
}

// badTime is how long a phone avoids a CallManager that failed (SCCP, section
// 5.4).
const badTime = 10 * time.Minute

// whereabouts is what a CallManager is known by: the next configuration may list it
// elsewhere, and on machines of one address its ports tell it from others.
type whereabouts struct {
	host        string
	clear, safe int // ports
}

func whereaboutsOf(m cnf.CallManager) whereabouts {
	return whereabouts{m.Host, m.ClearPort(), m.TLSPort()}
}

// markBad also forgets those that have served their time, so that changing
// configurations do not add up.
func (p *Phone) markBad(config *cnf.Config, node int) {
	if p.bad == nil {
		p.bad = make(map[whereabouts]time.Time)
	}
	maps.DeleteFunc(p.bad, func(_ whereabouts, failed time.Time) bool { return time.Since(failed) >= badTime })
	p.bad[whereaboutsOf(managerAt(config, node))] = time.Now()
}

// candidates orders the CallManagers: by priority, those that failed lately
// last, and after all of them the SRST routers.
func (p *Phone) candidates(config *cnf.Config) []int {
	var good, bad []int
	for node, manager := range config.CallManagers {
		if failed, ok := p.bad[whereaboutsOf(manager)]; ok && time.Since(failed) < badTime {
			bad = append(bad, node)
		} else {
			good = append(good, node)
		}
	}
	nodes := append(good, bad...)
	for i := range config.SRST {
		nodes = append(nodes, len(config.CallManagers)+i)
	}
	return nodes
}

// jitter spreads a wait by a fifth both ways.
func (p *Phone) jitter(d time.Duration) time.Duration {
	return d - d/5 + time.Duration(p.env.Rand.Int64N(int64(d)*2/5+1))
}

// sleep waits, or ends early with the error of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
