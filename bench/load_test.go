package bench

import (
	"context"
	"errors"
	"flag"
	"net"
	"net/netip"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/scenario/load"
	"github.com/phonebank/phonebank/scenario/record"
	"github.com/phonebank/phonebank/scenario/tally"
	"github.com/phonebank/phonebank/wire/cnf"
)

// The load engine itself: L1 is how well it keeps its schedule, L2 what an event
// costs on its whole way, L3 whether an hour takes more memory than ten minutes.

// roomy is a machine on which every fleet fits.
var roomy = scenario.Machine{Descriptors: 1 << 20, Ports: 60_000, Spread: true, Cores: runtime.GOMAXPROCS(0), Measured: true}

// BenchmarkL1StartLag starts empty phones, which do nothing but exist, and
// reports how late they start.
func BenchmarkL1StartLag(b *testing.B) {
	for _, rate := range []load.Rate{100, 1_000, 10_000} {
		b.Run(rate.String(), func(b *testing.B) { startLag(b, rate, 3*time.Second) })
	}
}

func startLag(t testing.TB, rate load.Rate, lasts time.Duration) {
	s := emptyScenario()
	s.Phones[0].Count = int(float64(rate) * lasts.Seconds())
	s.Load.Stages = []load.Stage{{From: rate, To: rate}}
	options := scenario.Options{Control: scenario.NewControl(), World: scenario.World{
		Machine: &roomy, Authority: coretest.Authority(t, 1),
		Files: func(*core.Core, phone.Identity) phone.Files { return emptyFiles{} },
	}}
	var started atomic.Int64
	options.Meet = func(phone.Identity, phone.Flash, tally.Row) func(phone.Record) {
		if started.Add(1) == int64(s.Phones[0].Count) {
			options.Control.Stop() // nobody will ever register
		}
		return func(phone.Record) {}
	}
	r, err := scenario.Run(t.Context(), s, options)
	if err != nil {
		t.Fatal(err)
	}
	if r.Phones.Started != s.Phones[0].Count {
		t.Fatalf("%d of %d phones started", r.Phones.Started, s.Phones[0].Count)
	}
	report(t, r.Generator.StartLag.P50, "ms-lag-p50")
	report(t, r.Generator.StartLag.P99, "ms-lag-p99")
	report(t, r.Generator.StartLag.Max, "ms-lag-max")
}

func emptyScenario() *scenario.Scenario {
	return &scenario.Scenario{
		Name: "empty phones", Core: scenario.Core{Security: cnf.NonSecure},
		Phones: []scenario.Group{{LSC: scenario.LSCNone, Keys: scenario.Keys{Pool: 1}}},
	}
}

// emptyFiles is a TFTP server that a phone waits for until it is switched off.
type emptyFiles struct{}

func (emptyFiles) Fetch(ctx context.Context, _ string) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// BenchmarkL2Event is what an event costs from the phone on: counted, or counted
// and written to events.jsonl as well.
func BenchmarkL2Event(b *testing.B) {
	b.Run("tally", func(b *testing.B) { eventCost(b, false) })
	b.Run("tally+recorder", func(b *testing.B) { eventCost(b, true) })
}

func eventCost(b *testing.B, recorded bool) {
	const phones = 1000
	counts, begin := tally.New(phones), time.Now()
	counts.Begin(begin)
	var also func(phone.Record)
	if recorded {
		recorder, err := record.New(b.TempDir(), record.Keep{}, phones)
		if err != nil {
			b.Fatal(err)
		}
		recorder.Begin(begin)
		also = recorder.Watch
		defer func() {
			events, err := recorder.Close()
			if err != nil {
				b.Error(err)
			}
			b.ReportMetric(100*float64(events.Dropped)/float64(max(1, events.Dropped+events.Written)), "%-dropped")
		}()
	}
	var watches []func(phone.Record)
	for n := range phones {
		watches = append(watches, counts.Start(n, begin, begin, tally.Row{Name: phone.NameFromMAC(uint64(n))}))
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		r := phone.Record{Phone: phone.NameFromMAC(uint64(n % phones)), At: begin.Add(time.Duration(n) * time.Millisecond), Event: lives[n/phones%len(lives)]}
		watches[n%phones](r)
		if also != nil {
			also(r)
		}
		n++
	}
}

// lives is what a phone says while it boots and stays.
var lives = []phone.Event{
	phone.PoweredOn{},
	phone.StepStarted{Step: phone.StepCTL},
	phone.StepEnded{Step: phone.StepCTL, Took: 3 * time.Millisecond},
	phone.StepStarted{Step: phone.StepConfig},
	phone.StepEnded{Step: phone.StepConfig, Took: 2 * time.Millisecond},
	phone.StepStarted{Step: phone.StepRegister},
	phone.StepEnded{Step: phone.StepRegister, Took: 5 * time.Millisecond},
	phone.Registered{Node: "127.0.1.1:2443", Took: 5 * time.Millisecond, Boot: 12 * time.Millisecond, Why: phone.AfterBoot},
	phone.KeepAliveSent{},
	phone.KeepAliveAcked{RTT: time.Millisecond},
	phone.KeepAliveSent{},
	phone.KeepAliveAcked{RTT: time.Millisecond},
	phone.Unregistered{Err: errors.New("connection reset")},
}

// hour has TestL3 run with as many phones as a real hour would have.
var hour = flag.Int("hour", 100, "phones of TestL3AnHourIsFlat; the table has 10000")

// TestL3AnHourIsFlat has phones boot and keep alive for an hour, in a bubble where
// that takes a minute, and compares the heap after ten minutes with that at the end.
func TestL3AnHourIsFlat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := new(coretest.Network)
		s := emptyScenario()
		s.Name, s.Stay, s.Phones[0].Count = "an hour", time.Hour, *hour
		s.Load.Stages = []load.Stage{{From: 200, To: 200}}
		r, err := scenario.Run(t.Context(), s, scenario.Options{World: scenario.World{
			Network: network, Address: netip.AddrFrom4([4]byte{127, 0, 1, 1}), Machine: &roomy, Authority: coretest.Authority(t, 1),
			Dial: func(local netip.Addr) func(context.Context, string, string) (net.Conn, error) {
				return func(ctx context.Context, kind, address string) (net.Conn, error) {
					return network.DialFrom(ctx, local, kind, address)
				}
			},
			Files: func(c *core.Core, id phone.Identity) phone.Files {
				return coretest.Files{Core: c, From: netip.AddrPortFrom(id.Address, 0), NotFound: phone.ErrNotFound}
			},
		}})
		if err != nil {
			t.Fatal(err)
		}
		early, late := heapWithin(r.Timeline, 5*time.Minute, 15*time.Minute), heapWithin(r.Timeline, 50*time.Minute, 2*time.Hour)
		t.Logf("%d phones, %d keepalives: %.1f MB after ten minutes, %.1f MB after an hour, ratio %.2f",
			r.Phones.Registered, r.KeepAlive.Acked, early/(1<<20), late/(1<<20), late/early)
		if r.Phones.Registered != *hour || r.KeepAlive.Acked < 100**hour || r.KeepAlive.Lost > 0 {
			t.Errorf("%+v, %+v", r.Phones, r.KeepAlive)
		}
		if late > 1.25*early+float64(4<<20) { // a small heap is mostly garbage
			t.Errorf("%.1f MB grew to %.1f MB", early/(1<<20), late/(1<<20))
		}
	})
}

// heapWithin is the mean of the heap, garbage included, in a part of a run.
func heapWithin(points []tally.Point, from, to time.Duration) float64 {
	sum, n := 0.0, 0.0
	for _, p := range points {
		if p.At >= from && p.At < to && p.Health.Heap > 0 {
			sum += float64(p.Health.Heap)
			n++
		}
	}
	return sum / max(n, 1)
}
