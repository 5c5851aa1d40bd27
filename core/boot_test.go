package core_test

import (
	"context"
	"crypto"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
)

// oneKey gives every phone the same key.
type oneKey struct{}

func (oneKey) NewKey(context.Context, capf.KeySpec) (crypto.Signer, error) { return phoneKey(), nil }

// newPhone is a phone of these tests on a network in memory.
func newPhone(t *testing.T, n *coretest.Network, c *core.Core, name string) *phone.Phone {
	t.Helper()
	model, err := phone.FindModel("7965")
	if err != nil {
		t.Fatal(err)
	}
	id := phone.Identity{Name: phone.Name(name), Model: model, AuthString: "12345", MIC: func() (*phone.Credential, error) {
		der, err := c.Authority().Manufacturer.OldMIC(name, model.Name, phoneKey())
		return &phone.Credential{Certificate: der, Key: phoneKey()}, err
	}}
	env := phone.Env{Files: coretest.Files{Core: c, NotFound: phone.ErrNotFound}, Dial: n.Dial, Keys: oneKey{}}
	return phone.New(id, phone.Flash{}, env)
}

// TestBootInABubble takes a phone from an empty flash to registered with an LSC
// and an encrypted configuration, in no time, and reads the trace of it.
func TestBootInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, trace := new(coretest.Network), new(notebook)
		config := mixed(n)
		config.Devices = []core.Device{{Name: device, Model: "7965"}}
		config.Security, config.EncryptedConfig, config.Trace = cnf.Encrypted, true, trace
		config.CAPF.Auth, config.AuthString = cnf.CAPFString, "12345"
		c := coretest.Start(t, config)
		start := time.Now()
		session, err := newPhone(t, n, c, device).Boot(t.Context())
		if err != nil {
			t.Fatalf("%v\n%s", err, trace)
		}
		defer session.Close()
		if took := time.Since(start); took != 0 {
			t.Errorf("it took %s", took)
		}
		if r, ok := c.Registered(device); !ok || r.Node != 1 {
			t.Errorf("registered %t on node %d", ok, r.Node)
		}
		if s := c.Stats(); s.CAPF.Issued != 1 || s.CallManager.Registrations != 1 || s.Registered != 1 || c.LSC(device) == nil {
			t.Errorf("%+v", s)
		}
		rest := trace.String()
		for _, line := range []string{
			"[CTL" + device + ".tlv] opcode(1), Mode",
			"[ITL" + device + ".tlv] opcode(1), Mode",
			"[" + device + ".cnf.xml.sgn] opcode(1), Mode",
			" | debug 1:UNKNOWN:Got a new ph conn 127.0.0.1 on 1\n",
			" | debug TLS HS Done for ph_conn .\n",
			" | debug MsgType      : CAPF_MSG_AUTH_REQ\n",
			" | debug 1:UNKNOWN:Incoming Phone Msg:\n",
			" | debug MsgType      : CAPF_MSG_AUTH_RES\n",
			" | debug MsgType      : CAPF_MSG_KEY_GEN_REQ\n",
			" | debug MsgType      : CAPF_MSG_REQ_IN_PROGRESS\n",
			" | debug 1:" + device + ":CAPF CORE: Rcvd Event: CAPF_EV_REQUEST_IN_PROGRESS in State: CAPF_STATE_AWAIT_KEY_GEN_RES\n",
			" | debug MsgType      : CAPF_MSG_KEY_GEN_RES\n",
			" | debug Generated the cert\n",
			" | debug MsgType      : CAPF_MSG_STORE_CERT_REQ\n",
			" | debug MsgType      : CAPF_MSG_STORE_CERT_RES\n",
			" | debug 1:" + device + ":Certificate upgrade successful\n",
			" | debug MsgType      : CAPF_MSG_END_SESSION\n",
			"[" + device + ".cnf.xml.enc.sgn] opcode(1), Mode",
			" |SdlSSLTCPListener::verify_cb pre-verified=1,cert verification errno=0,depth=0\n",
			" |StationD: (0000002) ClusterSecurityMode = (1) DeviceSecurityMode = (3)\n",
		} {
			_, after, found := strings.Cut(rest, line)
			if !found {
				t.Fatalf("no %q, or not in this order, in\n%s", line, trace)
			}
			rest = after
		}
	})
}

// TestSecondBootIsNotAskedAgain boots twice: the LSC is installed once.
func TestSecondBootIsNotAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		config := mixed(n)
		config.Security = cnf.Encrypted
		c := coretest.Start(t, config)
		p := newPhone(t, n, c, device)
		for range 2 {
			session, err := p.Boot(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			session.Close()
		}
		synctest.Wait()
		if s := c.Stats(); s.CAPF.Connections != 1 || s.CallManager.Registrations != 2 {
			t.Errorf("%+v", s)
		}
	})
}

// TestFailOverAndBack lets node 1 stop under a phone, and come back: the phone
// moves to node 2, asks node 1 for a token, and moves back.
func TestFailOverAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		config := mixed(n)
		config.Security = cnf.Encrypted
		config.Faults = []core.FaultSpec{{Fault: "stop", On: "node-1", At: time.Minute, For: 5 * time.Minute}}
		c := coretest.Start(t, config)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- newPhone(t, n, c, device).Run(ctx) }()
		for _, tt := range []struct {
			at   time.Duration
			node int
		}{{30 * time.Second, 1}, {3 * time.Minute, 2}, {30 * time.Minute, 1}} {
			time.Sleep(tt.at)
			if r, ok := c.Registered(device); !ok || r.Node != tt.node {
				t.Errorf("%s later: registered %t on node %d, want %d", tt.at, ok, r.Node, tt.node)
			}
		}
		if c.Stats().CallManager.Tokens == 0 {
			t.Error("it came back without a token")
		}
		cancel()
		<-done
	})
}
