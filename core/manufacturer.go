package core

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"time"
)

// Manufacturer is the factory that gives phones their MICs: a certificate
// authority of its own, so that one factory can serve several clusters.
type Manufacturer struct {
	Credential
	now func() time.Time
}

// NewManufacturer makes a factory with an RSA-2048 key; now dates it and its
// MICs, nil is time.Now.
func NewManufacturer(now func() time.Time) (*Manufacturer, error) {
	if now == nil {
		now = time.Now
	}
	o := AuthorityOptions{Bits: 2048, Now: now}
	credential, err := newCredential("Phonebank Manufacturing CA", "Manufacturing", o, recoveryLifetime)
	return &Manufacturer{Credential: credential, now: now}, err
}

// MIC issues the certificate that a phone leaves the factory with and returns
// its DER: CN=CP-<model>-<device>, signed with SHA-256, valid for as long as
// the factory.
func (m *Manufacturer) MIC(device, model string, key crypto.Signer) ([]byte, error) {
	return m.mic(device, model, key.Public(), x509.SHA256WithRSA)
}

// OldMIC is MIC signed with SHA-1, as those of the first secure phones are.
// The signature is made by hand, because Go no longer signs certificates so.
func (m *Manufacturer) OldMIC(device, model string, key crypto.Signer) ([]byte, error) {
	der, err := m.mic(device, model, key.Public(), x509.SHA256WithRSA)
	if err != nil {
		return nil, err
	}
	return resignSHA1(der, m.Key)
}

func (m *Manufacturer) mic(device, model string, pub crypto.PublicKey, algorithm x509.SignatureAlgorithm) ([]byte, error) {
	if _, ok := m.Key.Public().(*rsa.PublicKey); !ok {
		algorithm = x509.UnknownSignatureAlgorithm
	}
	template := &x509.Certificate{
		SerialNumber:          newSerial(10),
		Subject:               pkix.Name{CommonName: "CP-" + model + "-" + device, OrganizationalUnit: []string{"EVVBU"}, Organization: []string{"Phonebank"}},
		NotBefore:             m.now().Add(-time.Hour).Truncate(time.Second),
		NotAfter:              m.Certificate.NotAfter,
		SignatureAlgorithm:    algorithm,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, m.Certificate, pub, m.Key)
	if err != nil {
		return nil, fmt.Errorf("core: MIC of %s: %w", device, err)
	}
	return der, nil
}

// PEM is the factory's certificate: what a real cluster must be given before
// it accepts these MICs.
func (m *Manufacturer) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: m.Certificate.Raw})
}
