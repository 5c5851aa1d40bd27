package signed_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"testing"

	"github.com/phonebank/phonebank/wire/signed"
)

func TestCanSign(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	edwards, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		situation string
		key       crypto.PublicKey
		want      string
	}{
		{"RSA-1024", rsaKey(t, 1024).Public(), ""},
		{"RSA-2048", rsaKey(t, 2048).Public(), ""},
		{"RSA-4096", rsaKey(t, 4096).Public(), ""},
		{"RSA-3072", rsaKey(t, 3072).Public(), "not supported: RSA-3072 key: the header has a code for 1024, 2048 and 4096 bits only"},
		{"EC", curve.Public(), "not supported: a signer's key is RSA, not EC"},
		{"Ed25519", edwards, "not supported: a signer's key is RSA, not ed25519.PublicKey"},
		{"none", nil, "not supported: a signer's key is RSA, not <nil>"},
	} {
		got := signed.CanSign(tt.key)
		if tt.want == "" && got != nil || tt.want != "" && (got == nil || got.Error() != tt.want || !errors.Is(got, signed.ErrUnsupported)) {
			t.Errorf("%s: %v", tt.situation, got)
		}
	}
}
