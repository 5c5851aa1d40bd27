package phone_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// TestSlowCAPFCostsNoRegistration registers a phone without device security, which
// opens CAPF afterwards, and has nobody answer there: three times ten seconds,
// half a minute between. The CallManager must not notice, and must not be missed.
func TestSlowCAPFCostsNoRegistration(t *testing.T) {
	begin := []string{"0s power on 1", "0s registered with " + node1 + ", boot", "27s keepalive", "57s keepalive"}
	for _, c := range []struct {
		situation string
		happens   func(*lab)
		story     []string
	}{
		{"nothing else happens", nil, []string{"1m27s keepalive", "1m30s capf timeout", "1m57s keepalive", "2m0s left " + node1}},
		{"a reset meanwhile is heard, and followed later", func(l *lab) {
			time.AfterFunc(65*time.Second, func() { l.nodes[0].caller().send(sccp.Reset{Type: sccp.ResetReset}) })
		}, []string{
			"1m27s keepalive", "1m30s capf timeout", "1m30s lost " + node1 + ": the CallManager asked for a RESET",
			"1m42s power on 2", "1m42s registered with " + node1 + ", boot", "2m0s capf timeout", "2m0s lost " + node1 + ": " + device + ": capf: context deadline exceeded",
		}},
		{"the CallManager goes meanwhile: the next one takes the phone at once", func(l *lab) {
			time.AfterFunc(65*time.Second, l.nodes[0].stop)
		}, []string{
			"1m5s lost " + node1 + ": EOF", "1m5s registered with " + node2 + ", failover", "1m30s capf timeout", "1m32s keepalive", "2m0s left " + node2,
		}},
		{"both go, and nobody takes the phone", func(l *lab) {
			time.AfterFunc(65*time.Second, func() {
				l.nodes[0].stop()
				l.nodes[1].stop()
			})
		}, []string{
			"1m5s lost " + node1 + ": EOF", "1m5s register refused", "1m30s capf timeout", "1m42s power on 2", "1m42s register refused", "1m54s power on 3", "1m54s register refused",
		}},
		{"told to reset, and cut off: that is what counts", func(l *lab) {
			time.AfterFunc(65*time.Second, func() {
				l.nodes[0].caller().send(sccp.Reset{Type: sccp.ResetReset})
				l.nodes[0].caller().conn.Close()
			})
		}, []string{
			"1m30s capf timeout", "1m30s lost " + node1 + ": the CallManager asked for a RESET",
			"1m42s power on 2", "1m42s registered with " + node1 + ", boot", "2m0s capf timeout", "2m0s lost " + node1 + ": " + device + ": capf: context deadline exceeded",
		}},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, answersAll, answersAll)
				l.Stall("192.0.2.9:3804", true)
				l.configure(t, cnf.Config{
					Full: true, SecurityMode: cnf.NonSecure, CallManagers: []cnf.CallManager{{Host: nodeHost(1)}, {Priority: 1, Host: nodeHost(2)}},
					CAPFAuthMode: cnf.CAPFNullString, CAPF: []cnf.Server{{Host: "192.0.2.9", Port: 3804}},
				})
				if c.happens != nil {
					c.happens(l)
				}
				p := l.phone(t, func(id *phone.Identity, _ *phone.Flash, _ *phone.Env) {
					id.Model = sometimes(t, "7965", func(timers *phone.Timers) { timers.Rounds, timers.Boots = 1, 9 })
				})
				if err := l.run(t, p, 2*time.Minute); err != nil {
					t.Fatal(err)
				}
				// The order of what happens beside CAPF is chance at equal instants only.
				story := slices.DeleteFunc(l.said.story(l.began), func(line string) bool { return line == "1m5s told to RESET" })
				mustTell(t, story, slices.Concat(begin, c.story)...)
				if sent, acked := len(all[phone.KeepAliveSent](&l.said)), len(all[phone.KeepAliveAcked](&l.said)); sent != acked {
					t.Errorf("%d keepalives and %d answers", sent, acked)
				}
			})
		})
	}
}

// TestApplyConfigCostsNoKeepAlive has the TFTP server take a hundred seconds
// for the configuration that is to be applied.
func TestApplyConfigCostsNoKeepAlive(t *testing.T) {
	for _, c := range []struct {
		situation string
		happens   func(*lab)
		story     []string // from 40 s on, without keepalives
	}{
		{"nothing else happens", func(*lab) {}, []string{"5m0s left " + node1}},
		{
			"the CallManager goes meanwhile", func(l *lab) { l.nodes[0].stop() },
			[]string{"2m20s lost " + node1 + ": EOF", "2m20s registered with " + node2 + ", failover", "5m0s left " + node2},
		},
		{
			"told to apply it twice", func(l *lab) { l.nodes[0].caller().send(sccp.Reset{Type: sccp.ResetApplyConfig}) },
			[]string{"1m0s told to APPLY_CONFIG", "5m0s left " + node1},
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, answersAll, answersAll)
				time.AfterFunc(40*time.Second, func() {
					l.mu.Lock()
					l.slow = 100 * time.Second
					l.mu.Unlock()
					l.nodes[0].caller().send(sccp.Reset{Type: sccp.ResetApplyConfig})
				})
				time.AfterFunc(time.Minute, func() { c.happens(l) })
				if err := l.run(t, l.phone(t, nil), 5*time.Minute); err != nil {
					t.Fatal(err)
				}
				begin := []string{"0s power on 1", "0s registered with " + node1 + ", boot", "40s told to APPLY_CONFIG"}
				mustTell(t, without(l.said.story(l.began), " keepalive"), slices.Concat(begin, c.story)...)
				if sent, acked := len(all[phone.KeepAliveSent](&l.said)), len(all[phone.KeepAliveAcked](&l.said)); sent != acked {
					t.Errorf("%d keepalives and %d answers", sent, acked)
				}
			})
		})
	}
}
