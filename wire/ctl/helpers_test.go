package ctl_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// rsaKey is a key of the tests' own: finding one of 4096 bits takes seconds.
func rsaKey(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	block, _ := pem.Decode(read(t, fmt.Sprintf("../../signed/testdata/keys/rsa-%d.pem", bits)))
	if block == nil {
		t.Fatal("no PEM block")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*rsa.PrivateKey)
}

// certificate is of a public key, named cn and signed by a key of 1024 bits, with
// an extension of the given number of bytes to make it as long as one likes.
func certificate(t testing.TB, cn string, serial int64, pub crypto.PublicKey, extra int) *x509.Certificate {
	t.Helper()
	return certificateOf(t, &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		Subject:      pkix.Name{CommonName: cn, Organization: []string{"Lab"}},
	}, pub, extra)
}

func certificateOf(t testing.TB, template *x509.Certificate, pub crypto.PublicKey, extra int) *x509.Certificate {
	t.Helper()
	template.NotBefore = time.Unix(0, 0)
	template.NotAfter = time.Unix(1<<31, 0)
	if extra > 0 {
		template.ExtraExtensions = []pkix.Extension{{Id: []int{1, 2, 3, 4}, Value: make([]byte, extra)}}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, pub, rsaKey(t, 1024))
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// example is the complete list of trust list, section 15.
func example(t testing.TB) []byte {
	t.Helper()
	return unhex(t, string(bytes.ReplaceAll(read(t, "example-ctl.hex"), []byte("\n"), nil)))
}

func parse(t testing.TB, b []byte) *ctl.List {
	t.Helper()
	l, err := ctl.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func build(t testing.TB, s ctl.Spec) *ctl.List {
	t.Helper()
	b, err := ctl.Build(s)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, b)
}

// record puts items, in hex, after the RECORDLENGTH that counts them.
func record(t testing.TB, items ...string) []byte {
	t.Helper()
	b := make([]byte, 5)
	for _, it := range items {
		b = append(b, unhex(t, it)...)
	}
	copy(b, []byte{1, 0, 2})
	binary.BigEndian.PutUint16(b[3:], uint16(len(b)))
	return b
}

// list signs records that the test laid out itself.
func list(t testing.TB, records ...[]byte) []byte {
	t.Helper()
	h := signed.Header{Filename: "C"}
	b, err := signed.Sign(h, bytes.Join(records, nil), rsaKey(t, 1024))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
