package token

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/keyfile"
)

// errPassword says that a password does not fit.
var errPassword = errors.New("wrong password")

// ErrOldEncryption says that a key is protected in the way of before PKCS#8.
var ErrOldEncryption = errors.New("a key with Proc-Type: 4,ENCRYPTED is not read; " +
	"rewrite it: openssl pkcs8 -topk8 -v2 aes-256-cbc -in KEY -out NEW")

// locked is a key behind a password: it opens it or says errPassword.
type locked func(password string) (crypto.Signer, *x509.Certificate, error)

// inFile prepares a token that is a file.
func (t *Token) inFile(path string) error {
	file, err := read(path)
	if err != nil {
		return err
	}
	key, certificate, closed, err := look(file)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if t.Certificate == nil {
		t.Certificate = certificate
	}
	t.unlock = func(ctx context.Context, ask Password) (crypto.Signer, *x509.Certificate, error) {
		if closed == nil {
			return key, certificate, nil
		}
		return open(ctx, path, closed, ask)
	}
	return nil
}

// look tells what a file is, by its content: the key and perhaps its
// certificate, or how to open it.
func look(file []byte) (crypto.Signer, *x509.Certificate, locked, error) {
	if !bytes.Contains(file, []byte("-----BEGIN ")) {
		switch {
		case isPKCS12(file):
			open := pkcs12Of(file)
			if key, certificate, err := open(""); !errors.Is(err, errPassword) {
				return key, certificate, nil, err
			}
			return nil, nil, open, nil
		case isEncrypted(file):
			return nil, nil, pkcs8Of(file), nil
		}
		key, err := keyfile.Parse(file)
		return key, nil, nil, err
	}
	certificate, _ := keyfile.Certificate(file) // it may come along
	for rest := file; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		switch {
		case block.Type == "ENCRYPTED PRIVATE KEY":
			return nil, certificate, pkcs8Of(block.Bytes), nil
		case strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
			return nil, nil, nil, ErrOldEncryption
		}
	}
	key, err := keyfile.Parse(file)
	return key, certificate, nil, err
}

func isPKCS12(der []byte) bool {
	var pfx struct {
		Version  int
		AuthSafe asn1.RawValue
		MAC      asn1.RawValue `asn1:"optional"`
	}
	_, err := asn1.Unmarshal(der, &pfx)
	return err == nil && pfx.Version == 3
}

func pkcs12Of(file []byte) locked {
	return func(password string) (crypto.Signer, *x509.Certificate, error) {
		key, certificate, _, err := pkcs12.DecodeChain(file, password)
		switch {
		case errors.Is(err, pkcs12.ErrIncorrectPassword), errors.Is(err, pkcs12.ErrDecryption):
			return nil, nil, errPassword
		case err != nil:
			return nil, nil, err
		}
		signer, ok := key.(crypto.Signer)
		if !ok {
			return nil, nil, fmt.Errorf("%w, not %T", keyfile.ErrKind, key)
		}
		return signer, certificate, nil
	}
}

// open asks for the password of a file and tries it, once.
func open(ctx context.Context, path string, closed locked, ask Password) (crypto.Signer, *x509.Certificate, error) {
	count := triesOf(path)
	left, err := count.left()
	if err != nil {
		return nil, nil, err
	}
	if left == 0 {
		return nil, nil, &Locked{path}
	}
	password, err := ask(ctx, Prompt{Token: path, Left: left})
	if err != nil {
		return nil, nil, err
	}
	if err := count.set(left - 1); err != nil {
		return nil, nil, err
	}
	key, certificate, err := closed(password)
	if errors.Is(err, errPassword) {
		return nil, nil, &WrongPassword{Token: path, Left: left - 1}
	}
	if err != nil { // the file's fault: no attempt was wrong
		return nil, nil, errors.Join(fmt.Errorf("%s: %w", path, err), count.set(left))
	}
	return key, certificate, count.reset()
}
