package scenario

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

// examples says what each file in examples/ shows, and with how many phones it
// still shows it.
var examples = map[string]struct {
	phones int
	shows  func(t *testing.T, r *tally.Result, said []phone.Record)
}{
	"boot-storm":               {24, bootStorm},
	"trust-list-update-failed": {12, trustListUpdateFailed},
	"morning-rush":             {24, morningRush},
	"node-failover":            {12, nodeFailover},
	"capf-wrong-string":        {12, capfWrongString},
	"tvs-vouches":              {12, tvsVouches},
	"mixed-fleet":              {40, mixedFleet},
	"bad-wan":                  {24, badWAN},
	"find-the-knee":            {12, findTheKnee},
}

func TestExamples(t *testing.T) {
	paths, err := filepath.Glob("../examples/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) != len(examples) {
		t.Errorf("%d files and %d tests", len(paths), len(examples))
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		example, ok := examples[name]
		if !ok {
			t.Errorf("nobody tests %s", path)
			continue
		}
		scaled := func(t *testing.T) *Scenario {
			s, err := Load(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Override(Overrides{Phones: example.phones}); err != nil {
				t.Fatal(err)
			}
			for i := range s.Phones {
				s.Phones[i].Keys.Pool = 4
			}
			for i, threshold := range s.Thresholds { // counts are scaled like the fleet
				if metric, _, found := strings.Cut(threshold.Expression, " == "); found && metric == "registered" {
					if s.Thresholds[i], err = tally.ParseThreshold("registered == 100%"); err != nil {
						t.Fatal(err)
					}
				}
			}
			return s
		}
		t.Run(name+" in memory", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var said journal
				r := runInMemory(t, t.Context(), scaled(t), Options{Watch: said.watch})
				all(t, r, example.phones)
				example.shows(t, r, said.records)
			})
		})
		if name == "node-failover" || name == "bad-wan" || name == "morning-rush" {
			continue // on loopback its minutes would be real
		}
		t.Run(name+" on loopback", func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			s := scaled(t)
			s.Stay = time.Second
			var said journal
			r, err := Run(t.Context(), s, Options{Watch: said.watch, World: World{Authority: authority(t, 1)}})
			if err != nil {
				t.Fatal(err)
			}
			all(t, r, example.phones)
			example.shows(t, r, said.records)
		})
	}
}

// all registered, and the run is a success.
func all(t *testing.T, r *tally.Result, phones int) {
	t.Helper()
	if r.ExitCode() != tally.ExitOK || r.Phones.Registered != phones || r.Phones.Failed != 0 || r.Phones.RegisteredAtEnd != phones {
		t.Errorf("exit %d, %+v\n%+v\n%+v", r.ExitCode(), r.Phones, r.Thresholds, r.Causes)
	}
}

func step(r *tally.Result, name phone.Step) tally.StepResult {
	for _, s := range r.Steps {
		if s.Step == name {
			return s
		}
	}
	return tally.StepResult{}
}

func bootStorm(t *testing.T, r *tally.Result, said []phone.Record) {
	for _, s := range r.Steps {
		if s.Failed > 0 || s.OK < r.Phones.Planned {
			old := s.Step == phone.StepITL && s.OK > 0
			if !old {
				t.Errorf("%+v: every phone takes every step", s)
			}
		}
	}
	issued := 0
	for _, e := range said {
		if _, ok := e.Event.(phone.CertificateIssued); ok {
			issued++
		}
	}
	if issued != r.Phones.Planned {
		t.Errorf("%d certificates for %d phones", issued, r.Phones.Planned)
	}
}

func findTheKnee(t *testing.T, r *tally.Result, _ []phone.Record) {
	for _, row := range r.Rows {
		if row.Register < 50*time.Millisecond {
			t.Errorf("%s registered in %v, before the core had the time for it", row.Name, row.Register)
		}
	}
}

func trustListUpdateFailed(t *testing.T, r *tally.Result, said []phone.Record) {
	n := r.Phones.Planned
	if got := r.StatusMessages; got["Trust List Update Failed"] != n || got["Trust List Updated"] != 0 {
		t.Errorf("status messages %v, want the failure once of each of %d phones", got, n)
	}
	if got := step(r, phone.StepCTL); got.Failed != n || got.OK != 0 {
		t.Errorf("%+v", got)
	}
	for _, e := range said {
		if replaced, ok := e.Event.(phone.TrustListReplaced); ok && replaced.Kind.String() == "CTL" {
			t.Errorf("%s replaced its CTL", e.Phone)
		}
	}
	if got := r.Lists[0]; got.List != "CTL" || got.Rejected != n || got.Kept != n || len(got.HeldSHA1) != 40 {
		t.Errorf("%+v", got)
	}
	if len(r.Explain) != 1 || r.Explain[0].Count != n || r.Explain[0].Cause != phone.CauseUntrusted ||
		!strings.Contains(r.Explain[0].Reason, "SAST") || r.Explain[0].Fix == "" || r.Explain[0].StatusMessage != "Trust List Update Failed" ||
		r.Explain[0].Finding != phone.FindingUnknownSigner || r.Explain[0].Hands || len(r.Explain[0].Holds) == 0 || r.Explain[0].TVSSays == "" {
		t.Errorf("the result explains %+v", r.Explain)
	}
}

// Of each phone one question, about the CTL: the signer of the ITL is in the new
// CTL.
func tvsVouches(t *testing.T, r *tally.Result, said []phone.Record) {
	n := r.Phones.Planned
	if got := r.TVS; got.Asked != n || got.Valid != n || got.Invalid+got.Cached+got.Unavailable+got.FailedTries != 0 || got.Took.Max < got.Took.P50 {
		t.Errorf("TVS %+v, want one question of each of %d phones, and a yes", got, n)
	}
	for _, list := range r.Lists {
		if list.Accepted != n || list.Replaced != n || list.Rejected != 0 {
			t.Errorf("%+v: want every phone to take it", list)
		}
	}
	if got := r.StatusMessages; len(got) != 1 || got["Trust List Updated"] != n || len(r.Explain) != 0 {
		t.Errorf("status messages %v, explained %+v", got, r.Explain)
	}
	for _, e := range said {
		if judged, ok := e.Event.(phone.ListJudged); ok && judged.Kind.String() == "CTL" &&
			(judged.Verdict.TVS == nil || judged.Verdict.Record != nil) {
			t.Errorf("%s took the CTL without TVS: %s", e.Phone, judged.Verdict.Reason)
		}
	}
	for i := range r.Rows {
		if r.Rows[i].TVSAsked != 1 {
			t.Errorf("%s asked TVS %d times", r.Rows[i].Name, r.Rows[i].TVSAsked)
		}
	}
}

func morningRush(t *testing.T, r *tally.Result, _ []phone.Record) {
	if got := r.KeepAlive; got.Sent < 3*r.Phones.Planned || got.Lost != 0 || got.Acked != got.Sent {
		t.Errorf("%+v: want three rounds, all answered", got)
	}
}

func nodeFailover(t *testing.T, r *tally.Result, said []phone.Record) {
	n := r.Phones.Planned
	if r.Links.Failovers != n || r.Links.Failbacks != n || r.Links.Lost != n {
		t.Errorf("%+v: want every phone to go and to come back", r.Links)
	}
	if len(r.Nodes) != 2 || r.Nodes[0].Phones != n || r.Nodes[1].Phones != 0 || r.Nodes[1].Registrations != n {
		t.Errorf("at the end on %+v, want all on node 1", r.Nodes)
	}
	began := r.StartedAt
	for _, e := range said {
		registered, ok := e.Event.(phone.Registered)
		if !ok {
			continue
		}
		at := e.At.Sub(began)
		switch registered.Why {
		case phone.AfterFailover: // node 1 stops at 20 s; nobody waits longer than a keepalive and a connect
			if at < 20*time.Second-time.Second || at > 30*time.Second || registered.Node != "127.0.1.2:2443" {
				t.Errorf("%s is on %s after %v", e.Phone, registered.Node, at)
			}
		case phone.AfterFailback: // node 1 is back at 40 s, and must be healthy for 5 s
			if at < 45*time.Second || at > 94*time.Second || registered.Node != "127.0.1.1:2443" {
				t.Errorf("%s is on %s after %v", e.Phone, registered.Node, at)
			}
		}
	}
}

func capfWrongString(t *testing.T, r *tally.Result, said []phone.Record) {
	n := r.Phones.Planned
	if got := step(r, phone.StepCAPF); got.Failed != n || got.OK != 0 {
		t.Errorf("%+v", got)
	}
	if len(r.Causes) != 1 || r.Causes[0].Step != phone.StepCAPF || r.Causes[0].Cause != phone.CauseRejected || r.Causes[0].Count != n {
		t.Errorf("causes %+v, want capf rejected of each phone", r.Causes)
	}
	for _, e := range said {
		if registered, ok := e.Event.(phone.Registered); ok && !registered.Secure {
			t.Errorf("%s registered without TLS, and so without its MIC", e.Phone)
		}
	}
}

func mixedFleet(t *testing.T, r *tally.Result, said []phone.Record) {
	began := make(map[string]int) // phones, by group and what they held
	for _, row := range r.Rows {
		began[row.Group+" "+row.Trust]++
	}
	office, workshop, unpacked := r.Groups[0], r.Groups[1], r.Groups[2]
	if office.Registered != 24 || workshop.Registered != 12 || unpacked.Registered != 4 {
		t.Errorf("%+v: want the groups of 120, 60 and 20 in proportion", r.Groups)
	}
	// Whoever holds today's lists keeps them; everybody else takes new ones.
	if kept := office.Lists[0].Kept; kept != began["office held"] || kept < 17 || kept > 19 {
		t.Errorf("%d of the office kept their CTL, and %d held today's", kept, began["office held"])
	}
	if l := workshop.Lists; l[0].Kept != began["workshop held"] || l[0].Replaced != began["workshop stale"] || l[1].None != 12 {
		t.Errorf("workshop %+v, want new CTLs for the stale ones and no ITL anywhere", l)
	}
	if l := unpacked.Lists; l[0].Replaced != 4 || l[1].Replaced != 4 {
		t.Errorf("unpacked %+v, want new lists for all", l)
	}
	if n := len(r.Lists[0].Held); n != 3 {
		t.Errorf("CTLs held at power-on: %+v, want three kinds", r.Lists[0].Held)
	}
	for _, e := range said {
		if _, ok := e.Event.(phone.CertificateIssued); ok {
			began["issued"]++
		}
	}
	if began["issued"] != 24+4 {
		t.Errorf("%d certificates, want one for each phone but the workshop's", began["issued"])
	}
}

// In memory there are no datagrams to lose; the rest of the line is the same.
func badWAN(t *testing.T, r *tally.Result, said []phone.Record) {
	reset, slow := make(map[phone.Name]bool), 0
	for _, e := range said {
		ended, ok := e.Event.(phone.StepEnded)
		if !ok {
			continue
		}
		if ended.Err != nil {
			if ended.Step != phone.StepRegister || phone.CauseOf(ended.Err) != phone.CauseRefused {
				t.Errorf("%v", ended.Err)
			}
			reset[e.Phone] = true
		}
		if ended.Step == phone.StepCAPF && !ended.Skipped {
			if ended.Took > 12*time.Second {
				t.Errorf("%s was with CAPF for %v", e.Phone, ended.Took)
			}
			if ended.Took > 500*time.Millisecond {
				slow++
			}
		}
	}
	if n := r.Phones.Planned; len(reset) == 0 || len(reset) > n/2 || slow < n-2 {
		t.Errorf("of %d phones %d were reset, and %d took their time over a key", n, len(reset), slow)
	}
}
