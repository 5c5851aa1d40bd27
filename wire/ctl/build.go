package ctl

import (
	"crypto"
	"crypto/x509"
	"errors"
	"net/netip"
	"time"

	"github.com/phonebank/phonebank/wire/signed"
)

// Spec is a trust list to be built.
type Spec struct {
	Kind          Kind
	Digest        signed.Digest
	Time          time.Time
	Separator     string
	SignerVersion *[2]uint8
	Records       []Entry
	Signer        *x509.Certificate
	Key           crypto.Signer
}

// Entry is a record to be built.
type Entry struct {
	Role          Role
	Certificate   *x509.Certificate
	DNSName       string
	IPAddress     netip.Addr
	OmitSignature bool
	HashOnly      bool
}

// Build makes and signs a trust list.
func Build(s Spec) ([]byte, error) { return nil, errors.ErrUnsupported }
