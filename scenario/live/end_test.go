package live

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/scenario/tally"
)

// TestThePageEndsAsTheResult: what the run decides in its last moment no phone
// says.
func TestThePageEndsAsTheResult(t *testing.T) {
	f := newFleet(t, 7)
	for i := range 6 {
		f.boots(i)
	}
	late := errors.New("no registration before the run ended")
	capf := &phone.Error{Phone: nth(3), Step: phone.StepCAPF, Cause: phone.CauseRefused, Err: errors.New("connection refused")}
	for i := range 3 {
		f.says[nth(i)](phone.PoweredOn{Boot: 2})
		f.says[nth(i)](phone.StepStarted{Step: phone.StepCAPF})
	}
	f.says[nth(3)](phone.PoweredOn{Boot: 2})
	f.says[nth(3)](phone.StepEnded{Step: phone.StepCAPF, Err: capf})
	f.says[nth(6)](phone.StepStarted{Step: phone.StepConfig})
	f.End(&tally.Result{
		StartedAt: began, Elapsed: 61.5, Generator: tally.Generator{Limited: true}, Phones: tally.Phones{Planned: 8, Started: 7, Registered: 4, Failed: 3},
		Rows: []tally.Row{
			{Name: nth(0), State: tally.Failed, Cause: phone.CauseTimeout, Err: late},
			{Name: nth(1), State: tally.Registered, Node: "127.1.1.2:2443"},
			{Name: nth(2), State: tally.Started},
			{Name: nth(3), State: tally.Failed, Step: phone.StepCAPF, Cause: phone.CauseRefused, Err: capf},
			{Name: nth(4), State: tally.Registered, Node: "127.1.1.1:2443"},
			{Name: nth(5), State: tally.Registered},
			{Name: nth(6), State: tally.Failed, Cause: phone.CauseTimeout, Err: late},
			{Name: nth(7), State: tally.Planned},
		},
	}, nil)
	h := served(t, f.Page, "", true)
	rows := read[Listing](t, ask(h, "GET", "/api/phones", "")).Phones
	end := began.Add(61500 * time.Millisecond)
	for i, want := range []PhoneRow{
		{State: Failed, Cause: "capf timeout", Since: end},
		{State: Registered, Node: "127.1.1.2:2443", Since: end},
		{State: Booting, Step: phone.StepCAPF},
		{State: Failed, Cause: "capf refused", Since: end},
		{State: Registered, Node: "127.1.1.1:2443"},
		{State: Unregistered, Since: end},
		{State: Failed, Cause: "config timeout", Since: end},
	} {
		got := rows[i]
		if got.State != want.State || got.Cause != want.Cause || got.Node != want.Node || got.Step != want.Step || !want.Since.IsZero() && !got.Since.Equal(want.Since) {
			t.Errorf("phone %d: got %+v, want %+v", i, got, want)
		}
	}
	v := read[PhoneView](t, ask(h, "GET", "/api/phones/"+string(nth(6)), ""))
	if v.Failure == nil || v.Failure.Error != late.Error() || v.Failure.Fix == "" {
		t.Errorf("the phone that the run had no more time for: %+v", v.Failure)
	}
	if n := testutil.ToFloat64(f.metrics.failed); n != 1 {
		t.Errorf("%v phones failed before their first registration, want the one that the run had no more time for", n)
	}
	if n := testutil.ToFloat64(f.metrics.limited); n != 1 {
		t.Error("the generator was the limit, and the metrics do not say so")
	}
	if s := f.now(); s.Elapsed != 61.5 {
		t.Errorf("the page ends at %v s, the result at 61.5 s", s.Elapsed)
	}
}

func TestTheStreamHearsEverySecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 0)
		one, err := f.join()
		if err != nil {
			t.Fatal(err)
		}
		tick := func(n int) {
			f.heard(scenario.Snapshot{Phase: scenario.PhaseLoad, Snapshot: tally.Snapshot{Started: n}})
		}
		tick(1)
		time.Sleep(999 * time.Millisecond) // tickers are late by turns, and early after that
		tick(2)
		time.Sleep(200 * time.Millisecond) // as often as a terminal is told
		tick(3)
		var told []string
		for len(one.messages) > 0 {
			told = append(told, string(<-one.messages))
		}
		if len(told) != 4 || !strings.Contains(told[2], `"started":1`) || !strings.Contains(told[3], `"started":2`) {
			t.Errorf("%d messages: %q", len(told), told)
		}
	})
}

// TestOrdersBeforeTheRunCount: the page is served before the run is prepared.
func TestOrdersBeforeTheRunCount(t *testing.T) {
	s, err := scenario.Parse(t.Name(), []byte("phones: {count: 1}"))
	if err != nil {
		t.Fatal(err)
	}
	p := New(s, "v1")
	h := served(t, p, secret, true)
	var early sync.WaitGroup
	early.Go(func() {
		for range 100 {
			ask(h, "POST", "/api/pace", "paused=true", "Content-Type: application/x-www-form-urlencoded", "Authorization: Bearer "+secret)
		}
	})
	o := scenario.Options{Control: p.Control()}
	p.Attend(&o)
	early.Wait()
	if !o.Control.Pace().Paused {
		t.Error("the order was answered and is lost")
	}
}
