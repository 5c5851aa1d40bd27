package ctlclient

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/keyfile"
	"github.com/phonebank/phonebank/wire/ctl"
)

// moment is when the tests' lists are written.
var moment = time.Date(2026, 11, 23, 14, 58, 1, 0, time.UTC)

// credential is a certificate and its key.
type credential struct {
	*x509.Certificate
	key crypto.Signer
}

func rsaKey(t *testing.T, name string) crypto.Signer {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "wire", "signed", "testdata", "keys", name+".pem"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := keyfile.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// issue makes a certificate of a key, valid for two years around moment.
func issue(t *testing.T, cn string, serial int64, key crypto.Signer) credential {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: cn},
		NotBefore: moment.AddDate(-1, 0, 0), NotAfter: moment.AddDate(1, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return credential{c, key}
}

// cluster is who is who in the tests.
type cluster struct {
	token1, token2, token3    credential
	ccm, ccmNew, ccmEC, capf  credential
	recovery, odd             credential
	node, capfServer, another Server
}

func newCluster(t *testing.T) cluster {
	t.Helper()
	small, large := rsaKey(t, "rsa-1024"), rsaKey(t, "rsa-2048")
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := cluster{
		token1: issue(t, "SAST-1", 0x11, small), token2: issue(t, "SAST-2", 0x22, large), token3: issue(t, "SAST-3", 0x23, small),
		ccm: issue(t, "pub", 0x33, large), ccmNew: issue(t, "pub", 0x34, small), ccmEC: issue(t, "pub-EC", 0x35, curve),
		capf: issue(t, "CAPF-1", 0x44, small), recovery: issue(t, "ITLRECOVERY_pub", 0x55, large),
		odd: issue(t, "SAST-3072", 0x66, rsaKey(t, "rsa-3072")),
	}
	c.node = Server{ctl.RoleCCMTFTP, c.ccm.Certificate, "10.0.0.1", netip.MustParseAddr("10.0.0.1")}
	c.another = Server{ctl.RoleCCMTFTP, c.ccmNew.Certificate, "sub.lab", netip.MustParseAddr("10.0.0.2")}
	c.capfServer = Server{ctl.RoleCAPF, c.capf.Certificate, "10.0.0.1", netip.MustParseAddr("10.0.0.1")}
	return c
}

// order is a usual list: two tokens, a node, CAPF.
func (c cluster) order() Create {
	return Create{
		Signer: c.token1.Certificate, SASTs: []*x509.Certificate{c.token2.Certificate},
		Servers: []Server{c.node, c.capfServer}, Time: moment,
	}
}

// planner is a Create or an Update.
type planner interface{ Plan() (*Plan, error) }

func (c cluster) build(t *testing.T, order planner, signer credential) *ctl.List {
	t.Helper()
	p, err := order.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return sign(t, p, signer)
}

func sign(t *testing.T, p *Plan, signer credential) *ctl.List {
	t.Helper()
	file, err := p.Build(t.Context(), signer.key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ctl.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
