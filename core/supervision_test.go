package core_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
	"github.com/phonebank/phonebank/wire/tvs"
)

// mixed is a cluster of two nodes with one plain device and CAPF work to do.
func mixed(n *coretest.Network) core.Config {
	return core.Config{
		Network: n, Nodes: 2, Authority: bubbleAuthority(), Devices: []core.Device{{Name: device}, {Name: "SEP00000000000B", Security: cnf.Encrypted}},
		CAPF: core.CAPFPolicy{Operation: core.OperationInstall, Key: capf.KeySpec{Bits: 1024}},
	}
}

// TestPeersThatStall opens connections of every service, goes as far as it
// says, and then does nothing. The bubble's clock says when the core has had
// enough of it.
func TestPeersThatStall(t *testing.T) {
	tests := []struct {
		name string
		open func(t *testing.T, n *coretest.Network, c *core.Core) net.Conn
		want time.Duration
	}{
		{"CallManager, clear, never a word", at(clear1), 2 * time.Minute},
		{"CallManager, TLS, never a word", at(secure1), 10 * time.Second},
		{"CallManager, TLS, after the handshake", func(t *testing.T, n *coretest.Network, c *core.Core) net.Conn {
			return dialTLS(t, n, secure1, certificate(t, c.Authority(), device))
		}, 2 * time.Minute},
		{"CallManager, registered", func(t *testing.T, n *coretest.Network, _ *core.Core) net.Conn {
			conn := dial(t, n, clear1)
			speak(t, conn).register(device)
			return conn
		}, 90 * time.Second},
		{"CallManager, in the middle of a message", func(t *testing.T, n *coretest.Network, _ *core.Core) net.Conn {
			conn := dial(t, n, clear1)
			conn.Write(sccp.Append(nil, sccp.RegisterReq{DeviceName: device}, 0)[:40])
			return conn
		}, 2 * time.Minute},
		{"CAPF, never a word", at(capf1), 10 * time.Second},
		{"CAPF, after the handshake", inside(capf1), 30 * time.Second},
		{"CAPF, while it makes its key", func(t *testing.T, n *coretest.Network, c *core.Core) net.Conn {
			conn := dialTLS(t, n, capf1, nil)
			request, err := capf.ReadMessage(conn)
			if err != nil {
				t.Fatal(err)
			}
			capf.WriteMessage(conn, capf.AuthResponse(request.Session, capf.Version, capf.ReasonSuccess, device))
			if m, err := capf.ReadMessage(conn); err != nil || m.Command != capf.KeyGenReq {
				t.Fatal(m.Command, err)
			}
			return conn
		}, 2 * time.Minute},
		{"TVS, never a word", at(tvs1), 10 * time.Second},
		{"TVS, after the handshake", inside(tvs1), 30 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := new(coretest.Network)
				c := coretest.Start(t, mixed(n))
				conn := tt.open(t, n, c)
				if got := closedAfter(t, conn); got != tt.want {
					t.Errorf("closed after %s, want %s", got, tt.want)
				}
			})
		})
	}
}

// at opens a connection and says nothing.
func at(address string) func(*testing.T, *coretest.Network, *core.Core) net.Conn {
	return func(t *testing.T, n *coretest.Network, _ *core.Core) net.Conn { return dial(t, n, address) }
}

// inside opens a TLS connection and says nothing.
func inside(address string) func(*testing.T, *coretest.Network, *core.Core) net.Conn {
	return func(t *testing.T, n *coretest.Network, _ *core.Core) net.Conn { return dialTLS(t, n, address, nil) }
}

// TestPeersThatTrickle send a byte a second of something that has no end: a
// byte is no sign of life.
func TestPeersThatTrickle(t *testing.T) {
	hello := append([]byte{0x16, 3, 1, 0x3F, 0xFF, 1, 0, 0x3F, 0xFB}, bytes.Repeat([]byte{3}, 300)...)
	frame := append(binary.LittleEndian.AppendUint32(nil, sccp.MaxLength), bytes.Repeat([]byte{0}, 300)...)
	tests := []struct {
		name  string
		open  func(*testing.T, *coretest.Network, *core.Core) net.Conn
		bytes []byte
		want  time.Duration
	}{
		{"CallManager, clear", at(clear1), frame, 2 * time.Minute},
		{"CallManager, TLS, in the handshake", at(secure1), hello, 10 * time.Second},
		{"CallManager, TLS, in a message", func(t *testing.T, n *coretest.Network, c *core.Core) net.Conn {
			return dialTLS(t, n, secure1, certificate(t, c.Authority(), device))
		}, frame, 2 * time.Minute},
		{"CallManager, registered", func(t *testing.T, n *coretest.Network, _ *core.Core) net.Conn {
			conn := dial(t, n, clear1)
			speak(t, conn).register(device)
			return conn
		}, frame, 90 * time.Second},
		{"CAPF, in the handshake", at(capf1), hello, 10 * time.Second},
		{"CAPF, in a message", inside(capf1), append([]byte{capf.Magic, byte(capf.AuthRes), 0, 0, 0, 1, 0x3F, 0xFF}, make([]byte, 300)...), 30 * time.Second},
		{"TVS, in the handshake", at(tvs1), hello, 10 * time.Second},
		{"TVS, in a message", inside(tvs1), append([]byte{tvs.Magic, 1, 1, 0, 0, 0, 0, 1, 0x3F, 0xFF}, make([]byte, 300)...), 30 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := new(coretest.Network)
				c := coretest.Start(t, mixed(n))
				conn := tt.open(t, n, c)
				if got := trickle(t, conn, tt.bytes); got != tt.want {
					t.Errorf("closed after %s, want %s", got, tt.want)
				}
			})
		})
	}
}

// TestPeersThatFlood send as much as they can, and are cut off after a count of
// messages, in no time.
func TestPeersThatFlood(t *testing.T) {
	keepAlive := sccp.Append(nil, sccp.KeepAliveReq{}, 0)
	question, err := tvs.VerifyRequest(1, "CP-7965-"+device, []byte{1}).Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		open    func(*testing.T, *coretest.Network, *core.Core) net.Conn
		message func(session uint32) []byte
		count   func(core.Stats) uint64
		want    uint64
	}{
		{
			"CallManager", at(clear1), func(uint32) []byte { return keepAlive },
			func(s core.Stats) uint64 { return s.CallManager.KeepAlives }, 2000,
		},
		{
			"CallManager, TLS", func(t *testing.T, n *coretest.Network, c *core.Core) net.Conn {
				return dialTLS(t, n, secure1, certificate(t, c.Authority(), device))
			}, func(uint32) []byte { return keepAlive },
			func(s core.Stats) uint64 { return s.CallManager.KeepAlives }, 2000,
		},
		{
			"TVS", inside(tvs1), func(uint32) []byte { return question },
			func(s core.Stats) uint64 { return s.TVS.Questions }, 100,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := new(coretest.Network)
				c := coretest.Start(t, mixed(n))
				conn := tt.open(t, n, c)
				start := time.Now()
				go func() {
					for {
						if _, err := conn.Write(tt.message(1)); err != nil {
							return
						}
					}
				}()
				closedAfter(t, conn)
				synctest.Wait()
				if got := tt.count(c.Stats()); got != tt.want {
					t.Errorf("%d messages were answered, want %d", got, tt.want)
				}
				if took := time.Since(start); took > 0 {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// TestFloodsInsteadOfTLS are cut off by the handshake, in no time.
func TestFloodsInsteadOfTLS(t *testing.T) {
	for name, address := range map[string]string{"CallManager": secure1, "CAPF": capf1, "TVS": tvs1} {
		for what, flood := range map[string][]byte{
			"garbage":       []byte("GET / HTTP/1.1\r\n"),
			"warnings":      {21, 3, 1, 0, 2, 1, 90},
			"empty records": {22, 3, 1, 0, 0},
		} {
			t.Run(name+", "+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					n := new(coretest.Network)
					coretest.Start(t, mixed(n))
					conn := dial(t, n, address)
					go func() {
						for {
							if _, err := conn.Write(flood); err != nil {
								return
							}
						}
					}()
					if took := closedAfter(t, conn); took != 0 {
						t.Errorf("closed after %s", took)
					}
				})
			})
		}
	}
}

// TestCAPFFloods is the same for CAPF, before the phone has said who it is and
// after: 200 messages are read, whatever they say.
func TestCAPFFloods(t *testing.T) {
	tests := []struct {
		name  string
		flood capf.Command
		after bool // the phone has said who it is
		want  int
	}{
		{"of unknown commands, by nobody", 0x7F, false, 200},
		{"of pleas for patience", capf.ReqInProgress, true, 199},
		{"of unknown commands", 0x7F, true, 199},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, trace := new(coretest.Network), new(notebook)
				with := mixed(n)
				with.Trace = trace
				coretest.Start(t, with)
				conn := dialTLS(t, n, capf1, nil)
				request, err := capf.ReadMessage(conn)
				if err != nil {
					t.Fatal(err)
				}
				if tt.after {
					capf.WriteMessage(conn, capf.AuthResponse(request.Session, capf.Version, capf.ReasonSuccess, device))
				}
				start := time.Now()
				go func() {
					for capf.WriteMessage(conn, capf.Message{Command: tt.flood, Session: request.Session}) == nil {
					}
				}()
				closedAfter(t, conn)
				synctest.Wait()
				if got := strings.Count(trace.String(), fmt.Sprintf("debug MsgType      : %s\n", tt.flood)); got != tt.want {
					t.Errorf("%d messages were read, want %d", got, tt.want)
				}
				if took := time.Since(start); took > 0 {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// TestCAPFPatienceEnds lets a phone ask for patience as often as it likes, for
// five minutes.
func TestCAPFPatienceEnds(t *testing.T) {
	tests := []struct {
		name  string
		every time.Duration
		want  time.Duration
	}{
		{"every hundred seconds", 100 * time.Second, 5 * time.Minute},
		{"every second", time.Second, 198 * time.Second}, // 200 messages: AUTH_RES and 199
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := new(coretest.Network)
				coretest.Start(t, mixed(n))
				conn := dialTLS(t, n, capf1, nil)
				request, err := capf.ReadMessage(conn)
				if err != nil {
					t.Fatal(err)
				}
				capf.WriteMessage(conn, capf.AuthResponse(request.Session, capf.Version, capf.ReasonSuccess, device))
				done := make(chan struct{})
				go func() {
					defer close(done)
					for capf.WriteMessage(conn, capf.InProgress(request.Session)) == nil {
						time.Sleep(tt.every)
					}
				}()
				if got := closedAfter(t, conn); got != tt.want {
					t.Errorf("closed after %s, want %s", got, tt.want)
				}
				conn.Close()
				<-done
			})
		})
	}
}

// TestAPeerThatTakesNoData asks and asks and does not read.
func TestAPeerThatTakesNoData(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		c := coretest.Start(t, mixed(n))
		s := speak(t, dial(t, n, clear1))
		s.register(device)
		for range 200 { // 792 bytes each: more than a window
			s.send(sccp.SoftKeySetReq{})
		}
		start := time.Now()
		for {
			synctest.Wait()
			if _, ok := c.Registered(device); !ok {
				break
			}
			time.Sleep(time.Second)
		}
		if got := time.Since(start); got != 10*time.Second {
			t.Errorf("given up after %s, want 10s", got)
		}
	})
}

// TestKeepAlivesKeepAlive holds supervision to three intervals, counted from
// the last message.
func TestKeepAlivesKeepAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		c := coretest.Start(t, mixed(n))
		conn := dial(t, n, clear1)
		s := speak(t, conn)
		s.register(device)
		for range 5 {
			time.Sleep(89 * time.Second)
			s.send(sccp.KeepAliveReq{})
			expect[sccp.KeepAliveAck](s)
		}
		if got := closedAfter(t, conn); got != 90*time.Second {
			t.Errorf("closed %s after the last keepalive, want 1m30s", got)
		}
		synctest.Wait()
		if s := c.Stats(); s.Registered != 0 || s.Peak != 1 || s.CallManager.Lost != 1 || s.CallManager.KeepAlives != 5 {
			t.Errorf("%+v", s)
		}
	})
}

// TestStandByLinksLive keeps a connection that never registers, but shows signs
// of life, for an hour (SCCP, section 9.3).
func TestStandByLinksLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		coretest.Start(t, mixed(n))
		s := speak(t, dial(t, n, clear2))
		for range 60 {
			time.Sleep(time.Minute)
			s.send(sccp.KeepAliveReq{})
			expect[sccp.KeepAliveAck](s)
		}
	})
}
