package core

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"sync"
	"time"
)

// LSC issues a locally significant certificate as CAPF does (CAPF, section 9,
// end) and returns its DER: CN=<device>, valid for a year.
func (a *Authority) LSC(device string, pub crypto.PublicKey) ([]byte, error) {
	return a.LSCFor(device, pub, lscLifetime)
}

// LSCFor is LSC with another lifetime.
func (a *Authority) LSCFor(device string, pub crypto.PublicKey, life time.Duration) ([]byte, error) {
	return a.lsc(device, newSerial(16), pub, a.now(), life)
}

func (a *Authority) lsc(device string, serial *big.Int, pub crypto.PublicKey, now time.Time, life time.Duration) ([]byte, error) {
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               subject(device, "CAPF"),
		NotBefore:             now.Add(-time.Hour).Truncate(time.Second),
		NotAfter:              now.Add(life).Truncate(time.Second),
		SignatureAlgorithm:    algorithmFor(a.CAPF.Key.Public()),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageIPSECEndSystem},
		BasicConstraintsValid: true,
		URIs:                  []*url.URL{{Path: device}},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.CAPF.Certificate, pub, a.CAPF.Key)
	if err != nil {
		return nil, fmt.Errorf("core: LSC of %s: %w", device, err)
	}
	return der, nil
}

// lscForm issues the LSCs of one Authority, byte for byte as lsc does, for a
// storm of phones that all want one: it has x509 write the first, keeps what is
// the same in all of them, and fills in the rest. What it spares is 300
// allocations and the verification of its own signature. The zero value is ready.
type lscForm struct {
	once sync.Once
	err  error

	version, algorithm, issuer []byte // DER
	unit                       []byte // of the subject: what follows the common name
	extensions                 []byte // but for the last, the device's name
}

// nameless is who the first LSC is for.
const nameless = "SEP000000000000"

func (f *lscForm) issue(a *Authority, device string, pub crypto.PublicKey, now time.Time, life time.Duration) ([]byte, error) {
	serial := newSerial(16)
	if _, ok := a.CAPF.Key.Public().(*rsa.PublicKey); !ok || !plain(device) {
		return a.lsc(device, serial, pub, now, life)
	}
	if f.once.Do(func() { f.err = f.learn(a, now) }); f.err != nil {
		return nil, f.err
	}
	key, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return nil, fmt.Errorf("core: LSC of %s: %w", device, err)
	}
	name := der(asn1.TagSequence, []byte{asn1.TagOID, 3, 0x55, 4, 3}, der(asn1.TagPrintableString, []byte(device)))
	alias := der(asn1.TagSequence, []byte{asn1.TagOID, 3, 0x55, 0x1D, 17}, der(asn1.TagOctetString, der(asn1.TagSequence, der(derURI, []byte(device)))))
	tbs := der(
		asn1.TagSequence, f.version, der(asn1.TagInteger, serial.Bytes()), f.algorithm, f.issuer,
		der(asn1.TagSequence, derTime(now.Add(-time.Hour)), derTime(now.Add(life))),
		der(asn1.TagSequence, der(asn1.TagSet, name), f.unit),
		key, der(derExtensions, der(asn1.TagSequence, f.extensions, alias)),
	)
	sum := sha256.Sum256(tbs)
	signature, err := a.CAPF.Key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("core: LSC of %s: %w", device, err)
	}
	return der(asn1.TagSequence, tbs, f.algorithm, der(asn1.TagBitString, []byte{0}, signature)), nil
}

// learn takes the first LSC apart.
func (f *lscForm) learn(a *Authority, now time.Time) error {
	first, err := a.lsc(nameless, newSerial(16), a.CAPF.Key.Public(), now, lscLifetime)
	if err != nil {
		return err
	}
	cert, err := x509.ParseCertificate(first)
	if err != nil {
		return err
	}
	var tbs tbsCertificate
	var commonName asn1.RawValue
	var all []asn1.RawValue
	if _, err = asn1.Unmarshal(cert.RawTBSCertificate, &tbs); err == nil {
		f.unit, err = asn1.Unmarshal(tbs.Subject.Bytes, &commonName)
	}
	if err == nil {
		_, err = asn1.Unmarshal(tbs.More.Bytes, &all)
	}
	if err == nil {
		f.algorithm, err = asn1.Marshal(tbs.Algorithm)
	}
	if err != nil {
		return fmt.Errorf("core: LSC: %w", err)
	}
	f.version, f.issuer = tbs.Version.FullBytes, tbs.Issuer.FullBytes
	for _, extension := range all[:len(all)-1] {
		f.extensions = append(f.extensions, extension.FullBytes...)
	}
	return nil
}

// plain says that a name is written in the same bytes wherever it goes.
func plain(device string) bool {
	return !strings.ContainsFunc(device, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}
