package live

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/scenario/tally"
)

// opened is a served page that a test talks to over a socket.
func opened(t *testing.T, p *Page) *Server {
	t.Helper()
	s, err := Serve(p, "127.0.0.1:0", secret)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// following reads server-sent events: their names, and what they carry.
type following struct {
	*bufio.Reader
	t *testing.T
}

func follow(t *testing.T, s *Server) following {
	t.Helper()
	r, err := http.Get(s.URL() + "events")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Body.Close() })
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s, %s", r.Status, r.Header.Get("Content-Type"))
	}
	return following{bufio.NewReader(r.Body), t}
}

// next is the next event; its name is empty at the end of the stream.
func (f following) next() (event, data string) {
	f.t.Helper()
	for {
		line, err := f.ReadString('\n')
		if err != nil {
			return "", ""
		}
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			event = name
		}
		if text, ok := strings.CutPrefix(line, "data: "); ok {
			data = text
		}
		if line == "" && event != "" {
			return event, data
		}
	}
}

func point(at time.Duration, started int) tally.Point {
	return tally.Point{At: at, Width: time.Second, Started: started, Steps: make([]tally.PointStep, 5)}
}

func TestWhoeverJoinsLateMissesNothing(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	defer http.DefaultClient.CloseIdleConnections()
	f := newFleet(t, 3)
	s := opened(t, f.Page)
	f.second(&tally.Result{Timeline: []tally.Point{point(0, 3), point(time.Second, 4)}})
	stream := follow(t, s)
	started := func(data string) []float64 {
		var charts []struct {
			Into   string
			X      []float64
			Series []struct{ Values []float64 }
		}
		if err := json.Unmarshal([]byte(data), &charts); err != nil || charts[0].Into != "arrivals" {
			t.Fatalf("%v: %s", err, data)
		}
		return charts[0].Series[0].Values
	}
	event, data := stream.next()
	if got := started(data); event != "charts" || len(got) != 2 || got[1] != 4 {
		t.Errorf("%s %v, want what happened before", event, got)
	}
	if event, data := stream.next(); event != "now" || !strings.Contains(data, `"scenario":"a fleet","seed":7,"version":"v1","phase":"keys"`) {
		t.Errorf("%s %s", event, data)
	}
	f.second(&tally.Result{Timeline: []tally.Point{point(2*time.Second, 5)}})
	if event, data := stream.next(); event != "more" || len(started(data)) != 1 || started(data)[0] != 5 {
		t.Errorf("%s %s, want the new second alone", event, data)
	}
	f.heard(scenario.Snapshot{Phase: scenario.PhaseLoad, Snapshot: tally.Snapshot{Planned: 4, Started: 3}})
	if event, data := stream.next(); event != "now" || !strings.Contains(data, `"phase":"load"`) || !strings.Contains(data, `"started":3`) {
		t.Errorf("%s %s", event, data)
	}
	f.End(&tally.Result{Phones: tally.Phones{Planned: 4, Started: 4, Registered: 4}, Timeline: []tally.Point{point(0, 3)}}, nil)
	if event, data := stream.next(); event != "charts" || len(started(data)) != 1 {
		t.Errorf("%s %s, want the whole once more", event, data)
	}
	if event, data := stream.next(); event != "now" || !strings.Contains(data, `"verdict":{"class":"good","mark":"✔","text":"every phone registered"}`) {
		t.Errorf("%s %s", event, data)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if event, data := stream.next(); event != "" {
		t.Errorf("after the end: %s %s", event, data)
	}
}

func TestAClientThatFallsBehindIsDropped(t *testing.T) {
	f := newFleet(t, 0)
	slow, err := f.join()
	if err != nil {
		t.Fatal(err)
	}
	brisk, err := f.join()
	if err != nil {
		t.Fatal(err)
	}
	drain := func(s *stream) (n int, open bool) {
		for {
			select {
			case _, open := <-s.messages:
				if !open {
					return n, false
				}
				n++
			default:
				return n, true
			}
		}
	}
	for range 3 * mostUnread {
		f.second(&tally.Result{})
		if _, open := drain(brisk); !open {
			t.Fatal("the one who reads was dropped")
		}
	}
	// The two messages of the beginning have a place of their own.
	if n, open := drain(slow); n != mostUnread+2 || open {
		t.Errorf("%d messages kept, still there: %v", n, open)
	}
	f.streams.leave(slow) // as its handler does: once is enough
	if n := len(f.streams.all); n != 1 {
		t.Errorf("%d streams, want the brisk one", n)
	}
}

func TestTooManyFollowers(t *testing.T) {
	f := newFleet(t, 0)
	h := served(t, f.Page, "", true)
	var all []*stream
	for range mostStreams {
		one, err := f.join()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if r := ask(h, "GET", "/events", ""); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("%s: %s", r.Status, bodyOf(t, r))
	}
	f.streams.leave(all[0])
	if _, err := f.join(); err != nil {
		t.Errorf("after one has left: %v", err)
	}
	f.streams.close()
	if r := ask(h, "GET", "/events", ""); r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(bodyOf(t, r), "closed") {
		t.Errorf("closed: %s", r.Status)
	}
}

// TestTheOthersStillHear holds Attend to leaving in place who listened before.
func TestTheOthersStillHear(t *testing.T) {
	f := newFleet(t, 0)
	heard := make(map[string]int)
	control := scenario.NewControl()
	o := scenario.Options{
		Control: control, Progress: func(scenario.Snapshot) { heard["progress"]++ }, Second: func(*tally.Result) { heard["second"]++ },
		Meet: func(phone.Identity, phone.Flash, tally.Row) func(phone.Record) {
			heard["meet"]++
			return func(phone.Record) { heard["watch"]++ }
		},
	}
	f.Attend(&o)
	o.Progress(scenario.Snapshot{})
	o.Second(&tally.Result{})
	model, err := phone.FindModel("7965")
	if err != nil {
		t.Fatal(err)
	}
	o.Meet(phone.Identity{Name: nth(0), Model: model}, phone.Flash{}, tally.Row{})(phone.Record{Event: phone.PoweredOn{Boot: 1}})
	if len(heard) != 4 || o.Control != control || f.control != control || f.roster.find(nth(0)).boots != 1 {
		t.Errorf("heard %v", heard)
	}
}

// TestLeavingIsNotPartOfTheRun: phones that are switched off at the end have not
// lost their registration.
func TestLeavingIsNotPartOfTheRun(t *testing.T) {
	f := newFleet(t, 1)
	f.boots(0)
	f.heard(scenario.Snapshot{Phase: scenario.PhaseDrain})
	f.says[nth(0)](phone.Unregistered{Node: "127.1.1.1:2443"})
	if v := f.roster.find(nth(0)).view(); v.State != Registered {
		t.Errorf("state %s", v.State)
	}
}
