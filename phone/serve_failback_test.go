package phone_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// deniesLeave answers so many UnregisterReq with a no.
func deniesLeave(times int) manner {
	asked := 0
	return but(answersAll, sccp.IDUnregisterReq, func(c *caller, m sccp.Message) {
		if asked++; asked > times {
			answersAll(c, m)
			return
		}
		c.send(sccp.UnregisterAck{Status: sccp.UnregisterNAK})
	})
}

// TestFailback brings node 1 back a minute after it went. The phone looks for
// it every 36 s (30 s and a fifth), watches it for as long as the configuration
// says, asks for a token, and moves when it has one (SCCP, section 5.5).
func TestFailback(t *testing.T) {
	// Node 1 goes at 40 s and is back at 100 s: looked for at 76 s and 112 s.
	begin := []string{"0s power on 1", "0s registered with " + node1 + ", boot", "40s lost " + node1 + ": EOF", "40s registered with " + node2 + ", failover"}
	rejects := func(times int, seconds uint32) manner {
		asked := 0
		return but(answersAll, sccp.IDRegisterTokenReq, func(c *caller, m sccp.Message) {
			if asked++; asked > times {
				answersAll(c, m)
				return
			}
			c.send(sccp.RegisterTokenReject{WaitTime: seconds})
		})
	}
	for _, c := range []struct {
		situation string
		back      manner
		here      manner // of node 2; nil answers all
		denied    int    // UnregisterReq that node 2 answers with a no
		monitor   time.Duration
		life      time.Duration
		story     []string // without keepalives
		watched   string   // when node 1 heard keepalives once it was back
		tokens    string
		outages   string
	}{
		{
			situation: "a token at once", back: answersAll, life: 4 * time.Minute,
			story:   []string{"3m52s left " + node2, "3m52s registered with " + node1 + ", failback", "4m0s left " + node1},
			watched: "1m52s 2m22s 2m52s 3m22s 3m52s", tokens: "3m52s", outages: "Initialized Failback",
		},
		{
			situation: "node 2 does not let the phone go at first", back: answersAll, life: 7 * time.Minute,
			here: deniesLeave(1), denied: 1,
			story:   []string{"6m28s left " + node2, "6m28s registered with " + node1 + ", failback", "7m0s left " + node1},
			watched: "1m52s 2m22s 2m52s 3m22s 3m52s 4m28s 4m58s 5m28s 5m58s 6m28s 6m55s", tokens: "3m52s 6m28s", outages: "Initialized Failback",
		},
		{
			situation: "a shorter time to watch it", back: answersAll, monitor: 45 * time.Second, life: 3 * time.Minute,
			story:   []string{"2m37s left " + node2, "2m37s registered with " + node1 + ", failback", "3m0s left " + node1},
			watched: "1m52s 2m22s 2m37s", tokens: "2m37s", outages: "Initialized Failback",
		},
		{
			situation: "no token yet", back: rejects(2, 45), life: 6 * time.Minute,
			story:   []string{"5m22s left " + node2, "5m22s registered with " + node1 + ", failback", "6m0s left " + node1},
			watched: "1m52s 2m22s 2m52s 3m22s 3m52s 4m22s 5m7s 5m49s", tokens: "3m52s 4m37s 5m22s", outages: "Initialized Failback",
		},
		{
			situation: "told to wait for ever, waits ten minutes", back: rejects(1, 1<<32-1), life: 14 * time.Minute,
			story:   []string{"13m52s left " + node2, "13m52s registered with " + node1 + ", failback", "14m0s left " + node1},
			watched: "1m52s 2m22s 2m52s 3m22s 3m52s 4m22s 4m52s 5m22s 5m52s 6m22s 6m52s 7m22s 7m52s 8m22s 8m52s 9m22s 9m52s 10m22s 10m52s 11m22s 11m52s 12m22s 12m52s 13m22s", tokens: "3m52s 13m52s", outages: "Initialized Failback",
		},
		{
			situation: "is gone again before it grants a token", back: but(rejects(1, 600), sccp.IDKeepAliveReq, func() func(*caller, sccp.Message) {
				heard := 0
				return func(c *caller, m sccp.Message) {
					if heard++; heard <= 5 { // while it is watched
						answersAll(c, m)
					}
				}
			}()), life: 6 * time.Minute,
			story:   []string{"6m0s left " + node2},
			watched: "1m52s 2m22s 2m52s 3m22s 3m52s 4m22s 5m8s 5m54s", tokens: "3m52s", outages: "Initialized",
		},
		{
			situation: "knows no tokens: moves without one after three requests", back: deafTo(answersAll, sccp.IDRegisterTokenReq), life: 5 * time.Minute,
			story:   []string{"4m22s left " + node2, "4m22s registered with " + node1 + ", failback", "5m0s left " + node1},
			watched: "1m52s 2m22s 2m52s 3m22s 3m52s 4m49s", tokens: "3m52s 4m2s 4m12s", outages: "Initialized Failback",
		},
		{
			situation: "answers nobody who is not registered", back: but(answersAll, sccp.IDKeepAliveReq, func(c *caller, m sccp.Message) {
				if c.registered {
					answersAll(c, m)
				}
			}), life: 3 * time.Minute,
			story:   []string{"3m0s left " + node2},
			watched: "1m52s 2m38s", outages: "Initialized",
		},
		{
			situation: "floods lamps at whoever is not registered", back: but(answersAll, sccp.IDKeepAliveReq, func(c *caller, m sccp.Message) {
				pour(c.conn, wire(sccp.SetLamp{Stimulus: sccp.ButtonLine, StimulusInstance: 1, Mode: sccp.LampOn}))
			}), life: 3 * time.Minute,
			story:   []string{"3m0s left " + node2},
			watched: "1m52s 2m38s", outages: "Initialized",
		},
		{
			situation: "closes on whoever is not registered after 20 s", back: but(answersAll, sccp.IDKeepAliveReq, func(c *caller, m sccp.Message) {
				answersAll(c, m)
				time.Sleep(20 * time.Second)
				hangsUp(c, m)
			}), life: 3 * time.Minute,
			story:   []string{"3m0s left " + node2},
			watched: "1m52s 2m58s", outages: "Initialized",
		},
		{
			situation: "registers nobody after all", back: but(answersAll, sccp.IDRegisterReq, hangsUp), life: 4 * time.Minute,
			story: []string{
				"3m52s left " + node2, "3m52s registered with " + node2 + ", failover", "4m0s left " + node2,
			},
			watched: "1m52s 2m22s 2m52s 3m22s 3m52s", tokens: "3m52s", outages: "Initialized Failback",
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, answersAll, answersAll)
				l.configure(t, cnf.Config{
					Full: true, SecurityMode: cnf.NonSecure, ConnectionMonitor: c.monitor,
					CallManagers: []cnf.CallManager{{Host: nodeHost(1)}, {Priority: 1, Host: nodeHost(2)}},
				})
				if c.here != nil {
					l.nodes[1].become(c.here)
				}
				time.AfterFunc(40*time.Second, l.nodes[0].stop)
				time.AfterFunc(100*time.Second, func() {
					l.nodes[0].become(c.back)
					l.restart(t, 1)
				})
				if err := l.run(t, l.phone(t, nil), c.life); err != nil {
					t.Fatal(err)
				}
				mustTell(t, without(l.said.story(l.began), " keepalive"), slices.Concat(begin, c.story)...)
				farewells := len(l.nodes[0].hears(sccp.IDUnregisterReq)) + len(l.nodes[1].hears(sccp.IDUnregisterReq))
				if want := strings.Count(strings.Join(c.story, "\n"), " left ") + c.denied; farewells != want {
					t.Errorf("%d UnregisterReq, want %d", farewells, want)
				}
				if got := l.nodes[0].times(sccp.IDKeepAliveReq); got != "27s "+c.watched {
					t.Errorf("keepalives to node 1 at %s, want 27s %s", got, c.watched)
				}
				if got := l.nodes[0].times(sccp.IDRegisterTokenReq); got != c.tokens {
					t.Errorf("asked for a token at %s, want %s", got, c.tokens)
				}
				if got := l.nodes[0].outages(); got != c.outages {
					t.Errorf("node 1 heard of %q, want %q", got, c.outages)
				}
			})
		})
	}
}
