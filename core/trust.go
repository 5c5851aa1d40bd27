package core

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"time"
)

// trustStore is whom a service believes about phones: CAPF-trust and
// CallManager-trust as they were when it started. It does not change.
type trustStore struct {
	capf   []*x509.Certificate // issuers of LSCs, the cluster's own first
	makers []*x509.Certificate // issuers of MICs
}

func (s stored) trust() trustStore {
	a := s.authority
	return trustStore{
		capf:   append([]*x509.Certificate{a.CAPF.Certificate}, a.CAPFTrust...),
		makers: append([]*x509.Certificate{a.Manufacturer.Certificate}, s.config.MICRoots...),
	}
}

// vouches says whether a certificate was issued by a CAPF or by the factory of
// a phone that the store names. Dates do not matter.
func (t trustStore) vouches(cert *x509.Certificate) bool {
	for _, issuers := range [][]*x509.Certificate{t.capf, t.makers} {
		for _, issuer := range issuers {
			if signedBy(cert, issuer) {
				return true
			}
		}
	}
	return false
}

// issuedLSC says whether a certificate that the store vouches for is an LSC.
func (t trustStore) issuedLSC(cert *x509.Certificate) bool {
	for _, issuer := range t.capf {
		if bytes.Equal(cert.RawIssuer, issuer.RawSubject) {
			return true
		}
	}
	return false
}

// check says whether a phone's certificate is an LSC of a known CAPF or a MIC
// of a known factory, and in date.
func (t trustStore) check(cert *x509.Certificate, now time.Time) certificateFault {
	switch {
	case !t.vouches(cert):
		return certificateUnknown
	case now.Before(cert.NotBefore):
		return certificateNotYetValid
	case now.After(cert.NotAfter):
		return certificateExpired
	}
	return certificateGood
}

// verifyConnection is the check in a handshake, resumed ones included. A phone
// without a certificate never gets here: TLS has refused it.
func (t trustStore) verifyConnection(now func() time.Time, trace *tracer) func(tls.ConnectionState) error {
	return func(s tls.ConnectionState) error {
		fault := t.check(s.PeerCertificates[0], now())
		trace.verified(fault)
		if fault != certificateGood {
			return errCertificate
		}
		return nil
	}
}
