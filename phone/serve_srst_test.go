package phone_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
)

// TestSRST takes the only CallManager away: the phone falls back to the router,
// and leaves it when the CallManager has been back for two minutes.
func TestSRST(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, answersAll, answersAll)
		l.configure(t, cnf.Config{
			Full: true, SecurityMode: cnf.NonSecure, CallManagers: []cnf.CallManager{{Host: nodeHost(1)}}, SRST: []cnf.CallManager{{Host: nodeHost(2)}},
		})
		time.AfterFunc(40*time.Second, l.nodes[0].stop)
		time.AfterFunc(100*time.Second, func() { l.restart(t, 1) })
		if err := l.run(t, l.phone(t, nil), 4*time.Minute); err != nil {
			t.Fatal(err)
		}
		mustTell(
			t, without(l.said.story(l.began), " keepalive"), "0s power on 1", "0s registered with "+node1+", boot",
			"40s lost "+node1+": EOF", "40s registered with SRST router "+node2+", failover",
			"3m52s left "+node2, "3m52s registered with "+node1+", failback", "4m0s left "+node1,
		)
	})
}

// TestSRSTPorts looks at where a phone calls when nobody takes it.
func TestSRSTPorts(t *testing.T) {
	for _, c := range []struct {
		situation string
		mode      cnf.SecurityMode
		secure    bool
		want      string
	}{
		{"no device security", cnf.NonSecure, false, "192.0.2.1:2000 192.0.2.8:2000 192.0.2.9:2002"},
		{"no device security, a secure router", cnf.NonSecure, true, "192.0.2.1:2000 192.0.2.8:2000 192.0.2.9:2002"},
		{"encrypted, a clear router", cnf.Encrypted, false, "192.0.2.1:2443 192.0.2.8:2000 192.0.2.9:2002"},
		{"encrypted, a secure router", cnf.Encrypted, true, "192.0.2.1:2443 192.0.2.8:2443 192.0.2.9:2443"},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, answersAll)
				l.configure(t, cnf.Config{
					Full: true, SecurityMode: c.mode, CallManagers: []cnf.CallManager{{Host: nodeHost(1)}},
					SRST: []cnf.CallManager{{Host: nodeHost(8)}, {Priority: 1, Host: nodeHost(9), Port: 2002}}, SRSTSecure: c.secure,
				})
				var called []string
				p := l.phone(t, func(id *phone.Identity, _ *phone.Flash, env *phone.Env) {
					id.Model = sometimes(t, "7965", func(timers *phone.Timers) { timers.Rounds = 1 })
					id.MIC = func() (*phone.Credential, error) { return new(phone.Credential), nil }
					env.Dial = func(_ context.Context, _, address string) (net.Conn, error) {
						called = append(called, address)
						return nil, syscall.ECONNREFUSED
					}
				})
				if _, err := p.Boot(t.Context()); phone.CauseOf(err) != phone.CauseRefused {
					t.Errorf("Boot: %v", err)
				}
				if got := strings.Join(slices.Compact(called), " "); got != c.want {
					t.Errorf("called %s, want %s", got, c.want)
				}
			})
		})
	}
}
