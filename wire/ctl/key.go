package ctl

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"sync"
)

var (
	// ErrNoCertificate says that a record carries no certificate.
	ErrNoCertificate = errors.New("record carries no certificate")
	// ErrNoKey says that a record carries neither certificate nor public key.
	ErrNoKey = errors.New("record carries no key")
)

// cache holds what is parsed from a record on first use.
type cache struct {
	certOnce sync.Once
	cert     *x509.Certificate
	certErr  error

	keyOnce sync.Once
	key     crypto.PublicKey
	keyErr  error
}

// X509 is the record's certificate, parsed on first use and shared by all callers.
// Without one the error is ErrNoCertificate.
func (r *Record) X509() (*x509.Certificate, error) {
	c := r.cache
	if c == nil {
		return r.parseCertificate()
	}
	c.certOnce.Do(func() { c.cert, c.certErr = r.parseCertificate() })
	return c.cert, c.certErr
}

// Key is the key of the record: its certificate's, else PUBLICKEY. When both are
// there and disagree the record is invalid and Key is an error (trust list,
// section 7). Without either the error is ErrNoKey. Parsed on first use.
func (r *Record) Key() (crypto.PublicKey, error) {
	c := r.cache
	if c == nil {
		return r.parseKey()
	}
	c.keyOnce.Do(func() { c.key, c.keyErr = r.parseKey() })
	return c.key, c.keyErr
}

func (r *Record) parseCertificate() (*x509.Certificate, error) {
	if len(r.Certificate) == 0 {
		return nil, ErrNoCertificate
	}
	cert, err := x509.ParseCertificate(r.Certificate)
	if err != nil {
		return nil, fmt.Errorf("record %d: CERTIFICATE: %w", r.Number, err)
	}
	return cert, nil
}

func (r *Record) parseKey() (crypto.PublicKey, error) {
	cert, err := r.X509()
	switch {
	case err == nil:
		if err := r.agree(cert); err != nil {
			return nil, err
		}
		return cert.PublicKey, nil
	case !errors.Is(err, ErrNoCertificate):
		return nil, err
	case len(r.PublicKey) == 0:
		return nil, ErrNoKey
	}
	key, err := parsePublicKey(r.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("record %d: PUBLICKEY: %w", r.Number, err)
	}
	return key, nil
}

// agree compares PUBLICKEY, when there is one, with the certificate's key.
func (r *Record) agree(cert *x509.Certificate) error {
	if len(r.PublicKey) == 0 {
		return nil
	}
	bits, err := keyBits(cert)
	if err == nil && bytes.Equal(bits, r.PublicKey) {
		return nil
	}
	key, err := parsePublicKey(r.PublicKey)
	if err != nil {
		return fmt.Errorf("record %d: PUBLICKEY: %w", r.Number, err)
	}
	if same, ok := cert.PublicKey.(interface{ Equal(crypto.PublicKey) bool }); !ok || !same.Equal(key) {
		return fmt.Errorf("record %d: PUBLICKEY is not the key of CERTIFICATE", r.Number)
	}
	return nil
}

// keyBits is a certificate's key as PUBLICKEY holds it, which is what X.509 puts
// in its bit string: PKCS#1 for RSA, the uncompressed point for EC.
func keyBits(cert *x509.Certificate) ([]byte, error) {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(cert.RawSubjectPublicKeyInfo, &info); err != nil {
		return nil, fmt.Errorf("subject public key: %w", err)
	}
	return info.Key.RightAlign(), nil
}

// parsePublicKey reads a PUBLICKEY value. Points are told apart by their size.
func parsePublicKey(b []byte) (crypto.PublicKey, error) {
	curves := map[int]elliptic.Curve{65: elliptic.P256(), 97: elliptic.P384(), 133: elliptic.P521()}
	if curve, ok := curves[len(b)]; ok && b[0] == 4 {
		key, err := ecdsa.ParseUncompressedPublicKey(curve, b)
		if err != nil {
			return nil, err
		}
		return key, nil
	}
	key, err := x509.ParsePKCS1PublicKey(b)
	if err != nil {
		return nil, fmt.Errorf("neither a PKCS#1 key nor a point: %w", err)
	}
	return key, nil
}
