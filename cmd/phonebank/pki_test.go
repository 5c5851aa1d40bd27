package main

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/keyfile"
)

// issued writes certificates that are the same bytes in every run: their keys are
// those of the wire packages' tests, and the signature needs no chance.
func issued(t *testing.T, dir string) {
	t.Helper()
	for _, c := range []struct {
		name, key string
		serial    int64
		subject   pkix.Name
	}{
		{"token1", "rsa-1024", 0xbda30201, pkix.Name{CommonName: "SAST-ADN4e31f914", OrganizationalUnit: []string{"IPCBU"}, Organization: []string{"Cisco Systems"}}},
		{"token2", "rsa-2048", 0xaac92002, pkix.Name{CommonName: "SAST-ADN5bbd7b14", OrganizationalUnit: []string{"IPCBU"}, Organization: []string{"Cisco Systems"}}},
		{"token3", "rsa-1024", 0x3003, pkix.Name{CommonName: "SAST-ADN0054f509"}},
		{"ccm", "rsa-2048", 0x74ae9e6b, pkix.Name{CommonName: "CUCM8-Publisher", OrganizationalUnit: []string{"AS"}}},
		{"ccm-new", "rsa-2048", 0x74ae9e6c, pkix.Name{CommonName: "CUCM8-Publisher", OrganizationalUnit: []string{"AS"}}},
		{"capf", "rsa-1024", 0x0adc6e77, pkix.Name{CommonName: "CAPF-9c4cba7d", OrganizationalUnit: []string{"TAC"}}},
	} {
		file, err := os.ReadFile(filepath.Join(dir, "keys", c.key+".pem"))
		if err != nil {
			t.Fatal(err)
		}
		key, err := keyfile.Parse(file)
		if err != nil {
			t.Fatal(err)
		}
		template := &x509.Certificate{
			SerialNumber: big.NewInt(c.serial), Subject: c.subject, SignatureAlgorithm: x509.SHA256WithRSA,
			NotBefore: time.Date(2011, 4, 5, 21, 20, 36, 0, time.UTC), NotAfter: time.Date(2036, 4, 5, 21, 20, 36, 0, time.UTC),
		}
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
		if err := os.WriteFile(filepath.Join(dir, c.name+".pem"), block, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// What ctl create and ctl update tell, and ctl show and ctl diff say of their
// lists: two tokens, then one of them exchanged and CallManager's certificate
// regenerated, then a list that a stranger signed.
func TestGoldenCTLClient(t *testing.T) {
	t.Setenv("TZ", "UTC")
	dir := fixtures(t)
	issued(t, dir)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir) // so that the names in what is printed are short and always the same
	told := do(t, "ctl", "create", "--sign", "keys/rsa-1024.pem,token1.pem", "--sast", "token2.pem", "--ccm-tftp", "ccm.pem@14.48.44.80",
		"--capf", "capf.pem@pub.lab/14.48.44.80", "--time", "2011-08-31T17:28:03Z", "-o", "A.tlv").want(t, exitOK).out
	told += do(t, "ctl", "update", "--sign", "keys/rsa-2048.pem,token2.pem", "--remove", "BD:A3:02:01", "--add", "SAST=token3.pem",
		"--remove", "74ae9e6b", "--add", "CCM+TFTP=ccm-new.pem@14.48.44.80", "--digest", "sha512", "--time", "2011-10-19T12:00:00Z", "A.tlv", "-o", "B.tlv").want(t, exitOK).out
	told += do(t, "ctl", "create", "--sign", "keys/rsa-1024.pem,token3.pem", "--sast", "token1.pem", "--ccm-tftp", "ccm.pem@14.48.44.80",
		"--time", "2011-08-31T17:28:03Z", "-o", "C.tlv").want(t, exitOK).out
	shown := do(t, "ctl", "show", "A.tlv").want(t, exitOK).out
	ab := do(t, "ctl", "diff", "A.tlv", "B.tlv").want(t, exitFailed).out
	ac := do(t, "ctl", "diff", "A.tlv", "C.tlv").want(t, exitFailed).out
	json := do(t, "ctl", "diff", "--json", "A.tlv", "B.tlv").want(t, exitFailed).out
	t.Chdir(here)
	golden(t, "ctl-create.txt", told)
	golden(t, "ctl-create-show.txt", shown)
	golden(t, "ctl-diff.txt", ab)
	golden(t, "ctl-diff-stranger.txt", ac)
	golden(t, "ctl-diff.json", json)
}
