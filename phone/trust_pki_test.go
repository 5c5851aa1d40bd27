package phone

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"math/big"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// party is somebody with a certificate.
type party struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

// as is the party in a list.
func (p party) as(role ctl.Role) ctl.Entry { return ctl.Entry{Role: role, Certificate: p.cert} }

// cluster is everybody in the tests of trust. The keys live for one test run
// and are worth nothing.
type cluster struct {
	tokenA, tokenB party // the SASTs of the usual CTL
	tokenC         party // a token that no held list names
	twinA          party // another certificate with tokenA's serial, from another issuer
	fakeA          party // another key under tokenA's very name and serial
	ccm            party // the CallManager certificate: SAST of the ITL, CCM+TFTP of both
	capf, tvs      party
}

var testCluster = sync.OnceValue(func() *cluster {
	mint := func(name string, serial int64, issued string) party {
		key, err := rsa.GenerateKey(rand.Reader, 1024)
		if err != nil {
			panic(err)
		}
		template := x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name},
			NotBefore: time.Unix(1e9, 0), NotAfter: time.Unix(4e9, 0),
		}
		parent := x509.Certificate{Subject: pkix.Name{CommonName: issued, Organization: []string{"Bank"}}}
		der, err := x509.CreateCertificate(rand.Reader, &template, &parent, key.Public(), key)
		if err != nil {
			panic(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			panic(err)
		}
		return party{cert, key}
	}
	return &cluster{
		tokenA: mint("Token A", 0x0A01, "Factory"),
		tokenB: mint("Token B", 0x0B02, "Factory"),
		tokenC: mint("Token C", 0x0C03, "Factory"),
		twinA:  mint("Token A", 0x0A01, "Elsewhere"),
		fakeA:  mint("Token A", 0x0A01, "Factory"),
		ccm:    mint("CCM", 0x77D4, "CCM"),
		capf:   mint("CAPF", 0xCAF5, "CAPF"),
		tvs:    mint("TVS", 0x2445, "TVS"),
	}
})

// build makes a list, signed by the party; change may alter its specification.
func build(t testing.TB, kind ctl.Kind, signer party, records []ctl.Entry, change ...func(*ctl.Spec)) []byte {
	t.Helper()
	spec := ctl.Spec{Kind: kind, Time: time.Unix(1.7e9, 0), Signer: signer.cert, Key: signer.key, Records: records}
	for _, f := range change {
		f(&spec)
	}
	file, err := ctl.Build(spec)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func parse(t testing.TB, file []byte) *ctl.List {
	t.Helper()
	list, err := ctl.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// mixed are the records of a CTL in mixed mode, with the given tokens.
func (c *cluster) mixed(tokens ...party) []ctl.Entry {
	var records []ctl.Entry
	for _, token := range tokens {
		records = append(records, token.as(ctl.RoleSAST))
	}
	return append(records, c.ccm.as(ctl.RoleCCMTFTP), c.capf.as(ctl.RoleCAPF))
}

// byDefault are the records of an ITL.
func (c *cluster) byDefault() []ctl.Entry {
	return []ctl.Entry{c.ccm.as(ctl.RoleSAST), c.ccm.as(ctl.RoleCCMTFTP), c.capf.as(ctl.RoleCAPF), c.tvs.as(ctl.RoleTVS)}
}

// heldCTL is the CTL that most phones of the tests hold.
func (c *cluster) heldCTL(t testing.TB) *ctl.List {
	t.Helper()
	return parse(t, build(t, ctl.CTL, c.tokenA, c.mixed(c.tokenA, c.tokenB)))
}

func (c *cluster) heldITL(t testing.TB) *ctl.List {
	t.Helper()
	return parse(t, build(t, ctl.ITL, c.ccm, c.byDefault()))
}

// flipped is a copy with one bit changed at an offset from the end.
func flipped(file []byte, fromEnd int) []byte {
	b := slices.Clone(file)
	b[len(b)-fromEnd] ^= 1
	return b
}

func model(t testing.TB, name string) *Model {
	t.Helper()
	m, err := FindModel(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// answers is a TVS that says the same to everybody.
type answers struct {
	TVSAnswer
	err   error
	asked [][]byte        // certificates
	found []signed.Signer // signers
}

func (a *answers) Ask(_ context.Context, certificate []byte) (TVSAnswer, error) {
	a.asked = append(a.asked, certificate)
	return a.TVSAnswer, a.err
}

func (a *answers) Find(_ context.Context, signer signed.Signer) (TVSAnswer, error) {
	a.found = append(a.found, signer)
	return a.TVSAnswer, a.err
}

func vouching(roles ...ctl.Role) *answers {
	return &answers{TVSAnswer: TVSAnswer{Server: "10.0.0.1:2445", Valid: true, Roles: roles, TTL: 24 * time.Hour}}
}

func denying() *answers { return &answers{TVSAnswer: TVSAnswer{Server: "10.0.0.1:2445"}} }

func silent() *answers {
	return &answers{err: failf(CauseTimeout, "TVS 10.0.0.1:2445: no answer")}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// readHex reads a file of hex digits and line ends.
func readHex(t testing.TB, path string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(string(readFile(t, path))), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
