// Package keyfile reads private keys as people have them: PEM or DER, PKCS#8,
// PKCS#1 or SEC 1, with or without certificates in the same file.
package keyfile

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// Errors of Parse that people can do something about.
var (
	ErrNoKey     = errors.New("no private key in the file")
	ErrEncrypted = errors.New("the private key is protected by a passphrase")
	ErrKind      = errors.New("only RSA and EC keys belong to phones")
)

// Parse reads the first private key of a file.
func Parse(file []byte) (crypto.Signer, error) {
	if !bytes.Contains(file, []byte("-----BEGIN ")) {
		return parseDER(file)
	}
	for rest := file; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, ErrNoKey
		}
		switch {
		case block.Type == "ENCRYPTED PRIVATE KEY", strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
			return nil, ErrEncrypted
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			return parseDER(block.Bytes)
		}
	}
}

func parseDER(der []byte) (crypto.Signer, error) {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		switch key := key.(type) {
		case *rsa.PrivateKey:
			return key, nil
		case *ecdsa.PrivateKey:
			return key, nil
		default:
			return nil, fmt.Errorf("%w, not %T", ErrKind, key)
		}
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	return nil, fmt.Errorf("%w: it is neither PEM nor DER of PKCS#8, PKCS#1 or SEC 1", ErrNoKey)
}
