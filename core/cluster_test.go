package core_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// TestANewRegistrationWins registers a device on one node and then on the
// other: the nodes share one database.
func TestANewRegistrationWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		c := coretest.Start(t, mixed(n))
		first := dial(t, n, clear1)
		speak(t, first).register(device)
		if r, ok := c.Registered(device); !ok || r.Node != 1 || !r.LastHeard.Equal(time.Now()) {
			t.Fatalf("registered on %+v", r)
		}
		speak(t, dial(t, n, clear2)).register(device)
		closedAfter(t, first)
		synctest.Wait()
		if r, _ := c.Registered(device); r.Node != 2 {
			t.Errorf("registered on node %d, want 2", r.Node)
		}
		s := c.Stats()
		if s.Registered != 1 || s.Peak != 2 && s.Peak != 1 || !slices.Equal(s.Nodes, []int{0, 1}) || s.CallManager.Replaced != 1 || s.CallManager.Lost != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestUnregister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		c := coretest.Start(t, mixed(n))
		conn := dial(t, n, clear1)
		s := speak(t, conn)
		s.register(device)
		s.send(sccp.UnregisterReq{})
		if ack := expect[sccp.UnregisterAck](s); ack.Status != sccp.UnregisterOK {
			t.Errorf("status %d", ack.Status)
		}
		if _, err := s.receive(); err != io.EOF {
			t.Errorf("the connection ended with %v", err)
		}
		conn.Close()
		synctest.Wait()
		if _, ok := c.Registered(device); ok || c.Stats().CallManager.Unregistered != 1 || c.Stats().Registered != 0 {
			t.Errorf("%+v", c.Stats())
		}
	})
}

// TestARefusedPhoneReadsWhy sends more than it should behind its RegisterReq:
// the reject must reach it all the same.
func TestARefusedPhoneReadsWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		c := coretest.Start(t, mixed(n))
		s := speak(t, dial(t, n, clear1))
		s.send(sccp.RegisterReq{DeviceName: "SEP000000000000"}, sccp.IPPort{}, sccp.ButtonTemplateReq{})
		if reject := expect[sccp.RegisterReject](s); reject.Text != "noEntryInDatabase" {
			t.Errorf("told %q", reject.Text)
		}
		if c.Stats().CallManager.Rejected != 1 {
			t.Errorf("%+v", c.Stats().CallManager)
		}
	})
}

func TestANodeStopsAndStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		c := coretest.Start(t, mixed(n))
		conn := dial(t, n, clear2)
		speak(t, conn).register(device)
		if err := c.StopNode(2); err != nil {
			t.Fatal(err)
		}
		closedAfter(t, conn)
		if _, err := n.Dial(t.Context(), "tcp", clear2); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dialling a stopped node: %v", err)
		}
		speak(t, dial(t, n, clear1)).register(device)
		for range 2 { // again changes nothing
			if err := c.StartNode(2); err != nil {
				t.Fatal(err)
			}
		}
		speak(t, dial(t, n, clear2)).register(device)
		if c.StopNode(3) == nil || c.StartNode(0) == nil {
			t.Error("nodes that are not there were switched")
		}
	})
}

// TestReset tells the devices that are named, or all.
func TestReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		config := mixed(n)
		config.Devices = []core.Device{{Name: device}, {Name: "SEP00000000000C"}, {Name: "SEP00000000000D"}}
		c := coretest.Start(t, config)
		one, other := speak(t, dial(t, n, clear1)), speak(t, dial(t, n, clear2))
		one.register(device)
		other.register("SEP00000000000C")
		if told, err := c.Reset(t.Context(), sccp.ResetRestart, device); told != 1 || err != nil {
			t.Errorf("%d told, %v", told, err)
		}
		if m := expect[sccp.Reset](one); m.Type != sccp.ResetRestart {
			t.Errorf("told to %s", m.Type)
		}
		if told, err := c.Reset(t.Context(), sccp.ResetReset); told != 2 || err != nil {
			t.Errorf("%d of two registered devices told, %v", told, err)
		}
		expect[sccp.Reset](one)
		expect[sccp.Reset](other)
		if told, err := c.Reset(t.Context(), sccp.ResetReset, device, "SEP000000000000"); told != 0 || err == nil {
			t.Errorf("with a stranger among them %d were told, %v", told, err)
		}
	})
}

// TestResetSurvivesAPeerThatTakesNoData tells one phone that does not read and
// one that does.
func TestResetSurvivesAPeerThatTakesNoData(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		config := mixed(n)
		config.Devices = []core.Device{{Name: device}, {Name: "SEP00000000000C"}}
		c := coretest.Start(t, config)
		deaf, good := speak(t, dial(t, n, clear1)), speak(t, dial(t, n, clear1))
		deaf.register(device)
		good.register("SEP00000000000C")
		for range 200 {
			deaf.send(sccp.SoftKeySetReq{})
		}
		start := time.Now()
		go c.Reset(t.Context(), sccp.ResetReset)
		expect[sccp.Reset](good)
		if took := time.Since(start); took != 0 {
			t.Errorf("the good phone waited %s for the deaf one", took)
		}
		time.Sleep(20 * time.Second)
	})
}

// TestWhoMayConnect asks which certificates open TLS on 2443.
func TestWhoMayConnect(t *testing.T) {
	tests := []struct {
		name string
		own  func(t *testing.T, a *core.Authority) *tls.Certificate
		want string // in the trace
	}{
		{"an LSC", func(t *testing.T, a *core.Authority) *tls.Certificate { return certificate(t, a, device) }, "pre-verified=1,cert verification errno=0,depth=0"},
		{"a MIC signed with SHA-1", func(t *testing.T, a *core.Authority) *tls.Certificate {
			der, err := a.Manufacturer.OldMIC(device, "7965", phoneKey())
			if err != nil {
				t.Fatal(err)
			}
			return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: phoneKey()}
		}, "pre-verified=1,cert verification errno=0,depth=0"},
		{"the LSC of another cluster", func(t *testing.T, _ *core.Authority) *tls.Certificate {
			return certificate(t, coretest.Authority(t, 1), device)
		}, "pre-verified=0,cert verification errno=20,depth=0"},
		{"an LSC of a year ago", func(t *testing.T, a *core.Authority) *tls.Certificate {
			c := certificate(t, a, device)
			time.Sleep(366 * 24 * time.Hour)
			return c
		}, "pre-verified=0,cert verification errno=10,depth=0"},
		{"no certificate", func(*testing.T, *core.Authority) *tls.Certificate { return nil }, "TLS handshake failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, trace := new(coretest.Network), new(notebook)
				config := mixed(n)
				config.Trace, config.Authority = trace, coretest.Authority(t, 2)
				own := tt.own(t, config.Authority)
				c := coretest.Start(t, config)
				conn, err := secure(dial(t, n, secure1), own)
				good := strings.Contains(tt.want, "errno=0")
				if (err == nil) != good {
					t.Errorf("the handshake ended with %v", err)
				}
				conn.NetConn().Close()
				synctest.Wait()
				if got := trace.String(); !strings.Contains(got, tt.want) {
					t.Errorf("no %q in\n%s", tt.want, got)
				}
				if got := c.Stats().CallManager.Handshakes; (got == 1) != good {
					t.Errorf("%d handshakes", got)
				}
			})
		})
	}
}

// TestSecureRegistration is the way of an encrypted device, with its traces.
func TestSecureRegistration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, trace := new(coretest.Network), new(notebook)
		config := mixed(n)
		config.Devices = []core.Device{{Name: device, Security: cnf.Encrypted}}
		config.Trace = trace
		c := coretest.Start(t, config)
		conn := dialTLS(t, n, secure1, certificate(t, c.Authority(), device))
		speak(t, conn).register(device)
		conn.Close()
		synctest.Wait()
		want := []string{
			"|SdlSSLTCPListener::verify_cb pre-verified=1,cert verification errno=0,depth=0",
			"|New connection accepted. DeviceName=, TCPPid = [1.100.13.1], IPAddr=127.0.0.1, Port=1025, Device Controller=[0,0,0]",
			"|StationD: (0000001) ClusterSecurityMode = (1) DeviceSecurityMode = (3)",
			"|StationD: (0000001) TLS Connection Cipher - INFO:deviceName=" + device + ", Cipher=AES128-SHA, SecurityMode=3, TLSVersion=TLS 1.0",
			"|StationD: (0000001) RegisterAck DeviceName=" + device + ", ProtocolVersion=17",
			"|StationD: (0000001) Closing connection. DeviceName=" + device + ", Reason=closed by the phone",
		}
		got := strings.Split(strings.TrimSuffix(trace.String(), "\n"), "\n")
		for i, line := range got {
			got[i] = line[strings.IndexByte(line, '|'):]
		}
		if !slices.Equal(got, want) {
			t.Errorf("traced\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if !strings.HasPrefix(trace.String(), "00:00:00.000 |") {
			t.Errorf("a line starts with %.20q", trace.String())
		}
	})
}

// TestAutoRegistration lets in a phone that nobody configured, in the clear.
func TestAutoRegistration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		config := mixed(n)
		config.AutoRegister = true
		c := coretest.Start(t, config)
		const stranger = "SEP0F0F0F0F0F0F"
		if _, err := fetch(t.Context(), c, stranger+".cnf.xml"); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("a stranger's configuration: %v", err)
		}
		speak(t, dial(t, n, clear1)).register(stranger)
		if _, err := fetch(t.Context(), c, stranger+".cnf.xml"); err != nil {
			t.Errorf("once registered: %v", err)
		}
	})
}

func TestCoreEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		config := mixed(n)
		config.Address = mustAddr("127.0.1.1")
		ctx, cancel := context.WithCancel(t.Context())
		c, err := core.Start(ctx, config)
		if err != nil {
			t.Fatal(err)
		}
		conn := dial(t, n, clear1)
		speak(t, conn).register(device)
		cancel()
		closedAfter(t, conn)
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestConnectionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		config := mixed(n)
		config.Limits.Connections = 3
		coretest.Start(t, config)
		for range 3 {
			speak(t, dial(t, n, clear1)).send(sccp.KeepAliveReq{})
		}
		synctest.Wait()
		over := dial(t, n, tvs1)
		if took := closedAfter(t, over); took != 0 {
			t.Errorf("the connection over the limit was closed after %s", took)
		}
	})
}

// TestAskingForAnLSCAgain is what an administrator does.
func TestAskingForAnLSCAgain(t *testing.T) {
	c := coretest.Start(t, mixed(new(coretest.Network)))
	pending := func() cnf.AuthMode {
		xml, err := fetch(t.Context(), c, device+".cnf.xml")
		if err != nil {
			t.Fatal(err)
		}
		config, err := cnf.Parse(xml)
		if err != nil {
			t.Fatal(err)
		}
		return config.CAPFAuthMode
	}
	if err := c.Ask(device, core.OperationNone); err != nil || pending() != cnf.CAPFNone {
		t.Errorf("asked for nothing: %v", err)
	}
	if err := c.Ask(device, core.OperationInstall); err != nil || pending() != cnf.CAPFNullString {
		t.Errorf("asked for an LSC: %v", err)
	}
	if c.Ask(device, "polish") == nil || c.Ask("SEP000000000000", core.OperationInstall) == nil {
		t.Error("nonsense was accepted")
	}
	if err := c.AddDevice(core.Device{Name: "SEP00000000000E"}); err != nil {
		t.Error(err)
	}
	if c.AddDevice(core.Device{Name: "SEP00000000000E"}) == nil || c.AddDevice(core.Device{Name: "a/b"}) == nil {
		t.Error("a device was added that cannot be")
	}
	if c.LSC(device) != nil || c.LSC("SEP000000000000") != nil {
		t.Error("an LSC out of nowhere")
	}
}
