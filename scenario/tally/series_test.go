package tally

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/phone"
)

func sum(to, from *int) { *to += *from }

func TestBucketsStayFew(t *testing.T) {
	for title, row := range map[string]struct {
		span  time.Duration
		width time.Duration
	}{
		"ten minutes":  {10 * time.Minute, time.Second},
		"a second on":  {10*time.Minute + time.Second, 2 * time.Second},
		"an hour":      {time.Hour, 8 * time.Second},
		"a whole day":  {24 * time.Hour, 256 * time.Second},
		"a long month": {31 * 24 * time.Hour, 8192 * time.Second},
	} {
		t.Run(title, func(t *testing.T) {
			s, events := newSeries(sum), 0
			for at := time.Duration(0); at < row.span; at += time.Second {
				*s.at(at)++
				events++
			}
			if s.width != row.width || len(s.buckets) > mostBuckets {
				t.Errorf("%d buckets of %v, want them %v wide", len(s.buckets), s.width, row.width)
			}
			total := 0
			for i, n := range s.buckets {
				total += n
				if want := int(s.width / time.Second); n != want && i < len(s.buckets)-1 {
					t.Fatalf("bucket %d has %d events, want %d", i, n, want)
				}
			}
			if total != events {
				t.Errorf("%d events are left of %d", total, events)
			}
		})
	}
}

func TestAJumpInTimeIsBounded(t *testing.T) {
	s := newSeries(sum)
	*s.at(-time.Second) = 1
	*s.at(31 * 24 * time.Hour) = 2
	if len(s.buckets) > mostBuckets || s.buckets[0] != 1 || s.buckets[len(s.buckets)-1] != 2 {
		t.Errorf("%d buckets", len(s.buckets))
	}
}

func TestTimelineOfTwoPhones(t *testing.T) {
	tally := New(3)
	tally.Begin(start)
	after := func(d time.Duration) time.Time { return start.Add(d) }
	one := tally.Start(0, start, start, Row{})
	two := tally.Start(1, after(time.Second), after(1500*time.Millisecond), Row{})
	one(phone.Record{At: after(300 * time.Millisecond), Event: ended(phone.StepCTL, 4*time.Millisecond, time.Hour)})
	one(phone.Record{At: after(999 * time.Millisecond), Event: registered})
	two(phone.Record{At: after(2 * time.Second), Event: failed(phone.StepCTL, phone.CauseTimeout, "x")})
	two(phone.Record{At: after(2100 * time.Millisecond), Event: ended(phone.StepCTL, 8*time.Millisecond, 0)})
	one(phone.Record{At: after(2200 * time.Millisecond), Event: phone.Unregistered{Err: errors.New("reset")}})
	two(phone.Record{At: after(3 * time.Second), Event: phone.GaveUp{Err: errors.New("x")}})
	tally.Sample(start, after(1001*time.Millisecond), Health{StartLag: time.Millisecond, CPUPercent: 50})
	tally.Sample(after(3*time.Second), after(3500*time.Millisecond), Health{Goroutines: 7})

	type line struct {
		At                                       time.Duration
		Started, Registered, Failed, Flight, Now int
		OK, Bad, Retried                         int
		P99, Boot, CPU                           float64
		Goroutines                               int
	}
	var got []line
	for _, p := range tally.Timeline(0, 3500*time.Millisecond) {
		ctl := p.Steps[0]
		got = append(got, line{
			p.At, p.Started, p.Registered, p.Failed, p.InFlight, p.Now, ctl.OK, ctl.Failed, ctl.Retried, ctl.Took.P99, p.Boot.Max, p.Health.CPUPercent, p.Health.Goroutines,
		})
	}
	want := []line{
		{0, 1, 1, 0, 0, 1, 1, 0, 0, 4.015, 120.319, 50, 0},
		{time.Second, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0},
		{2 * time.Second, 0, 0, 0, 1, 0, 1, 1, 1, 1003.519, 0, 0, 0},
		{3 * time.Second, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 7},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if late := tally.Timeline(2*time.Second, 3500*time.Millisecond); len(late) != 2 || late[0].At != 2*time.Second || late[0].InFlight != 1 {
		t.Errorf("from the third second on: %+v", late)
	}
	if r := tally.Result(Facts{}); r.Rows[1].DueAt != time.Second || r.Rows[1].StartedAt != 1500*time.Millisecond {
		t.Errorf("row %+v", r.Rows[1])
	}
}

func TestALateStartCountsInTheBootAndNotAsSent(t *testing.T) {
	tally := New(1)
	tally.Begin(start)
	watch := tally.Start(0, start, start.Add(880*time.Millisecond), Row{})
	watch(phone.Record{At: start.Add(time.Second), Event: registered})
	again := registered
	again.Boot = 500 * time.Millisecond // a second boot is on no schedule
	watch(phone.Record{At: start.Add(2 * time.Second), Event: again})
	r := tally.Result(Facts{})
	if r.Rows[0].Boot != time.Second || r.Rows[0].BootAsSent != 120*time.Millisecond {
		t.Errorf("boot %v, as sent %v; want 1s and 120ms", r.Rows[0].Boot, r.Rows[0].BootAsSent)
	}
	if r.Boot.Max != 1000.447 || r.Boot.P50 != 500.223 || r.BootAsSent.Max != 500.223 || r.BootAsSent.P50 != 120.063 {
		t.Errorf("boot %+v, as sent %+v", r.Boot, r.BootAsSent)
	}
}

func TestGroupsAreCountedApart(t *testing.T) {
	tally := New(3)
	tally.Begin(start)
	for n, group := range []string{"floor", "lobby", "floor"} {
		watch := tally.Start(n, start, start, Row{Group: group})
		watch(phone.Record{At: start, Event: ended(phone.StepCTL, time.Duration(n+1)*10*time.Millisecond, 0)})
		if n < 2 {
			watch(phone.Record{At: start, Event: registered})
		} else {
			watch(phone.Record{At: start, Event: phone.GaveUp{Err: errors.New("x")}})
		}
	}
	var got [][4]any
	for _, g := range tally.Result(Facts{}).Groups {
		got = append(got, [4]any{g.Group, g.Started, g.Failed, g.Steps[0].Took.Max})
	}
	if diff := cmp.Diff([][4]any{{"floor", 2, 1, 30.079}, {"lobby", 1, 0, 20.095}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestHistogramsSurviveTheResult(t *testing.T) {
	r := story(1, []phone.Event{ended(phone.StepCTL, 4*time.Millisecond, 0), ended(phone.StepCTL, 40*time.Millisecond, 0), registered}).Result(Facts{})
	if len(r.Histograms) != 2 {
		t.Fatalf("histograms %v, want ctl and boot", r.Histograms)
	}
	h, err := ParseHistogram(r.Histograms["ctl"])
	if err != nil || h.Count() != 2 || h.At(50) != 4.001 || h.At(100) != 40.031 {
		t.Errorf("%v, %v", h, err)
	}
	if _, err := ParseHistogram("HISTnonsense"); err == nil {
		t.Error("nonsense was read")
	}
}
