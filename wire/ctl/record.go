package ctl

import (
	"crypto"
	"crypto/x509"
	"errors"
	"net/netip"

	"github.com/phonebank/phonebank/wire/signed"
)

// Record binds a certificate to a role (trust list, section 4).
type Record struct {
	Number        int // from 1, in file order
	Offset        int // bytes from the start of the file
	Length        int // bytes, RECORDLENGTH itself included
	DNSName       string
	Subject       string
	Role          Role
	Issuer        string
	Serial        []byte
	PublicKey     []byte
	Signature     []byte
	Certificate   []byte
	IPAddress     netip.Addr
	CertHash      []byte
	HashAlgorithm uint8
	Items         []signed.Item
}

// X509 is the certificate, parsed once.
func (r *Record) X509() (*x509.Certificate, error) { return nil, errors.ErrUnsupported }

// Key is the public key, parsed once.
func (r *Record) Key() (crypto.PublicKey, error) { return nil, errors.ErrUnsupported }

// SHA1 is the digest of the certificate.
func (r *Record) SHA1() [20]byte { return [20]byte{} }

// Is says whether der is the record's certificate.
func (r *Record) Is(der []byte) bool { return false }
