package phone_test

import (
	"crypto/tls"
	"net"
	"testing"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// secureLab is a lab whose phone has the security mode encrypted, a list that
// names the authority's first CallManager and its CAPF, and a MIC. Nobody
// listens yet.
func secureLab(t *testing.T, a *core.Authority, auth cnf.AuthMode) (*lab, func(*phone.Identity, *phone.Flash, *phone.Env)) {
	t.Helper()
	token := a.Tokens[0]
	file, err := ctl.Build(ctl.Spec{
		Kind: ctl.CTL, Digest: 1, Time: time.Now(), Signer: token.Certificate, Key: token.Key,
		Records: []ctl.Entry{
			{Role: ctl.RoleSAST, Certificate: token.Certificate},
			{Role: ctl.RoleCCM, Certificate: a.CallManagers[0].Certificate},
			{Role: ctl.RoleCAPF, Certificate: a.CAPF.Certificate},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	list, err := ctl.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(t)
	l.configure(t, cnf.Config{
		Full: true, SecurityMode: cnf.Encrypted, CAPFAuthMode: auth, CAPF: []cnf.Server{{Host: nodeHost(1), Port: 3804}},
		CallManagers: []cnf.CallManager{{Host: nodeHost(1)}},
	})
	return l, func(id *phone.Identity, flash *phone.Flash, env *phone.Env) {
		id.Model = sometimes(t, "8945", func(timers *phone.Timers) { timers.Rounds = 1 })
		id.MIC, flash.CTL, env.Keys = mic(a, id.Model), list, pool{}
	}
}

// mustAuthority is the authority of all tests. Ask for it outside of bubbles:
// it is made at the first call, and must be valid today.
func mustAuthority(t *testing.T) *core.Authority {
	t.Helper()
	a, err := authority()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// withTLS is a server that lets the phone in and then behaves as told.
func withTLS(t *testing.T, c core.Credential, serve func(net.Conn)) func(net.Conn) {
	t.Helper()
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12,
		Certificates: []tls.Certificate{{Certificate: [][]byte{c.Certificate.Raw}, PrivateKey: c.Key}},
	}
	return func(conn net.Conn) {
		secure := tls.Server(conn, config)
		if secure.Handshake() == nil {
			serve(secure)
		}
	}
}
