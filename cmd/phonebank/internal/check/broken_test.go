package check

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// The clusters of TestFirstCause, in the order of its table.

func healthy(t *testing.T) *lab { return cluster(t, nil) }

// otherCTL serves another CTL of the same authority.
func (l *lab) otherCTL(t *testing.T, o core.ListOptions) *lab {
	t.Helper()
	l.servers = []string{l.front(t, files{"CTL": as(l.list(t, ctl.CTL, l.core.Authority(), o))})}
	return l
}

// restart restarts services of node 1.
func (l *lab) restart(t *testing.T, services ...core.Service) {
	t.Helper()
	for _, s := range services {
		if err := l.core.Restart(s, 1); err != nil {
			t.Fatal(err)
		}
	}
}

// regenerate replaces a certificate of node 1, of which nobody knows yet.
func (l *lab) regenerate(t *testing.T, kind core.CertificateKind) {
	t.Helper()
	if err := l.core.Regenerate(kind, 1); err != nil {
		t.Fatal(err)
	}
}

// runCTLClient writes the CTL anew, which TFTP serves after its restart.
func (l *lab) runCTLClient(t *testing.T, u core.CTLUpdate) {
	t.Helper()
	if err := l.core.UpdateCTL(u); err != nil {
		t.Fatal(err)
	}
}

func capfRegenerated(t *testing.T) *lab {
	l := healthy(t)
	l.regenerate(t, core.CAPFCertificate)
	l.restart(t, core.ServiceCAPF)
	return l
}

// callManagerRegenerated: everything was restarted, but the CTL is the old one,
// signed by a token or not.
func callManagerRegenerated(signer core.SignerKind) func(*testing.T) *lab {
	return func(t *testing.T) *lab {
		l := cluster(t, func(c *core.Config) { c.Signer = signer })
		l.regenerate(t, core.CallManagerCertificate)
		l.restart(t, core.ServiceTFTP, core.ServiceCallManager)
		return l
	}
}

// inOrder is the repair of that.
func inOrder(t *testing.T) *lab {
	l := callManagerRegenerated("")(t)
	l.runCTLClient(t, core.CTLUpdate{})
	l.restart(t, core.ServiceTFTP, core.ServiceCallManager)
	return l
}

func capfNotRestarted(t *testing.T) *lab {
	l := healthy(t)
	l.regenerate(t, core.CAPFCertificate)
	l.runCTLClient(t, core.CTLUpdate{})
	l.restart(t, core.ServiceTFTP, core.ServiceCallManager)
	return l
}

func tvsRegenerated(t *testing.T) *lab {
	l := healthy(t)
	l.regenerate(t, core.TVSCertificate)
	l.restart(t, core.ServiceTVS)
	return l
}

func capfMissing(t *testing.T) *lab {
	l := healthy(t)
	l.runCTLClient(t, core.CTLUpdate{Without: []ctl.Role{ctl.RoleCAPF}})
	l.restart(t, core.ServiceTFTP)
	return l
}

// serving changes the files whose name begins with a prefix on their way.
func serving(prefix string, change func([]byte) []byte) func(*testing.T) *lab {
	return func(t *testing.T) *lab {
		l := healthy(t)
		l.servers = []string{l.front(t, files{prefix: change})}
		return l
	}
}

// flipLast changes the last byte, which is part of an address or of a
// certificate's signature.
func flipLast(b []byte) []byte {
	b[len(b)-1] ^= 0xFF
	return b
}

// built serves a CTL that no Authority makes.
func built(entries func(*core.Authority) []ctl.Entry) func(*testing.T) *lab {
	return func(t *testing.T) *lab {
		l := healthy(t)
		token := l.core.Authority().Tokens[0]
		list, err := ctl.Build(ctl.Spec{
			Kind: ctl.CTL, Signer: token.Certificate, Key: token.Key, Time: l.core.Authority().Minted(), Records: entries(l.core.Authority()),
		})
		if err != nil {
			t.Fatal(err)
		}
		l.servers = []string{l.front(t, files{"CTL": as(list)})}
		return l
	}
}

func crowded(a *core.Authority) (records []ctl.Entry) {
	for range 40 {
		records = append(records, ctl.Entry{Role: ctl.RoleSAST, Certificate: a.Tokens[0].Certificate})
	}
	return records
}

// yearOld is a CTL of last year with the certificates of today.
func yearOld(t *testing.T) *lab {
	l := healthy(t)
	return l.otherCTL(t, core.ListOptions{Time: l.core.Authority().Minted().AddDate(-1, 0, 0)})
}

func twoServers(t *testing.T) *lab {
	l := cluster(t, func(c *core.Config) { c.TFTPServers = 2 })
	l.servers = l.core.TFTPAddrs()
	return l
}

func oneOfTwoRestarted(t *testing.T) *lab {
	l := twoServers(t)
	l.runCTLClient(t, core.CTLUpdate{Signer: core.Token(2)})
	l.restart(t, core.ServiceTFTP)
	return l
}

func secondServerDown(t *testing.T) *lab {
	l := healthy(t)
	l.servers = append(l.servers, "127.0.0.1:9")
	return l
}

func nobody(t *testing.T) *lab {
	l := healthy(t)
	l.servers = []string{"127.0.0.1:9"}
	return l
}

func faulty(f core.FaultSpec) func(*testing.T) *lab {
	return func(t *testing.T) *lab {
		return cluster(t, func(c *core.Config) { c.Faults = []core.FaultSpec{f} })
	}
}

// wentBack: the CTL is that of a cluster in non-secure mode, the device is not.
func wentBack(t *testing.T) *lab {
	return healthy(t).otherCTL(t, core.ListOptions{NonSecure: true})
}

func unknownToken(t *testing.T) *lab {
	l := cluster(t, func(c *core.Config) { c.Faults = []core.FaultSpec{{Fault: "resign", On: "ctl"}} })
	l.held.CTL = parsed(t, l.list(t, ctl.CTL, l.core.Authority(), core.ListOptions{}))
	l.held.ITL = parsed(t, l.list(t, ctl.ITL, l.core.Authority(), core.ListOptions{}))
	return l
}

// signsWithOldKey: the lists are the new ones, the configuration is signed as
// it was before.
func signsWithOldKey(t *testing.T) *lab {
	l := healthy(t)
	l.regenerate(t, core.CallManagerCertificate)
	l.restart(t, core.ServiceCallManager)
	o := core.ListOptions{Time: time.Now()}
	l.servers = []string{l.front(t, files{
		"CTL": as(l.list(t, ctl.CTL, l.core.Authority(), o)), "ITL": as(l.list(t, ctl.ITL, l.core.Authority(), o)),
	})}
	return l
}

func nodeDown(t *testing.T) *lab {
	l := healthy(t)
	if err := l.core.StopNode(2); err != nil {
		t.Fatal(err)
	}
	return l
}

func modern(t *testing.T) *lab {
	return cluster(t, func(c *core.Config) { c.TLSMin = tls.VersionTLS12 })
}

func byString(t *testing.T) *lab {
	return cluster(t, func(c *core.Config) { c.CAPF.Auth, c.AuthString = cnf.CAPFString, "12345" })
}

func nonSecure(t *testing.T) *lab {
	return cluster(t, func(c *core.Config) {
		c.Security, c.CAPF.Operation = cnf.NonSecure, core.OperationNone
	})
}

// backToNonSecure is what wentBack should have done with its devices, too.
func backToNonSecure(t *testing.T) *lab {
	l := healthy(t)
	if err := l.core.SetMixedMode(false, core.CTLUpdate{}); err != nil {
		t.Fatal(err)
	}
	l.restart(t, core.ServiceTFTP, core.ServiceCallManager)
	return l
}

func rollback(t *testing.T) *lab {
	l := healthy(t)
	if err := l.core.PrepareRollback(true); err != nil {
		t.Fatal(err)
	}
	l.restart(t, core.ServiceTFTP)
	return l
}

func ahead(t *testing.T) *lab {
	return cluster(t, func(c *core.Config) { c.Clock = 48 * time.Hour })
}

// ctlGone: the phone holds a CTL from before CAPF.pem was regenerated, and TFTP
// has none any more.
func ctlGone(t *testing.T) *lab {
	l := cluster(t, func(c *core.Config) { c.Security = cnf.NonSecure })
	l.held.CTL = parsed(t, l.list(t, ctl.CTL, l.core.Authority(), core.ListOptions{}))
	l.regenerate(t, core.CAPFCertificate)
	l.restart(t, core.ServiceCAPF, core.ServiceTFTP)
	return l
}
