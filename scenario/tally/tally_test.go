package tally

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/ctl"
)

var start = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

// story tells a tally what happened to each of a few phones.
func story(planned int, phones ...[]phone.Event) *Tally {
	t := New(planned)
	t.Begin(start)
	for n, events := range phones {
		began := start.Add(time.Duration(n) * time.Second)
		name := phone.NameFromMAC(0x0011215A0001 + uint64(n))
		watch := t.Start(n, began, began, Row{
			Name: name, Model: "7965", Address: "127.66.0.1",
			Group: []string{"office", "lab"}[n%2], Trust: "held", Held: [2]string{"c0ffee"},
		})
		for i, e := range events {
			watch(phone.Record{Phone: name, At: began.Add(time.Duration(i+1) * 100 * time.Millisecond), Event: e})
		}
	}
	return t
}

func ended(step phone.Step, took, waited time.Duration) phone.Event {
	return phone.StepEnded{Step: step, Took: took, Waited: waited}
}

func failed(step phone.Step, cause phone.Cause, text string) phone.Event {
	return phone.StepEnded{Step: step, Took: time.Second, Err: &phone.Error{Phone: "SEP0011215A0001", Step: step, Cause: cause, Err: errors.New(text)}}
}

var registered = phone.Registered{Node: "127.1.1.1:2443", Ack: 10 * time.Millisecond, Took: 30 * time.Millisecond, Boot: 120 * time.Millisecond, Why: phone.AfterBoot}

func TestWhatBecomesOfAPhone(t *testing.T) {
	for title, row := range map[string]struct {
		events []phone.Event
		want   Phones
		state  State
	}{
		"still booting": {[]phone.Event{phone.PoweredOn{Boot: 1}}, Phones{Planned: 1, Started: 1}, Started},
		"registered":    {[]phone.Event{registered}, Phones{Planned: 1, Started: 1, Registered: 1, RegisteredAtEnd: 1}, Registered},
		"gave up":       {[]phone.Event{phone.GaveUp{Err: errors.New("x")}}, Phones{Planned: 1, Started: 1, Failed: 1}, Failed},
		"registered, then lost": {
			[]phone.Event{registered, phone.Unregistered{Err: errors.New("reset")}},
			Phones{Planned: 1, Started: 1, Registered: 1},
			Registered,
		},
		"registered, lost, gave up": { // it did complete a registration
			[]phone.Event{registered, phone.Unregistered{Err: errors.New("reset")}, phone.GaveUp{}},
			Phones{Planned: 1, Started: 1, Registered: 1},
			Registered,
		},
		"second registration counts once": {
			[]phone.Event{registered, phone.Unregistered{}, registered},
			Phones{Planned: 1, Started: 1, Registered: 1, RegisteredAtEnd: 1},
			Registered,
		},
		"refuses a list and registers": {
			[]phone.Event{failed(phone.StepCTL, phone.CauseUntrusted, "stranger"), registered},
			Phones{Planned: 1, Started: 1, Registered: 1, RegisteredAtEnd: 1},
			Registered,
		},
	} {
		t.Run(title, func(t *testing.T) {
			r := story(1, row.events).Result(Facts{})
			if diff := cmp.Diff(row.want, r.Phones); diff != "" {
				t.Error(diff)
			}
			if r.Rows[0].State != row.state {
				t.Errorf("state %s, want %s", r.Rows[0].State, row.state)
			}
		})
	}
}

func TestResultAddsUp(t *testing.T) {
	verdict := phone.Verdict{
		Kind: ctl.CTL, Outcome: phone.Reject, Cause: phone.CauseUntrusted, Finding: phone.FindingUnknownSigner,
		Reason: "the signer is no SAST", Fix: "erase the list", Hands: true, Status: "Trust List Update Failed",
	}
	rejectedList := phone.ListJudged{Kind: ctl.CTL, Verdict: verdict}
	full := []phone.Event{
		phone.PoweredOn{Boot: 1},
		rejectedList, refused(phone.StepCTL, "SEP0011215A0001", verdict),
		phone.StatusMessage{Text: "Trust List Update Failed"},
		phone.ListJudged{Kind: ctl.ITL, Verdict: phone.Verdict{Kind: ctl.ITL, Outcome: phone.Accept}},
		phone.TrustListReplaced{Kind: ctl.ITL, Size: 9000},
		ended(phone.StepITL, 4*time.Millisecond, 0),
		ended(phone.StepConfig, 6*time.Millisecond, 2*time.Millisecond),
		phone.StepEnded{Step: phone.StepCAPF, Skipped: true},
		ended(phone.StepRegister, 30*time.Millisecond, 10*time.Millisecond), registered,
		phone.KeepAliveSent{},
		phone.KeepAliveAcked{RTT: time.Millisecond},
		phone.KeepAliveSent{},
		phone.KeepAliveMissed{InARow: 1},
	}
	other := append(full[:len(full):len(full)],
		phone.Unregistered{Node: "127.1.1.1:2443", Err: errors.New("connection reset by peer")},
		phone.Registered{Node: "127.1.1.2:2443", Took: 20 * time.Millisecond, Why: phone.AfterFailover, SRST: true})
	hopeless := []phone.Event{
		failed(phone.StepRegister, phone.CauseRefused, "connection refused"),
		failed(phone.StepRegister, phone.CauseRefused, "connection refused"),
		phone.GaveUp{},
	}
	r := story(5, full, other, hopeless).Result(Facts{Scenario: "tale", Seed: 7, Elapsed: 12345 * time.Millisecond, Groups: []GroupPlan{{"office", 3}, {"lab", 2}}})

	check := func(what string, want, got any) {
		t.Helper()
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Row{})); diff != "" {
			t.Errorf("%s:\n%s", what, diff)
		}
	}
	check("phones", Phones{Planned: 5, Started: 3, Registered: 2, Failed: 1, RegisteredAtEnd: 2}, r.Phones)
	// Two gaps in 2 s; two registrations, the last 1 s + 11 events after the begin.
	check("rate", Rate{Offered: 1, Registered: 0.952}, r.Rate)
	check("keepalive", KeepAlive{Sent: 4, Acked: 2, Lost: 2, RTT: Latency{1, 1, 1, 1, 1, 1}}, r.KeepAlive)
	check("links", Links{Lost: 1, Example: "SEP0011215A0002: connection reset by peer", Failovers: 1}, r.Links)
	ms := func(v, mean float64) Latency { return Latency{v, v, v, v, v, mean} } // two digits: the edge of the class, and its middle
	check("nodes", []NodeResult{
		{"127.1.1.1:2443", false, 1, 2, ms(30.079, 30.016), ms(120.319, 120.064)},
		{"127.1.1.2:2443", true, 1, 1, ms(20.095, 20.032), Latency{}},
	}, r.Nodes)
	check("lists", []ListResult{
		{List: "CTL", Rejected: 2, Kept: 3, HeldSHA1: "c0ffee", Held: []HeldResult{{"held", "c0ffee", 3, 3}}},
		{List: "ITL", Accepted: 2, Replaced: 2, Held: []HeldResult{{"held", "", 3, 1}}},
	}, r.Lists)
	for i := range r.Groups { // their steps have a test of their own
		r.Groups[i].Steps, r.Groups[i].Boot = nil, Latency{}
	}
	check("groups", []GroupResult{
		{"office", Phones{Planned: 3, Started: 2, Registered: 1, Failed: 1, RegisteredAtEnd: 1}, nil, Latency{}, []GroupList{{"CTL", 2, 0, 0, 1}, {"ITL", 0, 1, 1, 0}}},
		{"lab", Phones{Planned: 2, Started: 1, Registered: 1, RegisteredAtEnd: 1}, nil, Latency{}, []GroupList{{"CTL", 1, 0, 0, 1}, {"ITL", 0, 1, 0, 0}}},
	}, r.Groups)
	check("messages", map[string]int{"Trust List Update Failed": 2}, r.StatusMessages)
	check("causes", []CauseResult{
		{phone.StepCTL, phone.CauseUntrusted, 2, "SEP0011215A0001: ctl: the signer is no SAST"},
		{phone.StepRegister, phone.CauseRefused, 2, "SEP0011215A0001: register: connection refused"},
	}, r.Causes)
	check("explain", []Explanation{
		{phone.StepCTL, 2, "SEP0011215A0001", verdict.Explanation()},
		{phone.StepRegister, 2, "SEP0011215A0003", phone.Explanation{
			Cause:  phone.CauseRefused,
			Reason: "the server closed the connection, does not listen there, or there is no way to it",
			Fix:    "check that the service is activated, and that its port is the one in the configuration",
			Holds:  []phone.Holding{}, Console: []string{},
		}},
	}, r.Explain)
	var ladder []string
	for _, s := range r.Steps {
		ladder = append(ladder, fmt.Sprintf("%s %d/%d/%d retried %d took %v waited %v", s.Step, s.OK, s.Failed, s.Skipped, s.Retried, s.Took.P50, s.Waited.P50))
	}
	check("steps", []string{
		"ctl 0/2/0 retried 0 took 1000.447 waited 0", "itl 2/0/0 retried 0 took 4.001 waited 0", "config 2/0/0 retried 0 took 6.003 waited 2",
		"capf 0/0/2 retried 0 took 0 waited 0", "register 2/2/0 retried 1 took 30.015 waited 0",
	}, ladder)
	check("boot", Latency{120.063, 120.063, 120.063, 120.063, 120.063, 120.032}, r.Boot)
	check("boot as sent", r.Boot, r.BootAsSent)
	if got := r.Rows[1].Err.Error(); got != "SEP0011215A0001: ctl: the signer is no SAST" {
		t.Errorf("row's error: %s", got)
	}
	r.Rows[1].Err = nil
	check("row", Row{
		Name: "SEP0011215A0002", Model: "7965", Group: "lab", Trust: "held", Held: [2]string{"c0ffee"}, Address: "127.66.0.1", State: Registered,
		StartedAt: time.Second, RegisteredAt: 2100 * time.Millisecond, Boot: 120 * time.Millisecond, BootAsSent: 120 * time.Millisecond, DueAt: time.Second, Register: 30 * time.Millisecond,
		Waited: 12 * time.Millisecond, Node: "127.1.1.2:2443", Boots: 1, Registrations: 2, KeepAlivesSent: 2, KeepAlivesLost: 1,
		Step: phone.StepCTL, Cause: phone.CauseUntrusted,
	}, r.Rows[1])
}

func TestPhonesWithoutAnOutcomeFailInTheEnd(t *testing.T) {
	tally := story(4, []phone.Event{registered}, []phone.Event{phone.PoweredOn{}},
		[]phone.Event{failed(phone.StepRegister, phone.CauseTimeout, "no RegisterAck")})
	if n := tally.FailRest(start.Add(5*time.Second), errors.New("no registration before the run ended")); n != 2 {
		t.Errorf("%d phones, want the silent one and the one that failed a step", n)
	}
	r := tally.Result(Facts{})
	if want := (Phones{Planned: 4, Started: 3, Registered: 1, Failed: 2, RegisteredAtEnd: 1}); r.Phones != want {
		t.Errorf("got %+v, want %+v", r.Phones, want)
	}
	if got := r.Rows[1].Err.Error(); got != "no registration before the run ended" {
		t.Errorf("silent phone: %q", got)
	}
	if got := r.Rows[2].Err.Error(); got != "SEP0011215A0001: register: no RegisterAck" {
		t.Errorf("phone with a reason of its own: %q", got)
	}
}

func TestWhatIsSaidAfterCloseIsNotCounted(t *testing.T) {
	tally := New(1)
	tally.Begin(start)
	watch := tally.Start(0, start, start, Row{Name: "SEP0011215A0001"})
	watch(phone.Record{At: start, Event: registered})
	tally.Close()
	watch(phone.Record{At: start, Event: phone.Unregistered{}})
	if now := tally.Snapshot(); now.Now != 1 || !now.Settled() {
		t.Errorf("got %+v, want one phone registered still", now)
	}
}

func TestShardsMergeExactly(t *testing.T) {
	const phones, events = 40, 50
	tally := New(phones)
	tally.Begin(start)
	var all sync.WaitGroup
	for n := range phones {
		watch := tally.Start(n, start, start, Row{})
		all.Go(func() {
			for i := range events {
				watch(phone.Record{At: start, Event: phone.StepEnded{Step: phone.StepCTL, Took: time.Duration(n*events+i+1) * time.Millisecond}})
			}
		})
	}
	all.Wait()
	ctl := tally.Result(Facts{}).Steps[0]
	if ctl.OK != phones*events || ctl.Took.Max < 2000 || ctl.Took.Max > 2001 || ctl.Took.P50 < 999 || ctl.Took.P50 > 1001 {
		t.Errorf("got %+v, want 2000 times from 1 to 2000 ms", ctl)
	}
}

func BenchmarkStepEnded(b *testing.B) {
	benchmark(b, ended(phone.StepRegister, 30*time.Millisecond, 0))
}
func BenchmarkKeepAlive(b *testing.B) { benchmark(b, phone.KeepAliveAcked{RTT: time.Millisecond}) }
func BenchmarkStepFailed(b *testing.B) {
	benchmark(b, failed(phone.StepCTL, phone.CauseUntrusted, "x"))
}

// benchmark is the cost of one event while all processors tell such.
func benchmark(b *testing.B, e phone.Event) {
	const fleet = 10_000
	tally := New(fleet)
	watchers := make([]func(phone.Record), fleet)
	for n := range watchers {
		watchers[n] = tally.Start(n, start, start, Row{Name: "SEP0011215A0001"})
	}
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for n := 0; p.Next(); n++ {
			watchers[n%fleet](phone.Record{Phone: "SEP0011215A0001", At: start, Event: e})
		}
	})
}

func TestWhichListWasHeld(t *testing.T) {
	type phoneWith struct {
		trust, sum string
		replaced   bool
	}
	for title, c := range map[string]struct {
		phones []phoneWith
		want   []HeldResult
		one    string // held_sha1
	}{
		"nobody started":     {nil, []HeldResult{}, ""},
		"none":               {[]phoneWith{{"none", "", false}}, []HeldResult{{"none", "", 1, 1}}, ""},
		"all the same":       {[]phoneWith{{"held", "aa", true}, {"held", "aa", false}}, []HeldResult{{"held", "aa", 2, 1}}, "aa"},
		"some hold none":     {[]phoneWith{{"none", "", true}, {"held", "aa", false}}, []HeldResult{{"held", "aa", 1, 1}, {"none", "", 1, 0}}, "aa"},
		"two kinds of lists": {[]phoneWith{{"held", "aa", false}, {"stale", "bb", true}, {"stale", "bb", true}}, []HeldResult{{"stale", "bb", 2, 0}, {"held", "aa", 1, 1}}, ""},
		"the same twice":     {[]phoneWith{{"held", "aa", false}, {"stale", "bb", true}, {"files", "aa", true}}, []HeldResult{{"files", "aa", 1, 0}, {"held", "aa", 1, 1}, {"stale", "bb", 1, 0}}, ""},
	} {
		tally, all := New(len(c.phones)), newShard()
		for n, p := range c.phones {
			watch := tally.Start(n, start, start, Row{Trust: p.trust, Held: [2]string{p.sum}})
			if p.replaced { // twice: it is one phone all the same
				watch(phone.Record{At: start, Event: phone.TrustListReplaced{Kind: ctl.CTL}})
				watch(phone.Record{At: start, Event: phone.TrustListReplaced{Kind: ctl.CTL}})
			}
		}
		for _, s := range tally.shards {
			all.add(s)
		}
		got := all.heldResults(0)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", title, diff)
		}
		if sum, same := theOne(got); same && sum != c.one || !same && c.one != "" {
			t.Errorf("%s: held_sha1 %q, %v", title, sum, same)
		}
	}
}
