package core

import (
	"crypto"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
)

// sha1WithRSA is sha1WithRSAEncryption, the signature of MICs of the 2000s.
var sha1WithRSA = pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 5}, Parameters: asn1.NullRawValue}

// tbsCertificate is as much of RFC 5280, section 4.1, as changing the
// algorithm of a certificate takes.
type tbsCertificate struct {
	Version   asn1.RawValue
	Serial    asn1.RawValue
	Algorithm pkix.AlgorithmIdentifier
	Issuer    asn1.RawValue
	Validity  asn1.RawValue
	Subject   asn1.RawValue
	PublicKey asn1.RawValue
	More      asn1.RawValue // extensions
}

// resignSHA1 returns the certificate der signed again by its RSA issuer, with SHA-1.
func resignSHA1(der []byte, key crypto.Signer) ([]byte, error) {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	var tbs tbsCertificate
	if _, err := asn1.Unmarshal(cert.RawTBSCertificate, &tbs); err != nil {
		return nil, fmt.Errorf("core: certificate: %w", err)
	}
	tbs.Algorithm = sha1WithRSA
	raw, err := asn1.Marshal(tbs)
	if err != nil {
		return nil, err
	}
	sum := sha1.Sum(raw)
	signature, err := key.Sign(rand.Reader, sum[:], crypto.SHA1)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{asn1.RawValue{FullBytes: raw}, sha1WithRSA, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}})
}
