package core

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// testAuthority is a cluster of two nodes, made once: its keys take a while.
var testAuthority = sync.OnceValue(func() *Authority {
	a, err := NewAuthority(AuthorityOptions{Nodes: 2, Bits: 1024})
	if err != nil {
		panic(err)
	}
	return a
})

// phoneKey is a key for all phones of these tests.
var phoneKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		panic(err)
	}
	return key
})

func TestAuthoritySurvivesTheDisk(t *testing.T) {
	dir := t.TempDir()
	a := testAuthority()
	if err := a.Save(dir); err != nil {
		t.Fatal(err)
	}
	b, err := LoadAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	was, is := a.credentials(), b.credentials()
	if len(was) != len(is) {
		t.Fatalf("%d credentials came back of %d", len(is), len(was))
	}
	for name, credential := range was {
		if !is[name].Certificate.Equal(credential.Certificate) || !samePublicKey(is[name].Key.Public(), credential.Key.Public()) {
			t.Errorf("%s came back as another", name)
		}
	}
	one, err := a.CTL(ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	other, err := b.CTL(ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, other) {
		t.Error("a child process would make another CTL than its parent")
	}
	m, err := LoadManufacturer(dir)
	if err != nil || !m.Certificate.Equal(a.Manufacturer.Certificate) {
		t.Errorf("the factory came back as another (%v)", err)
	}
	info, err := os.Stat(filepath.Join(dir, "token-1.pem"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("keys are readable by others: %v %v", info.Mode(), err)
	}
}

// Whoever has the old file open, or finds it after a crash, has all of it: a
// second name of the file shows that it is not written over.
func TestAnAuthorityIsSavedFileByFileWhole(t *testing.T) {
	dir := t.TempDir()
	a := testAuthority()
	if err := a.Save(dir); err != nil {
		t.Fatal(err)
	}
	path, second := filepath.Join(dir, "capf.pem"), filepath.Join(t.TempDir(), "second")
	if err := os.Link(path, second); err != nil {
		t.Skipf("no second names for files here: %v", err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := a.Regenerated(CAPFCertificate, 1, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := renewed.Save(dir); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(second)
	if err != nil || !bytes.Equal(after, before) {
		t.Errorf("the old file was written over (%v)", err)
	}
	again, err := LoadAuthority(dir)
	if err != nil || !again.CAPF.Certificate.Equal(renewed.CAPF.Certificate) {
		t.Errorf("the new certificate is not there (%v)", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

func TestLoadAuthorityRefuses(t *testing.T) {
	tests := []struct {
		name   string
		damage func(dir string)
		want   string
	}{
		{"an empty directory", func(dir string) { os.RemoveAll(dir) }, "capf.pem"},
		{"a missing token", func(dir string) { os.Remove(filepath.Join(dir, "token-2.pem")) }, "want 2 or more"},
		{"a node without TVS", func(dir string) { os.Remove(filepath.Join(dir, "tvs-2.pem")) }, "as many TVS as CallManagers"},
		{"a certificate without its key", func(dir string) {
			cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: testAuthority().CAPF.Certificate.Raw})
			os.WriteFile(filepath.Join(dir, "capf.pem"), cert, 0o600)
		}, "want a certificate and its private key"},
		{"somebody else's key", func(dir string) {
			a := testAuthority()
			Credential{a.CAPF.Certificate, a.Recovery.Key}.save(dir, "capf")
		}, "the key is not the certificate's"},
		{"a file of nothing", func(dir string) { os.WriteFile(filepath.Join(dir, "capf.pem"), []byte("x"), 0o600) }, "capf.pem"},
		{"a damaged certificate", func(dir string) {
			os.WriteFile(filepath.Join(dir, "capf.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte{1}}), 0o600)
		}, "capf.pem"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := testAuthority().Save(dir); err != nil {
				t.Fatal(err)
			}
			tt.damage(dir)
			if _, err := LoadAuthority(dir); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error about %q", err, tt.want)
			}
		})
	}
}

func TestNewAuthorityRefuses(t *testing.T) {
	for name, o := range map[string]AuthorityOptions{
		"more nodes than a configuration lists":      {Nodes: MaxNodes + 1},
		"a single token":                             {Tokens: 1},
		"a key size that the header has no code for": {Bits: 3072},
	} {
		if _, err := NewAuthority(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestLSC holds an LSC to CAPF, section 9.
func TestLSC(t *testing.T) {
	a := testAuthority()
	der, err := a.LSC("SEP001122334455", phoneKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if !signedBy(cert, a.CAPF.Certificate) {
		t.Error("not signed by CAPF")
	}
	if cert.Subject.CommonName != "SEP001122334455" || !strings.HasPrefix(cert.Issuer.CommonName, "CAPF-") {
		t.Errorf("subject %s, issuer %s", cert.Subject, cert.Issuer)
	}
	if got := len(cert.SerialNumber.Bytes()); got != 16 {
		t.Errorf("serial of %d bytes, want 16", got)
	}
	if cert.SignatureAlgorithm != x509.SHA256WithRSA || cert.IsCA || !cert.BasicConstraintsValid {
		t.Errorf("algorithm %s, CA %t", cert.SignatureAlgorithm, cert.IsCA)
	}
	if cert.KeyUsage != x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment || len(cert.ExtKeyUsage) != 3 {
		t.Errorf("key usage %b, extended %v", cert.KeyUsage, cert.ExtKeyUsage)
	}
	if len(cert.URIs) != 1 || cert.URIs[0].String() != "SEP001122334455" {
		t.Errorf("URIs %v", cert.URIs)
	}
	if got := cert.NotAfter.Sub(cert.NotBefore); got != 365*24*time.Hour+time.Hour {
		t.Errorf("valid for %s", got)
	}
}

// TestLSCsOfAStorm holds the LSCs that are filled in to those of x509, byte for
// byte.
func TestLSCsOfAStorm(t *testing.T) {
	a := testAuthority()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 28, 12, 0, 0, 1, time.FixedZone("CET", 3600))
	for _, row := range []struct {
		situation, device string
		pub               crypto.PublicKey
		now               time.Time
		life              time.Duration
	}{
		{"a phone", "SEP001122334455", phoneKey().Public(), now, lscLifetime},
		{"the phone whose LSC was taken apart", nameless, phoneKey().Public(), now, lscLifetime},
		{"a key as long as CAPF's", "SEP001122334455", a.CAPF.Key.Public(), now, lscLifetime},
		{"an elliptic key", "SEP001122334455", ec.Public(), now, lscLifetime},
		{"a long name", strings.Repeat("X", 300), ec.Public(), now, lscLifetime},
		{"no name", "", ec.Public(), now, lscLifetime},
		{"a name that is written differently in a name and in a URI", "a phone, Zürich", ec.Public(), now, lscLifetime},
		{"valid into the second half of the century", "SEP001122334455", ec.Public(), time.Date(2049, 6, 1, 0, 0, 0, 0, time.UTC), lscLifetime},
		{"expired before it is issued", "SEP001122334455", ec.Public(), now, -time.Minute},
	} {
		t.Run(row.situation, func(t *testing.T) {
			var form lscForm
			for range 2 {
				got, err := form.issue(a, row.device, row.pub, row.now, row.life)
				if err != nil {
					t.Fatal(err)
				}
				cert, err := x509.ParseCertificate(got)
				if err != nil {
					t.Fatal(err)
				}
				want, err := a.lsc(row.device, cert.SerialNumber, row.pub, row.now, row.life)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("got\n%x\nwant\n%x", got, want)
				}
			}
		})
	}
}

// TestLSCsOfAnEllipticCAPF are left to x509.
func TestLSCsOfAnEllipticCAPF(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := selfSigned(subject("CAPF-1", "CAPF"), key, time.Now(), lifetime)
	if err != nil {
		t.Fatal(err)
	}
	a := &Authority{CAPF: Credential{Certificate: cert, Key: key}}
	issued, err := new(lscForm).issue(a, "SEP001122334455", phoneKey().Public(), time.Now(), lscLifetime)
	if err != nil {
		t.Fatal(err)
	}
	if lsc, err := x509.ParseCertificate(issued); err != nil || !signedBy(lsc, cert) {
		t.Errorf("not signed by CAPF: %v", err)
	}
}

// BenchmarkLSCsOfAStorm costs a signature, and little else.
func BenchmarkLSCsOfAStorm(b *testing.B) {
	a, now := testAuthority(), time.Now()
	var form lscForm
	b.ReportAllocs()
	for b.Loop() {
		if _, err := form.issue(a, "SEP001122334455", phoneKey().Public(), now, lscLifetime); err != nil {
			b.Fatal(err)
		}
	}
}

func TestCertificatesAreValidInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, err := NewAuthority(AuthorityOptions{Bits: 1024, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		for name, credential := range a.credentials() {
			if now := time.Now(); now.Before(credential.Certificate.NotBefore) || now.After(credential.Certificate.NotAfter) {
				t.Errorf("%s is valid from %s", name, credential.Certificate.NotBefore)
			}
		}
		if !a.Minted().Equal(time.Now().Truncate(time.Second)) {
			t.Errorf("minted %s, it is %s", a.Minted(), time.Now())
		}
	})
}

func TestLifetimesCanBeChosen(t *testing.T) {
	day := 24 * time.Hour
	a, err := NewAuthority(AuthorityOptions{Bits: 1024, Lifetime: 90 * day, Recovery: 7 * day, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	later, err := a.Regenerated(TVSCertificate, 1, time.Now().Add(30*day))
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		cert *x509.Certificate
		want time.Duration
	}{
		"CallManager":       {a.CallManagers[0].Certificate, 90 * day},
		"CAPF":              {a.CAPF.Certificate, 90 * day},
		"recovery":          {a.Recovery.Certificate, 7 * day},
		"a regenerated TVS": {later.TVS[0].Certificate, 90 * day},
	} {
		if got := row.cert.NotAfter.Sub(row.cert.NotBefore) - time.Hour; got != row.want {
			t.Errorf("%s is good for %v, want %v", name, got, row.want)
		}
	}
}

// checkedBy runs openssl on files, or skips.
func openssl(t *testing.T, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed: nothing that is not ours to hold this against")
	}
	out, err := exec.CommandContext(t.Context(), "openssl", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestMICIsWhatOpenSSLSays holds MICs, the SHA-1 ones above all, which we sign
// by hand, to a judge that is not ours.
func TestMICIsWhatOpenSSLSays(t *testing.T) {
	m := testAuthority().Manufacturer
	tests := []struct {
		name      string
		mint      func(string, string, crypto.Signer) ([]byte, error)
		algorithm string
	}{
		{"of today", m.MIC, "sha256WithRSAEncryption"},
		{"of 2005", m.OldMIC, "sha1WithRSAEncryption"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			der, err := tt.mint("SEP001122334455", "7965", phoneKey())
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			mic, root := filepath.Join(dir, "mic.pem"), filepath.Join(dir, "root.pem")
			os.WriteFile(mic, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
			os.WriteFile(root, m.PEM(), 0o600)
			text := openssl(t, "x509", "-in", mic, "-noout", "-text")
			for _, want := range []string{"CP-7965-SEP001122334455", "Signature Algorithm: " + tt.algorithm} {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
			openssl(t, "verify", "-auth_level", "0", "-CAfile", root, mic)
			cert, err := x509.ParseCertificate(der)
			if err != nil {
				t.Fatal(err)
			}
			if !signedBy(cert, m.Certificate) {
				t.Error("we do not accept it ourselves")
			}
		})
	}
}
