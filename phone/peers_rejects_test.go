package phone_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/sccp"
)

// TestRejections has servers that refuse the phone, at first or for good. A
// phone goes through its list twice, with 24 s between (20 s and a fifth).
func TestRejections(t *testing.T) {
	const name = device + ": register: 192.0.2.1:2000 "
	rejects := func(text string) manner {
		return but(answersAll, sccp.IDRegisterReq, func(c *caller, _ sccp.Message) { c.send(sccp.RegisterReject{Text: text}) })
	}
	for _, c := range []struct {
		situation string
		manner    manner
		fails     string
		cause     phone.Cause
		takes     time.Duration
		outages   string
	}{
		{
			situation: "an unknown device",
			manner:    rejects("Device Unknown"),
			fails:     name + `rejected the registration: "Device Unknown"`, cause: phone.CauseRejected,
			takes: 24 * time.Second, outages: "Initialized Phone-Reg-Rej",
		},
		{
			situation: "an empty text",
			manner:    rejects(""),
			fails:     name + `rejected the registration: ""`, cause: phone.CauseRejected,
			takes: 24 * time.Second, outages: "Initialized Phone-Reg-Rej",
		},
		{
			situation: "after two seconds, and then the socket stays open",
			manner: but(answersAll, sccp.IDRegisterReq, func(c *caller, _ sccp.Message) {
				time.Sleep(2 * time.Second)
				c.send(sccp.RegisterReject{Text: "No Authority: " + device})
			}),
			fails: name + `rejected the registration: "No Authority: ` + device + `"`, cause: phone.CauseRejected,
			takes: 28 * time.Second, outages: "Initialized Phone-Reg-Rej",
		},
		{
			situation: "a Reset instead of an answer",
			manner:    but(answersAll, sccp.IDRegisterReq, func(c *caller, _ sccp.Message) { c.send(sccp.Reset{Type: sccp.ResetReset}) }),
			fails:     name + "answered the registration with a Reset (RESET)", cause: phone.CauseRejected,
			takes: 24 * time.Second, outages: "Initialized Phone-Reg-Rej",
		},
		{
			situation: "hangs up on RegisterReq",
			manner:    but(answersAll, sccp.IDRegisterReq, hangsUp),
			fails:     device + ": register: registration with 192.0.2.1:2000: EOF", cause: phone.CauseRefused,
			takes: 24 * time.Second, outages: "Initialized CM-closed-TCP",
		},
		{
			situation: "an older session of the same name: the next try works, after 10 s at most",
			manner: but(answersAll, sccp.IDRegisterReq, func(c *caller, m sccp.Message) {
				if len(c.server.hears(sccp.IDRegisterReq)) > 1 {
					answersAll(c, m)
					return
				}
				c.send(sccp.RegisterReject{Text: "Crossover session"})
				hangsUp(c, m)
			}),
			takes: 10*time.Second - time.Nanosecond, outages: "Initialized Phone-Reg-Rej",
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, c.manner)
				session, err := l.phone(t, nil).Boot(t.Context())
				if err == nil {
					defer session.Close()
				}
				var failed *phone.Error
				if c.fails == "" && err != nil || c.fails != "" && (!errors.As(err, &failed) || err.Error() != c.fails || failed.Cause != c.cause) {
					t.Errorf("boot: %v (%s), want %q (%s)", err, phone.CauseOf(err), c.fails, c.cause)
				}
				if took := time.Since(l.began); took != c.takes {
					t.Errorf("took %v, want %v", took, c.takes)
				}
				if got := l.nodes[0].outages(); got != c.outages {
					t.Errorf("alarms say %q, want %q", got, c.outages)
				}
			})
		})
	}
}
