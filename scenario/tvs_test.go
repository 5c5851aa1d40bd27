package scenario

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

// A phone whose lists do not know who signed the CTL boots against two TVS
// servers that misbehave. It waits 10 s for each at most, and goes on with what
// it holds when neither helps.
func TestPhonesSurviveTVS(t *testing.T) {
	for _, row := range []struct {
		situation string
		fault     core.FaultSpec
		want      tally.TVS
		took      time.Duration
		class     phone.Finding // of the refused CTL; empty: it is taken
	}{
		{"TVS vouches", core.FaultSpec{}, tally.TVS{Asked: 1, Valid: 1}, 0, ""},
		{"TVS is slow", core.FaultSpec{Fault: "slow", Delay: 9 * time.Second}, tally.TVS{Asked: 1, Valid: 1}, 9 * time.Second, ""},
		{"TVS vouches for now only", core.FaultSpec{Fault: "ttl-0"}, tally.TVS{Asked: 1, Valid: 1}, 0, ""},
		{"TVS is too slow", core.FaultSpec{Fault: "slow", Delay: 11 * time.Second}, tally.TVS{Asked: 1, Unavailable: 1, FailedTries: 2}, 20 * time.Second, phone.FindingUnknownSigner},
		{"TVS says nothing", core.FaultSpec{Fault: "silent"}, tally.TVS{Asked: 1, Unavailable: 1, FailedTries: 2}, 20 * time.Second, phone.FindingUnknownSigner},
		{"TVS does not know the signer", core.FaultSpec{Fault: "reject"}, tally.TVS{Asked: 1, Invalid: 1}, 0, phone.FindingUnknownSigner},
		{"TVS answers another session", core.FaultSpec{Fault: "wrong-session"}, tally.TVS{Asked: 1, Unavailable: 1, FailedTries: 2}, 0, phone.FindingUnknownSigner},
		{"TVS closes after the question", core.FaultSpec{Fault: "hangup"}, tally.TVS{Asked: 1, Unavailable: 1, FailedTries: 2}, 0, phone.FindingUnknownSigner},
		{"TVS does not listen", core.FaultSpec{Fault: "refuse"}, tally.TVS{Asked: 1, Unavailable: 1, FailedTries: 2}, 0, phone.FindingUnknownSigner},
		{"TVS sends nonsense", core.FaultSpec{Fault: "garble"}, tally.TVS{Asked: 1, Unavailable: 1, FailedTries: 2}, 0, phone.FindingUnknownSigner},
	} {
		t.Run(row.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &Scenario{
					Core:   Core{Nodes: 2},
					Phones: []Group{{Count: 1, Trust: []Trust{{Kind: TrustOutdated}}, LSC: LSCInstalled}},
					Stay:   time.Second,
				}
				if row.fault.Fault != "" {
					row.fault.On = "tvs"
					s.Core.Faults = []core.FaultSpec{row.fault}
				}
				var said journal
				r := runInMemory(t, t.Context(), s, Options{Watch: said.watch})
				all(t, r, 1)
				got := r.TVS
				got.Took = tally.Latency{}
				if got != row.want {
					t.Errorf("TVS %+v, want %+v", got, row.want)
				}
				if took := answered(said.records); took != row.took {
					t.Errorf("the answer took %v, want %v", took, row.took)
				}
				if row.class == "" && len(r.Explain) > 0 || row.class != "" && (len(r.Explain) != 1 || r.Explain[0].Finding != row.class || r.Explain[0].TVSSays == "") {
					t.Errorf("explained %+v, want %q", r.Explain, row.class)
				}
			})
		})
	}
}

// answered is how long the one question took.
func answered(said []phone.Record) time.Duration {
	for _, e := range said {
		if answered, ok := e.Event.(phone.TVSAnswered); ok {
			return answered.Took
		}
	}
	return -1
}
