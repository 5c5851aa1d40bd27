package signed_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/phonebank/phonebank/wire/signed"
)

// rsaKey is a key of the tests' own: finding one of 4096 bits takes seconds.
func rsaKey(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	return privateKey(t, fmt.Sprintf("keys/rsa-%d.pem", bits))
}

func privateKey(t testing.TB, name string) *rsa.PrivateKey {
	t.Helper()
	key, err := x509.ParsePKCS8PrivateKey(readPEM(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return key.(*rsa.PrivateKey)
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

func readHex(t testing.TB, name string) []byte {
	t.Helper()
	return unhex(t, string(bytes.ReplaceAll(read(t, name), []byte("\n"), nil)))
}

func readPEM(t testing.TB, name string) []byte {
	t.Helper()
	block, _ := pem.Decode(read(t, name))
	if block == nil {
		t.Fatalf("%s: no PEM block", name)
	}
	return block.Bytes
}

// exampleSigner is the certificate that signed the worked examples.
func exampleSigner(t testing.TB) *x509.Certificate {
	t.Helper()
	cert, err := x509.ParseCertificate(readPEM(t, "signer-certificate.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// phoneKey is the key that the worked example is encrypted for.
func phoneKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	return privateKey(t, "phone-key.pem")
}

func parse(t testing.TB, b []byte) *signed.Envelope {
	t.Helper()
	e, err := signed.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func sign(t testing.TB, h signed.Header, payload []byte, key crypto.Signer) []byte {
	t.Helper()
	b, err := signed.Sign(h, payload, key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
