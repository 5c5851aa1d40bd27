package scenario

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/phonebank/phonebank/phone"
)

// TestFaultsOfTheNetwork says of every fault, and every way that it can be on,
// which step fails, and why.
func TestFaultsOfTheNetwork(t *testing.T) {
	for _, c := range []struct {
		situation  string
		fault      string
		step       phone.Step
		cause      phone.Cause
		registered int // of 4 phones
	}{
		{"a long way", "{fault: latency, delay: 80ms, jitter: 20ms}", "", "", 4},
		{"too long a way to CallManager", "{fault: latency, delay: 11s, on: callmanager}", phone.StepRegister, phone.CauseTimeout, 0},
		{"too long a way to CAPF", "{fault: latency, delay: 11s, on: capf}", phone.StepCAPF, phone.CauseTimeout, 4},
		{"CallManager's connections are reset", "{fault: reset, on: callmanager}", phone.StepRegister, phone.CauseRefused, 0},
		{"for less time than a phone has patience in one step", "{fault: reset, on: callmanager, for: 10s}", "", "", 4},
		{"later, when nobody boots", "{fault: reset, on: capf, at: 10m}", "", "", 4},
		{"CAPF's are reset", "{fault: reset, on: capf}", phone.StepCAPF, phone.CauseRefused, 4},
		{"half open to CallManager", "{fault: half-open, on: callmanager}", phone.StepRegister, phone.CauseTimeout, 0},
		{"half open to CAPF", "{fault: half-open, on: capf}", phone.StepCAPF, phone.CauseTimeout, 4},
		{"enough bandwidth", "{fault: bandwidth, rate: 64kbit/s}", "", "", 4},
		{"too little to CallManager", "{fault: bandwidth, rate: 600bit/s, on: callmanager}", phone.StepRegister, phone.CauseTimeout, 0},
		{"too little to CAPF", "{fault: bandwidth, rate: 600bit/s, on: capf}", phone.StepCAPF, phone.CauseTimeout, 4},
		{"nobody's share", "{fault: reset, on: callmanager, share: 0.01%}", "", "", 4},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := parse(t, "core: {capf: {key: rsa-1024}}\nphones: {count: 4, keys: pool 2}\nload: all at once\nnetwork: ["+c.fault+"]")
				r := runInMemory(t, t.Context(), s, Options{})
				if r.Phones.Registered != c.registered {
					t.Errorf("%d registered, want %d: %+v", r.Phones.Registered, c.registered, r.Causes)
				}
				if c.step == "" && len(r.Causes) > 0 || c.step != "" && len(r.Causes) != 1 {
					t.Fatalf("causes %+v", r.Causes)
				}
				for _, cause := range r.Causes {
					if cause.Step != c.step || cause.Cause != c.cause {
						t.Errorf("%+v, want %s %s", cause, c.step, c.cause)
					}
				}
			})
		})
	}
}

// TestAConnectionThatGoesHalfOpen has phones register before the fault begins:
// CallManager does not answer keepalives any more, and phones find their way
// back once it is over.
func TestAConnectionThatGoesHalfOpen(t *testing.T) {
	for fault, want := range map[string]int{"half-open": 4, "reset": 4} {
		t.Run(fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := parse(t, "core: {capf: {key: rsa-1024}, keepalive: 10s}\nphones: {count: 4, keys: pool 2}\nload: all at once\nstay: 10m\nnetwork: [{fault: "+fault+", on: callmanager, at: 60s, for: 30s}]")
				r := runInMemory(t, t.Context(), s, Options{})
				if r.Phones.RegisteredAtEnd != want || r.Links.Lost < want {
					t.Errorf("%d are registered, %+v", r.Phones.RegisteredAtEnd, r.Links)
				}
			})
		})
	}
}

func TestFaultsOfTheNetworkThatCannotBe(t *testing.T) {
	for fault, want := range map[string]string{
		"{fault: laziness}":                                  `"laziness" is unknown`,
		"{fault: loss, rate: 5%, on: capf}":                  `fault loss on "capf": want tftp`,
		"{fault: loss}":                                      "fault loss needs a rate of percent",
		"{fault: loss, rate: 64kbit/s}":                      "fault loss needs a rate of percent",
		"{fault: latency}":                                   "fault latency needs a delay",
		"{fault: latency, delay: 1s, jitter: 2s}":            "jitter 2s is more than the delay of 1s",
		"{fault: bandwidth, rate: fast}":                     `"fast" is neither a share of datagrams`,
		"{fault: bandwidth, rate: 0kbit/s}":                  "lets nothing pass; half-open does that",
		"{fault: bandwidth, rate: 0.9bit/s}":                 "lets nothing pass; half-open does that",
		"{fault: reset, share: 0%}":                          `"0%" is nobody's share: leave the fault out`,
		"{fault: reset, on: register}":                       `"register" is unknown`,
		"{fault: reset, delay: 1s}":                          "a delay is for latency",
		"{fault: half-open, on: callmanager, share: 5}":      `"5" has no % sign`,
		"{fault: half-open, on: callmanager, bandwidth: 10}": "unknown key",
	} {
		_, err := Parse("x.yaml", []byte("phones: {count: 1}\nnetwork: ["+fault+"]"))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "x.yaml:2:") {
			t.Errorf("%s: %v", fault, err)
		}
	}
}
