package core_test

import (
	"bytes"
	"crypto/tls"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// administered is a mixed cluster of two nodes that both serve TFTP.
func administered(t *testing.T, change func(*core.Config)) (*core.Core, *coretest.Network) {
	t.Helper()
	network := new(coretest.Network)
	config := core.Config{
		Authority: bubbleAuthority(), Nodes: 2, TFTPServers: 2, Network: network,
		Security: cnf.Encrypted, Devices: []core.Device{{Name: device}},
	}
	if change != nil {
		change(&config)
	}
	return coretest.Start(t, config), network
}

// list fetches a list of a node's TFTP server.
func list(t *testing.T, c *core.Core, node int, name string) *ctl.List {
	t.Helper()
	b, err := c.FileOf(t.Context(), node, name, netip.AddrPort{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := ctl.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// names says whether a list has a certificate in a role.
func names(l *ctl.List, role ctl.Role, of core.Credential) bool {
	for r := range l.With(role) {
		if r.Is(of.Certificate.Raw) {
			return true
		}
	}
	return false
}

// shown is the certificate that a server shows.
func shown(t *testing.T, n *coretest.Network, address string, own *tls.Certificate) []byte {
	t.Helper()
	conn := dialTLS(t, n, address, own)
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].Raw
}

func TestARegeneratedCertificateWaitsForRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, n := administered(t, nil)
		own := certificate(t, c.Authority(), device)
		old := c.Authority().CallManagers[0]
		if err := c.Regenerate(core.CallManagerCertificate, 1); err != nil {
			t.Fatal(err)
		}
		renewed := c.Authority().CallManagers[0]
		if renewed.Certificate.Equal(old.Certificate) || renewed.Certificate.Subject.String() != old.Certificate.Subject.String() {
			t.Fatalf("renewed as %s", renewed.Certificate.Subject)
		}
		ctlOf := func() *ctl.List { return list(t, c, 1, "CTLFile.tlv") }
		itlOf := func() *ctl.List { return list(t, c, 1, "ITLFile.tlv") }
		for _, step := range []struct {
			do                              func() error
			what                            string
			inCTL, inITL, onTLS, inOtherITL bool // the new certificate
		}{
			{func() error { return nil }, "nothing is restarted", false, false, false, false},
			{func() error { return c.Restart(core.ServiceCallManager, 1) }, "CallManager is restarted", false, false, true, false},
			{func() error { return c.Restart(core.ServiceTFTP, 1) }, "TFTP is restarted", false, true, true, false},
			{func() error { return c.UpdateCTL(core.CTLUpdate{Signer: core.Token(2)}) }, "the CTL client has run", false, true, true, false},
			{func() error { return c.Restart(core.ServiceTFTP, 1) }, "TFTP is restarted again", true, true, true, false},
			{func() error { return c.Restart(core.ServiceTFTP, 2) }, "TFTP of node 2 is restarted", true, true, true, true},
		} {
			if err := step.do(); err != nil {
				t.Fatal(err)
			}
			got := []bool{
				names(ctlOf(), ctl.RoleCCMTFTP, renewed), names(itlOf(), ctl.RoleSAST, renewed),
				bytes.Equal(shown(t, n, secure1, own), renewed.Certificate.Raw),
				names(list(t, c, 2, "ITLFile.tlv"), ctl.RoleCCMTFTP, renewed),
			}
			for i, want := range []bool{step.inCTL, step.inITL, step.onTLS, step.inOtherITL} {
				if got[i] != want {
					t.Errorf("%s: the new certificate is in %s: %v, want %v", step.what, []string{"the CTL", "the ITL", "TLS", "the ITL of node 2"}[i], got[i], want)
				}
			}
		}
	})
}

func TestTFTPServersSignWithTheirOwnKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := administered(t, nil)
		for node := 1; node <= 2; node++ {
			if key := c.Authority().CallManagers[node-1].Key.Public(); list(t, c, node, "ITLFile.tlv").Verify(key) != nil {
				t.Errorf("the ITL of node %d is not signed by its CallManager", node)
			}
		}
		if one, two := list(t, c, 1, "CTLFile.tlv"), list(t, c, 2, "CTLFile.tlv"); !one.Equal(two) {
			t.Error("the nodes serve different CTLs")
		}
	})
}

func TestARestartEndsConversations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, n := administered(t, nil)
		phone := speak(t, dialTLS(t, n, secure1, certificate(t, c.Authority(), device)))
		phone.register(device)
		if err := c.Restart(core.ServiceTFTP, 1); err != nil {
			t.Fatal(err)
		}
		if _, ok := c.Registered(device); !ok {
			t.Error("a restart of TFTP ends registrations")
		}
		if err := c.Restart(core.ServiceCallManager, 1); err != nil {
			t.Fatal(err)
		}
		if took := closedAfter(t, phone.conn); took != 0 {
			t.Errorf("closed after %v", took)
		}
		synctest.Wait()
		if _, ok := c.Registered(device); ok {
			t.Error("still registered")
		}
	})
}

func TestTheCTLClientInsistsOnATokenThatTheCTLNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := administered(t, nil)
		for _, signer := range []core.SignerKind{core.SignerUnknown, core.Token(3)} {
			if err := c.UpdateCTL(core.CTLUpdate{Signer: signer}); err == nil {
				t.Errorf("%s signs", signer)
			}
		}
		if err := c.AddToken(); err != nil {
			t.Fatal(err)
		}
		if err := c.UpdateCTL(core.CTLUpdate{Signer: core.Token(3)}); err == nil || !strings.Contains(err.Error(), "does not name token-3") {
			t.Errorf("a token that was only bought signs: %v", err)
		}
		for _, signer := range []core.SignerKind{core.Token(1), core.Token(3)} { // the first names the third
			if err := c.UpdateCTL(core.CTLUpdate{Signer: signer}); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestNonSecureModeTakesTheCertificatesOutOfTheCTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := administered(t, nil)
		if err := c.SetMixedMode(false, core.CTLUpdate{Signer: core.Token(1)}); err != nil {
			t.Fatal(err)
		}
		if err := c.Restart(core.ServiceTFTP, 1); err != nil {
			t.Fatal(err)
		}
		for r := range list(t, c, 1, "CTLFile.tlv").With(ctl.RoleCCMTFTP) {
			if len(r.Certificate) != 0 {
				t.Errorf("record %d carries a certificate", r.Number)
			}
		}
		file, err := fetch(t.Context(), c, device+".cnf.xml")
		config, parsing := cnf.Parse(file)
		if err != nil || parsing != nil || config.SecurityMode != cnf.NonSecure {
			t.Errorf("%+v, %v, %v: want a non-secure device", config, err, parsing)
		}
	})
}

func TestAnExpiredLSCIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, n := administered(t, nil)
		own := certificate(t, c.Authority(), device)
		if _, err := secure(dial(t, n, secure1), own); err != nil {
			t.Fatal(err)
		}
		c.SetClock(2 * 365 * 24 * time.Hour)
		conn, err := secure(dial(t, n, secure1), own)
		if err == nil { // under TLS 1.0 the server's alert comes with the next read
			_, err = conn.Read(make([]byte, 1))
		}
		if err == nil {
			t.Error("accepted")
		}
	})
}

func TestOldLSCsStayGoodWhenCAPFIsRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, n := administered(t, nil)
		own := certificate(t, c.Authority(), device)
		for _, do := range []error{
			c.Regenerate(core.CAPFCertificate, 1), c.Restart(core.ServiceCAPF, 1), c.Restart(core.ServiceCallManager, 1),
		} {
			if do != nil {
				t.Fatal(do)
			}
		}
		for title, cert := range map[string]*tls.Certificate{"of the old CAPF": own, "of the new CAPF": certificate(t, c.Authority(), device)} {
			if _, err := secure(dial(t, n, secure1), cert); err != nil {
				t.Errorf("an LSC %s: %v", title, err)
			}
		}
	})
}

func TestOrdersThatCannotBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := administered(t, func(c *core.Config) { c.TFTPServers = 1 })
		if err := c.StopNode(2); err != nil {
			t.Fatal(err)
		}
		for want, o := range map[string]core.Order{
			"node 7 of 2":                                        {Do: core.DoRegenerate, Certificate: core.TVSCertificate, Node: 7},
			`no certificate "Tomcat"`:                            {Do: core.DoRegenerate, Certificate: "Tomcat", Node: 1},
			"node 2 serves no TFTP: 1 of the nodes do":           {Do: core.DoRestart, Service: core.ServiceTFTP, Node: 2},
			"restart callmanager on node 2: the node is stopped": {Do: core.DoRestart, Service: core.ServiceCallManager, Node: 2},
			"profile: no device SEP000000000000":                 {Do: core.DoSetProfile, Devices: []string{"SEP000000000000"}},
			`unknown CAPF operation "dance"`:                     {Do: core.DoSetProfile, Profile: core.ProfileChange{Operation: "dance"}},
			`nobody can "dance"`:                                 {Do: "dance"},
		} {
			if err := c.Carry(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %v, want %s", o, err, want)
			}
		}
	})
}

func TestRollbackAndTheRecoveryKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := administered(t, nil)
		carry := func(orders ...core.Order) {
			t.Helper()
			for _, o := range orders {
				if err := c.Carry(t.Context(), o); err != nil {
					t.Fatal(err)
				}
			}
		}
		restart := core.Order{Do: core.DoRestart, Service: core.ServiceTFTP}
		carry(core.Order{Do: core.DoPrepareRollback}, restart)
		if !list(t, c, 2, "ITLFile.tlv").Rollback() {
			t.Error("the ITL is not one for rollback")
		}
		carry(core.Order{Do: core.DoUndoRollback}, restart, core.Order{Do: core.DoResetITLKey})
		if itl := list(t, c, 2, "ITLFile.tlv"); itl.Rollback() || itl.Verify(c.Authority().Recovery.Key.Public()) != nil {
			t.Error("the ITL is not signed by the recovery key")
		}
		carry(restart)
		if list(t, c, 2, "ITLFile.tlv").Verify(c.Authority().CallManagers[1].Key.Public()) != nil {
			t.Error("a restart of TFTP does not sign with CallManager again")
		}
	})
}
