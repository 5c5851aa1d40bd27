package signed

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"errors"
	"fmt"
)

var (
	// ErrSignature says that the given key did not sign the file.
	ErrSignature = errors.New("signature does not verify")
	// ErrUnsupported says that an algorithm or a key is none that this header
	// can carry or that phones know.
	ErrUnsupported = errors.New("not supported")
	// ErrDecrypt says that an encrypted configuration did not open.
	ErrDecrypt = errors.New("cannot decrypt")
)

// Verify checks the signature against a public key (trust list, section 6):
// RSASSA-PKCS1-v1_5 over the covered bytes. It returns an error that wraps
// ErrUnsupported when digest, algorithm or key are not of the format, else one
// that wraps ErrSignature when the key did not sign the file.
func (e *Envelope) Verify(pub crypto.PublicKey) error {
	h, ok := e.Digest.Hash()
	if !ok {
		return fmt.Errorf("%w: %v", ErrUnsupported, e.Digest)
	}
	if e.Algorithm != 0 {
		return fmt.Errorf("%w: signature algorithm %d, only 0 (RSA) is known", ErrUnsupported, e.Algorithm)
	}
	key, ok := pub.(*rsa.PublicKey)
	if !ok {
		return noRSA(pub)
	}
	if _, err := modulusCode(key); err != nil {
		return err
	}
	if len(e.Signature) != key.Size() {
		return fmt.Errorf("%w: it has %d bytes, the key's have %d", ErrSignature, len(e.Signature), key.Size())
	}
	sum := h.New()
	e.Covered(sum)
	if err := rsa.VerifyPKCS1v15(key, h, sum.Sum(nil), e.Signature); err != nil {
		return fmt.Errorf("%w with this RSA-%d key", ErrSignature, key.N.BitLen())
	}
	return nil
}

// modulusCode is SIGNATUREMODULUS for a signer's key. The header numbers 512,
// 1024, 2048 and 4096 bits and nothing between; 512 is refused as too weak for
// Go's crypto/rsa.
func modulusCode(key *rsa.PublicKey) (uint8, error) {
	bits := 0
	if key.N != nil {
		bits = key.N.BitLen()
	}
	switch bits {
	case 1024:
		return 1, nil
	case 2048:
		return 2, nil
	case 4096:
		return 3, nil
	}
	return 0, fmt.Errorf("%w: RSA-%d key: the header has a code for 1024, 2048 and 4096 bits only", ErrUnsupported, bits)
}

// CanSign says why a public key's private one can sign no file of this format,
// nil if it can: it must be RSA of 1024, 2048 or 4096 bits. The error wraps
// ErrUnsupported.
func CanSign(pub crypto.PublicKey) error {
	key, ok := pub.(*rsa.PublicKey)
	if !ok {
		return noRSA(pub)
	}
	_, err := modulusCode(key)
	return err
}

func noRSA(pub crypto.PublicKey) error {
	kind := fmt.Sprintf("%T", pub)
	if _, ok := pub.(*ecdsa.PublicKey); ok {
		kind = "EC"
	}
	return fmt.Errorf("%w: a signer's key is RSA, not %s", ErrUnsupported, kind)
}
