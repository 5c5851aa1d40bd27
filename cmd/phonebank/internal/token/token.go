// Package token is what signs CTL files: a certificate, and its key behind a
// password.
//
//	KEY,CERT         PKCS#8, PEM or DER, encrypted or not, and its certificate
//	FILE.p12         PKCS#12, which brings its certificate; ,CERT may follow
//	pkcs11:…         an object of a PKCS#11 token; ,CERT may follow
//
// A token is found first and unlocked later: who may sign is decided before
// anybody is asked for a password, and no attempt is spent on a token that may
// not. An encrypted file counts wrong passwords as an eToken does: 15 in a row
// and it is locked for good. A PKCS#11 token counts by itself.
package token

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/keyfile"
)

// ErrOtherKey says that a certificate is not the one of the token's key.
var ErrOtherKey = errors.New("the certificate is not that of the key")

// ErrNoCertificate says that neither the token nor the caller brought one.
var ErrNoCertificate = errors.New("the token brings no certificate: name it behind a comma, KEY,CERT")

// maxFile is more than any key or certificate has.
const maxFile = 1 << 20

// Token is a signer of lists.
type Token struct {
	Name        string            // as the user wrote it, without the certificate
	Certificate *x509.Certificate // nil while it lies behind the password

	unlock func(context.Context, Password) (crypto.Signer, *x509.Certificate, error)
	close  func() error
}

// Password gets the password of a token from whoever knows it.
type Password func(context.Context, Prompt) (string, error)

// Prompt is what to tell the person who is asked.
type Prompt struct {
	Token string
	Left  int    // attempts left; 0 when the token does not say
	State string // what a PKCS#11 token says: "the number of attempts is low"
}

// Find finds a token by reference and, where that takes no password, its
// certificate.
func Find(reference string) (*Token, error) {
	key, certificate := split(reference)
	t := &Token{Name: key}
	if certificate != "" {
		var err error
		if t.Certificate, err = CertificateFile(certificate); err != nil {
			return nil, err
		}
	}
	if strings.HasPrefix(key, "pkcs11:") {
		return t, t.onCard(key)
	}
	return t, t.inFile(key)
}

// split cuts KEY,CERT at its last comma: names of keys may have some. What is a
// file as it stands needs no cutting.
func split(reference string) (key, certificate string) {
	if _, err := os.Stat(reference); err == nil {
		return reference, ""
	}
	if i := strings.LastIndexByte(reference, ','); i >= 0 {
		return reference[:i], reference[i+1:]
	}
	return reference, ""
}

// Unlock gives the key, asking for the password where there is one. Afterwards
// Certificate is set, and it is the key's.
func (t *Token) Unlock(ctx context.Context, ask Password) (crypto.Signer, error) {
	key, certificate, err := t.unlock(ctx, ask)
	if err != nil {
		return nil, err
	}
	if t.Certificate == nil {
		t.Certificate = certificate
	}
	if t.Certificate == nil {
		return nil, fmt.Errorf("%s: %w", t.Name, ErrNoCertificate)
	}
	own, ok := t.Certificate.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !own.Equal(key.Public()) {
		return nil, fmt.Errorf("%s: %w", t.Name, ErrOtherKey)
	}
	return key, nil
}

// Close lets go of the token.
func (t *Token) Close() error {
	if t.close == nil {
		return nil
	}
	return t.close()
}

// CertificateFile reads a certificate, PEM or DER.
func CertificateFile(path string) (*x509.Certificate, error) {
	file, err := read(path)
	if err != nil {
		return nil, err
	}
	certificate, err := keyfile.Certificate(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return certificate, nil
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("%s: more than %d bytes: neither a key nor a certificate", path, maxFile)
	}
	return b, err
}
