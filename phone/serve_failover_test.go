package phone_test

import (
	"context"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// TestFailover takes the CallManager away in every way and demands the instant
// at which the phone is with the next one, and the reason it gives there.
func TestFailover(t *testing.T) {
	const lost = " lost " + node1 + ": "
	for _, c := range []struct {
		situation string
		breaks    func(*lab) // 40 s after power on
		abrupt    bool       // a connection that ends is reset
		story     []string   // between registration and the end at 3 minutes
		outage    string
	}{
		{
			situation: "falls silent",
			breaks:    func(l *lab) { l.nodes[0].become(deafTo(answersAll, sccp.IDKeepAliveReq)) },
			story: []string{
				"27s keepalive", "57s keepalive", "1m27s missed 1", "1m27s keepalive", "1m57s missed 2", "1m57s keepalive", "2m27s missed 3",
				"2m27s" + lost + "the CallManager no longer answers keepalives",
				"2m27s registered with " + node2 + ", failover", "2m54s keepalive",
			},
			outage: "KeepaliveTO",
		},
		{
			situation: "sends a byte a second of a message, and answers no keepalive",
			breaks: func(l *lab) {
				l.nodes[0].become(deafTo(answersAll, sccp.IDKeepAliveReq))
				go trickles(sccp.AppendFrame(nil, sccp.Frame{ID: sccp.IDSetLamp, Body: make([]byte, 1000)}))(l.nodes[0].caller().conn)
			},
			story: []string{
				"27s keepalive", "57s keepalive", "1m27s missed 1", "1m27s keepalive", "1m57s missed 2", "1m57s keepalive", "2m27s missed 3",
				"2m27s" + lost + "the CallManager no longer answers keepalives",
				"2m27s registered with " + node2 + ", failover", "2m54s keepalive",
			},
			outage: "KeepaliveTO",
		},
		{
			situation: "floods lamps, and answers no keepalive",
			breaks: func(l *lab) {
				l.nodes[0].become(deafTo(answersAll, sccp.IDKeepAliveReq))
				go pour(l.nodes[0].caller().conn, wire(sccp.SetLamp{Stimulus: sccp.ButtonLine, StimulusInstance: 1, Mode: sccp.LampOn}))
			},
			story: []string{
				"27s keepalive", "57s keepalive", "1m27s missed 1", "1m27s keepalive", "1m57s missed 2", "1m57s keepalive", "2m27s missed 3",
				"2m27s" + lost + "the CallManager no longer answers keepalives",
				"2m27s registered with " + node2 + ", failover", "2m54s keepalive",
			},
			outage: "KeepaliveTO",
		},
		{
			situation: "misses two keepalives and answers the third",
			breaks: func(l *lab) {
				heard := 0
				l.nodes[0].become(but(answersAll, sccp.IDKeepAliveReq, func(c *caller, m sccp.Message) {
					if heard++; heard > 2 {
						answersAll(c, m)
					}
				}))
			},
			story: []string{
				"27s keepalive", "57s keepalive", "1m27s missed 1", "1m27s keepalive", "1m57s missed 2", "1m57s keepalive", "2m27s keepalive", "2m57s keepalive",
			},
		},
		{
			situation: "closes the connection",
			breaks:    func(l *lab) { l.nodes[0].stop() },
			story: []string{
				"27s keepalive", "40s" + lost + "EOF", "40s registered with " + node2 + ", failover", "1m7s keepalive", "1m37s keepalive", "2m7s keepalive", "2m37s keepalive",
			},
			outage: "CM-closed-TCP",
		},
		{
			situation: "resets the connection",
			breaks:    func(l *lab) { l.nodes[0].stop() }, abrupt: true,
			story: []string{
				"27s keepalive", "40s" + lost + "read tcp: read: connection reset by peer", "40s registered with " + node2 + ", failover", "1m7s keepalive", "1m37s keepalive", "2m7s keepalive", "2m37s keepalive",
			},
			outage: "CM-reset-TCP",
		},
		{
			situation: "sends garbage",
			breaks:    func(l *lab) { l.nodes[0].caller().conn.Write([]byte("HTTP/1.0 500 Oops\r\n")) },
			story: []string{
				"27s keepalive", "40s" + lost + "offset 0: length: 1347703880 is not within 4 to 16384", "40s registered with " + node2 + ", failover", "1m7s keepalive", "1m37s keepalive", "2m7s keepalive", "2m37s keepalive",
			},
			outage: "CM-closed-TCP",
		},
		{
			situation: "wants the capabilities without end and takes no data",
			breaks: func(l *lab) {
				again := wire(sccp.CapabilitiesReq{})
				l.nodes[0].become(but(answersAll, sccp.IDCapabilitiesRes, func(c *caller, _ sccp.Message) { pour(c.conn, again) }))
				l.nodes[0].caller().conn.Write(again)
			},
			// After 53 ms the answers fill the 64 KiB that are under way at most.
			story: []string{
				"27s keepalive", "50.053s" + lost + "i/o timeout", "50.053s registered with " + node2 + ", failover", "1m17.053s keepalive", "1m47.053s keepalive", "2m17.053s keepalive", "2m47.053s keepalive",
			},
			outage: "TCP-timeout",
		},
		{
			situation: "floods with lamps: not a reason",
			breaks: func(l *lab) {
				conn, lamp := l.nodes[0].caller().conn, wire(sccp.SetLamp{Stimulus: sccp.ButtonLine, StimulusInstance: 1, Mode: sccp.LampWink})
				go func() {
					for range 20_000 {
						conn.Write(lamp)
						time.Sleep(time.Millisecond)
					}
				}()
			},
			story: []string{"27s keepalive", "57s keepalive", "1m27s keepalive", "1m57s keepalive", "2m27s keepalive", "2m57s keepalive"},
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, answersAll, answersAll)
				time.AfterFunc(40*time.Second, func() { c.breaks(l) })
				p := l.phone(t, func(id *phone.Identity, _ *phone.Flash, env *phone.Env) {
					id.Model = sometimes(t, "7965", func(timers *phone.Timers) { timers.Probe = time.Hour }) // no way back in this test
					if c.abrupt {
						env.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
							conn, err := l.Dial(ctx, network, address)
							return abrupt{conn}, err
						}
					}
				})
				if err := l.run(t, p, 3*time.Minute); err != nil {
					t.Fatal(err)
				}
				last := node1
				if c.outage != "" {
					last = node2
				}
				story := append([]string{"0s power on 1", "0s registered with " + node1 + ", boot"}, c.story...)
				mustTell(t, l.said.story(l.began), append(story, "3m0s left "+last)...)
				if got := l.nodes[1].outages(); got != c.outage {
					t.Errorf("node 2 heard of %q, want %q", got, c.outage)
				}
			})
		})
	}
}

// abrupt is a connection that is reset where another one ends.
type abrupt struct{ net.Conn }

func (a abrupt) Read(b []byte) (int, error) {
	n, err := a.Conn.Read(b)
	if err == io.EOF {
		err = &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	return n, err
}

// TestFailedCallManagersAreAvoidedByName has the phone lose node 1, and then
// restart with a list in the other order: what failed is node 1, wherever it
// stands.
func TestFailedCallManagersAreAvoidedByName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, answersAll, answersAll)
		time.AfterFunc(10*time.Second, func() {
			l.nodes[0].stop()
			l.restart(t, 1)
		})
		time.AfterFunc(20*time.Second, func() {
			l.configure(t, cnf.Config{Full: true, SecurityMode: cnf.NonSecure, CallManagers: []cnf.CallManager{
				{Host: nodeHost(2)}, {Priority: 1, Host: nodeHost(1)},
			}})
			l.nodes[1].caller().send(sccp.Reset{Type: sccp.ResetRestart})
		})
		if err := l.run(t, l.phone(t, nil), 25*time.Second); err != nil {
			t.Fatal(err)
		}
		mustTell(
			t, l.said.story(l.began),
			"0s power on 1", "0s registered with "+node1+", boot", "10s lost "+node1+": EOF", "10s registered with "+node2+", failover",
			"20s told to RESTART", "20s lost "+node2+": the CallManager asked for a RESTART", "20s registered with "+node2+", restart", "25s left "+node2,
		)
	})
}
