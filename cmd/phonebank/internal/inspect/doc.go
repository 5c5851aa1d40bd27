// Package inspect tells what is in a file, for people and as JSON: trust lists
// (ctl show) and phone configurations (config show). It believes everything
// the file says; whether a phone would is another question (ctl verify).
package inspect

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"fmt"
	"time"

	"github.com/phonebank/phonebank/wire/signed"
)

// Signer is who signed, as the header names him.
type Signer struct {
	Subject string `json:"subject"`
	Issuer  string `json:"issuer"`
	Serial  string `json:"serial"` // "AA:BB:CC"
}

func signerOf(s signed.Signer) Signer {
	return Signer{Subject: s.Name, Issuer: s.Issuer, Serial: s.SerialString()}
}

func version(major, minor uint8) string { return fmt.Sprintf("%d.%d", major, minor) }

// stamp is a time in UTC, empty for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// KeyName is "rsa-2048" or "ec-p256".
func KeyName(key crypto.PublicKey) string {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("rsa-%d", key.N.BitLen())
	case *ecdsa.PublicKey:
		return fmt.Sprintf("ec-p%d", key.Curve.Params().BitSize)
	case nil:
		return ""
	}
	return fmt.Sprintf("%T", key)
}
