package phone

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"

	"github.com/phonebank/phonebank/wire/capf"
)

// FreshKeys makes a new key for every request, as a phone does.
type FreshKeys struct{}

// NewKey implements Keys. It refuses sizes that no phone makes before it
// computes anything.
func (FreshKeys) NewKey(_ context.Context, spec capf.KeySpec) (crypto.Signer, error) {
	if err := spec.Check(); err != nil {
		return nil, err
	}
	if spec.Type == capf.RSA {
		return rsa.GenerateKey(rand.Reader, spec.Bits)
	}
	curve := map[capf.Curve]elliptic.Curve{
		capf.P256: elliptic.P256(), capf.P384: elliptic.P384(), capf.P521: elliptic.P521(),
	}[spec.Curve]
	return ecdsa.GenerateKey(curve, rand.Reader)
}
