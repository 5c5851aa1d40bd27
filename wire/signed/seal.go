package signed

import (
	"crypto"
	"crypto/rsa"
	"errors"
)

// Seal makes an encrypted and signed configuration.
func Seal(h Header, plain []byte, to *rsa.PublicKey, key crypto.Signer) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

// Open decrypts the payload.
func (e *Envelope) Open(key *rsa.PrivateKey) ([]byte, error) {
	return nil, ErrDecrypt
}
