package keyfile

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"testing"
)

func TestParse(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8 := func(key any) []byte { return must(x509.MarshalPKCS8PrivateKey(key))(t) }
	sec1 := must(x509.MarshalECPrivateKey(ecKey))(t)
	pkcs1 := x509.MarshalPKCS1PrivateKey(rsaKey)
	block := func(kind string, der []byte) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	}
	for _, c := range []struct {
		situation string
		file      []byte
		want      crypto.Signer
		err       error
	}{
		{"RSA, PKCS#8, DER", pkcs8(rsaKey), rsaKey, nil},
		{"RSA, PKCS#8, PEM", block("PRIVATE KEY", pkcs8(rsaKey)), rsaKey, nil},
		{"RSA, PKCS#1, DER", pkcs1, rsaKey, nil},
		{"RSA, PKCS#1, PEM", block("RSA PRIVATE KEY", pkcs1), rsaKey, nil},
		{"EC, PKCS#8, DER", pkcs8(ecKey), ecKey, nil},
		{"EC, SEC 1, DER", sec1, ecKey, nil},
		{"EC, SEC 1, PEM", block("EC PRIVATE KEY", sec1), ecKey, nil},
		{"behind a certificate", append(block("CERTIFICATE", []byte{1}), block("PRIVATE KEY", pkcs8(rsaKey))...), rsaKey, nil},
		{"behind curve parameters", append(block("EC PARAMETERS", []byte{5, 0}), block("EC PRIVATE KEY", sec1)...), ecKey, nil},
		{"behind text", append([]byte("Bag Attributes\n"), block("PRIVATE KEY", pkcs8(ecKey))...), ecKey, nil},
		{"a certificate only", block("CERTIFICATE", []byte{1}), nil, ErrNoKey},
		{"a passphrase", block("ENCRYPTED PRIVATE KEY", []byte{1}), nil, ErrEncrypted},
		{"a passphrase of the old kind", pem.EncodeToMemory(&pem.Block{
			Type: "RSA PRIVATE KEY", Bytes: pkcs1, Headers: map[string]string{"Proc-Type": "4,ENCRYPTED"},
		}), nil, ErrEncrypted},
		{"a key of no phone", pkcs8(edKey), nil, ErrKind},
		{"nothing", nil, nil, ErrNoKey},
		{"cut off", pkcs8(rsaKey)[:100], nil, ErrNoKey},
	} {
		got, err := Parse(c.file)
		if !errors.Is(err, c.err) {
			t.Errorf("%s: error %v, want %v", c.situation, err, c.err)
			continue
		}
		if c.want == nil {
			continue
		}
		if same, ok := got.(interface{ Equal(crypto.PrivateKey) bool }); !ok || !same.Equal(c.want) {
			t.Errorf("%s: another key than the one written", c.situation)
		}
	}
}

func must(der []byte, err error) func(*testing.T) []byte {
	return func(t *testing.T) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
}
