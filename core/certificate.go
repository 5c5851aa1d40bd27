package core

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"math/big"
	"time"
)

// Credential is a certificate and its key.
type Credential struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// Lifetimes, as the real things have them: CallManager certificates five
// years, recovery certificates twenty, MICs longer than any phone lives.
const (
	lifetime         = 5 * 365 * 24 * time.Hour
	recoveryLifetime = 20 * 365 * 24 * time.Hour
	lscLifetime      = 365 * 24 * time.Hour
)

// subject is a name in the order of CUCM: CN, OU, O, L, ST, C.
func subject(commonName, unit string) pkix.Name {
	oid := func(last int) asn1.ObjectIdentifier { return asn1.ObjectIdentifier{2, 5, 4, last} }
	name := pkix.Name{CommonName: commonName}
	for _, part := range []struct {
		last  int
		value string
	}{{3, commonName}, {11, unit}, {10, "Phonebank"}, {7, "Loopback"}, {8, "Lab"}, {6, "DE"}} {
		name.ExtraNames = append(name.ExtraNames, pkix.AttributeTypeAndValue{Type: oid(part.last), Value: part.value})
	}
	return name
}

// selfSigned mints a certificate that vouches for itself, as CallManager.pem,
// CAPF.pem and TVS.pem of a fresh cluster do.
func selfSigned(name pkix.Name, key crypto.Signer, now time.Time, life time.Duration) (*x509.Certificate, error) {
	template := &x509.Certificate{
		SerialNumber:          newSerial(8),
		Subject:               name,
		NotBefore:             now.Add(-time.Hour).Truncate(time.Second),
		NotAfter:              now.Add(life).Truncate(time.Second),
		SignatureAlgorithm:    algorithmFor(key.Public()),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	return mint(template, template, key.Public(), key)
}

func mint(template, issuer *x509.Certificate, pub crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, pub, key)
	if err != nil {
		return nil, fmt.Errorf("core: mint %s: %w", template.Subject.CommonName, err)
	}
	return x509.ParseCertificate(der)
}

// algorithmFor names SHA-256 for RSA, as CUCM does since 11.5, and leaves the
// choice for other keys to the library.
func algorithmFor(pub crypto.PublicKey) x509.SignatureAlgorithm {
	if _, ok := pub.(*rsa.PublicKey); ok {
		return x509.SHA256WithRSA
	}
	return x509.UnknownSignatureAlgorithm
}

// newSerial is random, positive, and n bytes long.
func newSerial(n int) *big.Int {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand
	b[0] = b[0]&0x7F | 0x40
	return new(big.Int).SetBytes(b)
}

// randomHex is n random bytes in hex, such as the end of CN=CAPF-9c4cba7d.
func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand
	return hex.EncodeToString(b)
}

// signedBy reports whether the key of issuer made the signature of cert. It
// accepts SHA-1, which MICs of old phones carry and x509's chains refuse.
func signedBy(cert, issuer *x509.Certificate) bool {
	return string(cert.RawIssuer) == string(issuer.RawSubject) &&
		issuer.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) == nil
}
