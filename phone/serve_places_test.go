package phone_test

import (
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// TestFailedCallManagersAreAvoidedByPort has two CallManagers at one address:
// the one that failed is avoided, the other one is not.
func TestFailedCallManagersAreAvoidedByPort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, answersAll, answersAll)
		beside := &callManager{began: l.began, manner: answersAll}
		l.listen(t, "192.0.2.1:2001", beside.serve)
		l.configure(t, cnf.Config{Full: true, SecurityMode: cnf.NonSecure, CallManagers: []cnf.CallManager{
			{Host: nodeHost(1)}, {Priority: 1, Host: nodeHost(1), Port: 2001}, {Priority: 2, Host: nodeHost(2)},
		}})
		time.AfterFunc(10*time.Second, l.nodes[0].stop)
		if err := l.run(t, l.phone(t, nil), 20*time.Second); err != nil {
			t.Fatal(err)
		}
		mustTell(
			t, l.said.story(l.began), "0s power on 1", "0s registered with "+node1+", boot",
			"10s lost "+node1+": EOF", "10s registered with 192.0.2.1:2001, failover", "20s left 192.0.2.1:2001",
		)
	})
}

// TestProbesTakeNoPlace has a phone look for a node that is dead, ten seconds at
// a time, on a machine with a single place for handshakes: it is free for those
// who want to register.
func TestProbesTakeNoPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, answersAll, answersAll)
		places := semaphore.NewWeighted(1)
		time.AfterFunc(40*time.Second, func() {
			l.nodes[0].stop()
			l.Stall(node1, true)
		})
		free := 0
		for at := range 20 { // from 75 s to 95 s: the first time is from 76 s to 86 s
			time.AfterFunc(75*time.Second+time.Duration(at)*time.Second, func() {
				if places.TryAcquire(1) {
					free++
					places.Release(1)
				}
			})
		}
		p := l.phone(t, func(_ *phone.Identity, _ *phone.Flash, env *phone.Env) { env.Limits.Handshakes = places })
		if err := l.run(t, p, 2*time.Minute); err != nil {
			t.Fatal(err)
		}
		if free != 20 {
			t.Errorf("the place was free %d times of 20", free)
		}
	})
}

// TestOnlyBootsHaveABootTime restarts a phone: what that took is no boot.
func TestOnlyBootsHaveABootTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, answersAll)
		l.slow = time.Second
		time.AfterFunc(20*time.Second, func() { l.nodes[0].caller().send(sccp.Reset{Type: sccp.ResetRestart}) })
		if err := l.run(t, l.phone(t, nil), time.Minute); err != nil {
			t.Fatal(err)
		}
		registered := all[phone.Registered](&l.said)
		if len(registered) != 2 || registered[0].Boot != time.Second || registered[1].Boot != 0 {
			t.Errorf("registered %+v, want a boot of a second and no other", registered)
		}
	})
}
