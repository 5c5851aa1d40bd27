package phone_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// standsBy gives a phone of the lab a stand-by link, and no way back.
func standsBy(t *testing.T) func(*phone.Identity, *phone.Flash, *phone.Env) {
	return func(id *phone.Identity, _ *phone.Flash, env *phone.Env) {
		id.Model = sometimes(t, "7965", func(timers *phone.Timers) { timers.Probe = time.Hour })
		env.Standby = true
	}
}

// TestStandby keeps a second link, to node 2, and takes node 1 away after two
// and a half minutes.
func TestStandby(t *testing.T) {
	begin := []string{"0s power on 1", "0s registered with " + node1 + ", boot", "2m30s lost " + node1 + ": EOF"}
	for _, c := range []struct {
		situation  string
		node2      manner
		change     func(*lab)
		story      []string // without keepalives, from the end of node 1 on
		kept       string   // keepalives on the stand-by link
		registered int      // the connection to node 2 that heard RegisterReq last
	}{
		{
			situation: "it is there and is used", node2: answersAll,
			story: []string{"2m30s registered with " + node2 + ", failover", "2m50s left " + node2},
			kept:  "1m12s 2m12s", registered: 1,
		},
		{
			situation: "closed after 30 s by a server that wants no idle ones",
			node2: func(c *caller, m sccp.Message) {
				if m.ID() == sccp.IDKeepAliveReq && !c.registered {
					hangsUp(c, m)
					return
				}
				answersAll(c, m)
			},
			story: []string{"2m30s registered with " + node2 + ", failover", "2m50s left " + node2},
			kept:  "1m12s", registered: 2,
		},
		{
			situation: "it no longer answers: a new one is tried after 10 s",
			node2: func(c *caller, m sccp.Message) {
				if c.server.seen() > 1 {
					answersAll(c, m)
				}
			},
			story: []string{"2m40s registered with " + node2 + ", failover", "2m50s left " + node2},
			kept:  "1m12s 2m12s", registered: 2,
		},
		{
			situation: "nobody is there to stand by", node2: answersAll,
			change: func(l *lab) {
				l.Stall(node2, true)
				time.AfterFunc(2*time.Minute, func() { l.Stall(node2, false) })
			},
			story:      []string{"2m30s registered with " + node2 + ", failover", "2m50s left " + node2},
			registered: 1,
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, answersAll, c.node2)
				if c.change != nil {
					c.change(l)
				}
				time.AfterFunc(150*time.Second, l.nodes[0].stop)
				if err := l.run(t, l.phone(t, standsBy(t)), 170*time.Second); err != nil {
					t.Fatal(err)
				}
				mustTell(t, without(l.said.story(l.began), " keepalive"), slices.Concat(begin, c.story)...)
				if got := l.nodes[1].times(sccp.IDKeepAliveReq); got != c.kept {
					t.Errorf("keepalives on the stand-by link at %q, want %q", got, c.kept)
				}
				if heard := l.nodes[1].hears(sccp.IDRegisterReq); len(heard) == 0 || heard[len(heard)-1].connection != c.registered {
					t.Errorf("registered with %+v, want connection %d", heard, c.registered)
				}
			})
		})
	}
}

// TestStandbyDoesNotDisturb has nobody behind the address to stand by at, and
// a CallManager that wants a keepalive a second: none may be missed while the
// phone waits for the other one.
func TestStandbyDoesNotDisturb(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, but(answersAll, sccp.IDRegisterReq, func(c *caller, _ sccp.Message) {
			c.send(sccp.RegisterAck{KeepAliveInterval: 1}, sccp.CapabilitiesReq{})
		}), answersAll)
		l.Stall(node2, true)
		if err := l.run(t, l.phone(t, standsBy(t)), 15*time.Second); err != nil {
			t.Fatal(err)
		}
		mustTell(t, without(l.said.story(l.began), " keepalive"), "0s power on 1", "0s registered with "+node1+", boot", "15s left "+node1)
		if missed := all[phone.KeepAliveMissed](&l.said); len(missed) > 0 {
			t.Errorf("missed %d keepalives", len(missed))
		}
	})
}

// TestStandbyFollowsTheConfiguration restarts the phone with its CallManagers
// in another order: the old link must not be taken for one to the other node.
func TestStandbyFollowsTheConfiguration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, answersAll, answersAll)
		time.AfterFunc(30*time.Second, func() {
			l.configure(t, cnf.Config{Full: true, SecurityMode: cnf.NonSecure, CallManagers: []cnf.CallManager{
				{Host: nodeHost(2)}, {Priority: 1, Host: nodeHost(1)},
			}})
			l.nodes[0].caller().send(sccp.Reset{Type: sccp.ResetRestart})
		})
		time.AfterFunc(time.Minute, func() {
			// One connection of the boot, one to stand by.
			if got := l.nodes[0].seen(); got != 2 {
				t.Errorf("node 1 had seen %d connections when node 2 went, want 2", got)
			}
			l.nodes[1].stop()
		})
		if err := l.run(t, l.phone(t, standsBy(t)), 70*time.Second); err != nil {
			t.Fatal(err)
		}
		mustTell(
			t, without(l.said.story(l.began), " keepalive"),
			"0s power on 1", "0s registered with "+node1+", boot",
			"30s told to RESTART", "30s lost "+node1+": the CallManager asked for a RESTART", "30s registered with "+node2+", restart",
			"1m0s lost "+node2+": EOF", "1m0s registered with "+node1+", failover", "1m10s left "+node1,
		)
		if heard := l.nodes[0].hears(sccp.IDRegisterReq); heard[len(heard)-1].connection != 2 {
			t.Errorf("came back over connection %d, want 2", heard[len(heard)-1].connection)
		}
	})
}

// TestStandbySavesTheHandshake fails over inside TLS: the link is there.
func TestStandbySavesTheHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		network := new(coretest.Network)
		c := coretest.Start(t, core.Config{Network: network, Nodes: 2, Security: cnf.Encrypted, Devices: []core.Device{{Name: device}}})
		said := new(diary)
		model := mustModel(t, "7965")
		p := phone.New(
			phone.Identity{Name: device, Model: model, MIC: minted(c.Authority(), model)}, phone.Flash{},
			phone.Env{Files: coretest.Files{Core: c, NotFound: phone.ErrNotFound}, Dial: network.Dial, Watch: said.watch, Standby: true},
		)
		done := make(chan error)
		go func() { done <- p.Run(t.Context()) }()
		time.Sleep(20 * time.Second)
		before := c.Stats().CallManager
		if err := c.StopNode(1); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		after := c.Stats().CallManager
		if before.Handshakes != 2 || after.Handshakes != 2 || after.Connections != 2 {
			t.Errorf("%d handshakes before, %d after on %d connections, want 2", before.Handshakes, after.Handshakes, after.Connections)
		}
		if r, ok := c.Registered(device); !ok || r.Node != 2 {
			t.Errorf("registered %v with node %d, want node 2", ok, r.Node)
		}
		story := strings.Join(said.story(began), "\n")
		if !strings.HasSuffix(story, "20s registered with 127.0.1.2:2443, failover") {
			t.Errorf("the phone's life was\n%s", story)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-done; phone.CauseOf(err) != phone.CauseRefused {
			t.Errorf("Run: %v", err)
		}
	})
}
