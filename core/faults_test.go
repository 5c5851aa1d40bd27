package core_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/sccp"
	"github.com/phonebank/phonebank/wire/tvs"
)

// What the services do when they are asked one thing each: in a word, and how
// long it took. The words are those of the tests below.

func askTFTP(t *testing.T, c *core.Core, _ *coretest.Network, name string) string {
	good, err := c.Authority().CTL(c.ListOptions())
	if err != nil {
		t.Fatal(err)
	}
	b, err := fetch(t.Context(), c, "CTL"+name+".tlv")
	l, faulty := ctl.Parse(b)
	switch {
	case errors.Is(err, core.ErrNotFound):
		return "not found"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case err != nil:
		return err.Error()
	case bytes.Equal(b, good):
		return "good"
	case len(b) == len(good):
		return "garbled"
	case faulty == nil && l.Signer.SerialString() == serial(c.Authority().Unknown):
		return "by a stranger"
	}
	return "bad"
}

func askCAPF(t *testing.T, c *core.Core, n *coretest.Network, name string) string {
	conn, err := n.Dial(t.Context(), "tcp", capf1)
	if err != nil {
		return word(err)
	}
	defer conn.Close()
	in, err := secure(conn, nil)
	if err != nil {
		return "no TLS: " + word(err)
	}
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	request, err := capf.ReadMessage(in)
	if err != nil {
		return "no AUTH_REQ: " + word(err)
	}
	capf.WriteMessage(in, capf.AuthResponse(request.Session, capf.Version, capf.ReasonSuccess, name))
	m, err := capf.ReadMessage(in)
	if err != nil {
		return word(err)
	}
	if m.Session != request.Session {
		return "garbled"
	}
	if m.Command == capf.KeyGenReq {
		return "good"
	}
	return m.Command.String()
}

func askTVS(t *testing.T, c *core.Core, n *coretest.Network, name string) string {
	conn, err := n.Dial(t.Context(), "tcp", tvs1)
	if err != nil {
		return word(err)
	}
	defer conn.Close()
	in, err := secure(conn, nil)
	if err != nil {
		return "no TLS: " + word(err)
	}
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	tvs.WriteMessage(in, tvs.VerifyRequest(1, "CP-7965-"+name, c.Authority().CAPF.Certificate.Raw))
	m, err := tvs.ReadMessage(in)
	if err != nil {
		return word(err)
	}
	status, _ := m.Status()
	ttl, _ := m.TTL()
	switch {
	case status != tvs.Valid:
		return "invalid"
	case m.Session != 1:
		return "another session"
	case ttl != 24*time.Hour:
		return fmt.Sprintf("for %s", ttl)
	}
	return "good"
}

func askCallManager(t *testing.T, _ *core.Core, n *coretest.Network, name string) string {
	conn, err := n.Dial(t.Context(), "tcp", clear1)
	if err != nil {
		return word(err)
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	s := speak(t, conn)
	if _, err := conn.Write(sccp.Append(nil, sccp.RegisterReq{DeviceName: name, ProtocolVersion: 17}, 0)); err != nil {
		return word(err)
	}
	m, err := s.receive()
	switch m := m.(type) {
	case sccp.RegisterAck:
		if m.KeepAliveInterval != 30 || m.MaxProtocolVersion != 17 || m.DateTemplate != "D/M/Y" {
			return "garbled"
		}
		return "good"
	case sccp.RegisterReject:
		return m.Text
	}
	if err != nil {
		return word(err)
	}
	return fmt.Sprintf("%T", m)
}

// word is an error in short.
func word(err error) string {
	var format *capf.FormatError // every codec's
	switch {
	case gone(err):
		return "closed"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, io.ErrNoProgress), errors.As(err, &format):
		return "garbled"
	case strings.Contains(err.Error(), "timeout"):
		return "timeout"
	}
	return err.Error()
}

func serial(c core.Credential) string {
	var b strings.Builder
	for i, x := range c.Certificate.SerialNumber.Bytes() {
		if i > 0 {
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%02X", x)
	}
	return b.String()
}

var services = []struct {
	name core.Service
	ask  func(*testing.T, *core.Core, *coretest.Network, string) string
}{
	{core.ServiceTFTP, askTFTP}, {core.ServiceCAPF, askCAPF}, {core.ServiceTVS, askTVS}, {core.ServiceCallManager, askCallManager},
}

// TestFaults is what each fault does to each service.
func TestFaults(t *testing.T) {
	type effect struct {
		word string
		took time.Duration
	}
	tests := []struct {
		spec                         core.FaultSpec
		tftp, capf, tvs, callmanager effect
	}{
		{
			core.FaultSpec{Fault: "slow", Delay: 3 * time.Second},
			effect{"good", 3 * time.Second},
			effect{"good", 3 * time.Second},
			effect{"good", 3 * time.Second},
			effect{"good", 3 * time.Second},
		},
		{
			core.FaultSpec{Fault: "slow"},
			effect{"good", time.Second},
			effect{"good", time.Second},
			effect{"good", time.Second},
			effect{"good", time.Second},
		},
		{
			core.FaultSpec{Fault: "refuse"},
			effect{"timeout", 4 * time.Second},
			effect{"no TLS: closed", 0},
			effect{"no TLS: closed", 0},
			effect{"closed", 0},
		},
		{
			core.FaultSpec{Fault: "hangup"}, effect{"timeout", 4 * time.Second}, effect{"closed", 0}, effect{"closed", 0}, effect{"closed", 0},
		},
		{
			core.FaultSpec{Fault: "garble"}, effect{"garbled", 0}, effect{"no AUTH_REQ: garbled", 0}, effect{"garbled", 0}, effect{"garbled", 0},
		},
		{
			core.FaultSpec{Fault: "silent"},
			effect{"timeout", 4 * time.Second},
			effect{"no AUTH_REQ: timeout", 20 * time.Second},
			effect{"timeout", 20 * time.Second},
			effect{"timeout", 20 * time.Second},
		},
		{
			core.FaultSpec{Fault: "reject", Text: "Go away"},
			effect{"not found", 0},
			effect{"CAPF_MSG_END_SESSION", 0},
			effect{"invalid", 0},
			effect{"Go away", 0},
		},
		{
			core.FaultSpec{Fault: "resign"}, effect{"by a stranger", 0}, effect{"good", 0}, effect{"good", 0}, effect{"good", 0},
		},
		{
			core.FaultSpec{Fault: "wrong-session"}, effect{"good", 0}, effect{"good", 0}, effect{"another session", 0}, effect{"good", 0},
		},
		{
			core.FaultSpec{Fault: "ttl-0"}, effect{"good", 0}, effect{"good", 0}, effect{"for 0s", 0}, effect{"good", 0},
		},
		{
			core.FaultSpec{Fault: "stop"}, effect{"timeout", 4 * time.Second}, effect{"refused", 0}, effect{"refused", 0}, effect{"refused", 0},
		},
	}
	for _, tt := range tests {
		for i, want := range []effect{tt.tftp, tt.capf, tt.tvs, tt.callmanager} {
			service := services[i]
			t.Run(tt.spec.Fault+" on "+string(service.name), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					n := new(coretest.Network)
					config := mixed(n)
					config.Faults = []core.FaultSpec{tt.spec}
					c := coretest.Start(t, config)
					synctest.Wait()
					start := time.Now()
					if got := service.ask(t, c, n, device); got != want.word {
						t.Errorf("%q, want %q", got, want.word)
					}
					if took := time.Since(start); took != want.took {
						t.Errorf("it took %s, want %s", took, want.took)
					}
				})
			})
		}
	}
}

// TestFaultsKeepToTheirPlace puts one on each service in turn: the others must
// not feel it.
func TestFaultsKeepToTheirPlace(t *testing.T) {
	for _, on := range services {
		t.Run(string(on.name), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := new(coretest.Network)
				config := mixed(n)
				config.Faults = []core.FaultSpec{{Fault: "reject", On: string(on.name)}}
				c := coretest.Start(t, config)
				for _, service := range services {
					if got := service.ask(t, c, n, device); (got == "good") != (service.name != on.name) {
						t.Errorf("%s: %s", service.name, got)
					}
				}
			})
		})
	}
}

func TestFaultsOnFilesAndNodes(t *testing.T) {
	const config, list = device + ".cnf.xml.sgn", "ITL" + device + ".tlv"
	tests := []struct {
		on   string
		file string
		good bool
	}{
		{"config", config, false},
		{"config", list, true},
		{"itl", list, false},
		{"itl", config, true},
		{"node-1", config, false},
		{"node-2", config, true},
		{"config", "XMLDefault.cnf.xml", false},
	}
	for _, tt := range tests {
		c := coretest.Start(t, core.Config{
			Network: new(coretest.Network), Nodes: 2, Authority: bubbleAuthority(), Devices: []core.Device{{Name: device}},
			Faults: []core.FaultSpec{{Fault: "reject", On: tt.on}},
		})
		if _, err := fetch(t.Context(), c, tt.file); (err == nil) != tt.good {
			t.Errorf("%s with a fault on %s: %v", tt.file, tt.on, err)
		}
	}
}

// TestFaultsHaveTheirTime looks before, in and after the window.
func TestFaultsHaveTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		config := mixed(n)
		config.Faults = []core.FaultSpec{
			{Fault: "reject", On: "callmanager", At: 30 * time.Second, For: 60 * time.Second},
			{Fault: "stop", On: "node-1", At: 200 * time.Second, For: 100 * time.Second},
		}
		c := coretest.Start(t, config)
		start := time.Now()
		for _, tt := range []struct {
			at   time.Duration
			want string
		}{
			{0, "good"},
			{30*time.Second - 1, "good"},
			{30 * time.Second, "Error Unknown"},
			{90*time.Second - 1, "Error Unknown"},
			{90 * time.Second, "good"},
			{200*time.Second - 1, "good"},
			{200 * time.Second, "refused"},
			{300*time.Second - 1, "refused"},
			{300 * time.Second, "good"},
		} {
			time.Sleep(time.Until(start.Add(tt.at)))
			synctest.Wait()
			if got := askCallManager(t, c, n, device); got != tt.want {
				t.Errorf("after %s: %q, want %q", tt.at, got, tt.want)
			}
		}
	})
}

// TestFaultsHaveTheirShare counts those of a thousand phones that a fault of
// five percent is for, which must be the same ones every time.
func TestFaultsHaveTheirShare(t *testing.T) {
	chosen := func() (names []string) {
		var devices []core.Device
		for i := range 1000 {
			devices = append(devices, core.Device{Name: fmt.Sprintf("SEP%012X", i)})
		}
		c := coretest.Start(t, core.Config{
			Network: new(coretest.Network), Authority: bubbleAuthority(), Devices: devices, Security: cnf.Encrypted,
			Faults: []core.FaultSpec{{Fault: "reject", On: "ctl", Share: 5}},
		})
		for _, d := range devices {
			if _, err := fetch(t.Context(), c, "CTL"+d.Name+".tlv"); err != nil {
				names = append(names, d.Name)
			}
		}
		return names
	}
	once, twice := chosen(), chosen()
	if len(once) < 35 || len(once) > 65 {
		t.Errorf("%d of 1000 are 5%%", len(once))
	}
	if strings.Join(once, " ") != strings.Join(twice, " ") {
		t.Error("another core chose others")
	}
}

// TestSlowIsTheAnswer holds that a slow CallManager is late with answers, not
// with messages that have none: the phone sends three of those first.
func TestSlowIsTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		config := mixed(n)
		config.Faults = []core.FaultSpec{{Fault: "slow", On: "callmanager", Delay: 3 * time.Second}}
		coretest.Start(t, config)
		s := speak(t, dial(t, n, clear1))
		start := time.Now()
		for range 3 {
			s.send(sccp.Alarm{})
		}
		s.send(sccp.KeepAliveReq{})
		expect[sccp.KeepAliveAck](s)
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("answered after %s, want 3s", took)
		}
	})
}

func TestFaultsThatCannotBe(t *testing.T) {
	tests := []struct {
		spec core.FaultSpec
		want string
	}{
		{core.FaultSpec{Fault: "slwo"}, "want slow, refuse, hangup, garble, silent, reject, resign, wrong-session, ttl-0, stop"},
		{core.FaultSpec{Fault: "slow", On: "dhcp"}, "want tftp, capf, tvs, callmanager, ctl, itl, config, node-<n>"},
		{core.FaultSpec{Fault: "slow", On: "node-0"}, "node-<n>"},
		{core.FaultSpec{Fault: "slow", On: "node-3"}, "the cluster has 2 nodes"},
		{core.FaultSpec{Fault: "stop", On: "capf"}, "want node-<n>"},
		{core.FaultSpec{Fault: "stop", On: "node-1", Share: 5}, "has no share"},
		{core.FaultSpec{Fault: "resign", On: "capf"}, "want ctl, itl, tftp"},
		{core.FaultSpec{Fault: "ttl-0", On: "capf"}, "want tvs"},
		{core.FaultSpec{Fault: "slow", Share: 101}, "0 to 100"},
		{core.FaultSpec{Fault: "slow", Delay: -1}, "negative"},
		{core.FaultSpec{Fault: "reject", Text: strings.Repeat("x", 33)}, "a phone shows 32"},
	}
	for _, tt := range tests {
		config := mixed(new(coretest.Network))
		config.Faults = []core.FaultSpec{tt.spec}
		if _, err := core.Start(t.Context(), config); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt.spec, err)
		}
	}
}
