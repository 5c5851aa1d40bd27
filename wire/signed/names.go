package signed

import "crypto/x509"

// SignerOf names a certificate as a header does.
func SignerOf(cert *x509.Certificate, separator string) Signer {
	return Signer{Name: cert.Subject.String(), Issuer: cert.Issuer.String(), Serial: cert.SerialNumber.Bytes()}
}
