package core

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/phonebank/phonebank/internal/whole"
)

// Save writes the Authority to dir, one PEM file a credential with the
// certificate first and the PKCS#8 key second, readable by its owner alone, and
// each written whole or not at all: a certificate and its key never part. A
// child process loads the same cluster from there.
func (a *Authority) Save(dir string) error {
	for name, credential := range a.credentials() {
		if err := credential.save(dir, name); err != nil {
			return err
		}
	}
	return errors.Join(saveTrust(dir, capfTrustFile, a.CAPFTrust), saveTrust(dir, sastTrustFile, a.SASTTrust))
}

// The files of certificates without keys. They are there only when there are such.
const (
	capfTrustFile = "capf-trust.crt"
	sastTrustFile = "sast-trust.crt"
)

func saveTrust(dir, name string, certs []*x509.Certificate) error {
	if len(certs) == 0 {
		return nil
	}
	var text []byte
	for _, cert := range certs {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})...)
	}
	return whole.Bytes(filepath.Join(dir, name), 0o600, text)
}

func loadTrust(dir, name string) (certs []*x509.Certificate, err error) {
	rest, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for block := new(pem.Block); err == nil; {
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		var cert *x509.Certificate
		if cert, err = x509.ParseCertificate(block.Bytes); err == nil {
			certs = append(certs, cert)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("core: %s: %w", name, err)
	}
	return certs, nil
}

// credentials are all credentials by the name of their file, without ".pem".
func (a *Authority) credentials() map[string]Credential {
	all := map[string]Credential{
		"capf": a.CAPF, "recovery": a.Recovery, "unknown": a.Unknown,
		manufacturerFile: a.Manufacturer.Credential,
	}
	for prefix, list := range map[string][]Credential{"token": a.Tokens, "callmanager": a.CallManagers, "tvs": a.TVS} {
		for i, credential := range list {
			all[fmt.Sprintf("%s-%d", prefix, i+1)] = credential
		}
	}
	return all
}

// LoadAuthority reads what Save wrote.
func LoadAuthority(dir string) (*Authority, error) {
	a := &Authority{now: time.Now}
	var faults []error
	one := func(name string) (credential Credential) {
		credential, err := loadCredential(dir, name)
		faults = append(faults, err)
		return credential
	}
	several := func(prefix string) (list []Credential) {
		for i := 1; i <= 8; i++ {
			credential, err := loadCredential(dir, fmt.Sprintf("%s-%d", prefix, i))
			if errors.Is(err, fs.ErrNotExist) && i > 1 {
				break
			}
			faults = append(faults, err)
			list = append(list, credential)
		}
		return list
	}
	a.CAPF, a.Recovery, a.Unknown = one("capf"), one("recovery"), one("unknown")
	a.Tokens, a.CallManagers, a.TVS = several("token"), several("callmanager"), several("tvs")
	a.Manufacturer = Manufacturer{Credential: one(manufacturerFile), now: time.Now}
	for name, to := range map[string]*[]*x509.Certificate{capfTrustFile: &a.CAPFTrust, sastTrustFile: &a.SASTTrust} {
		certs, err := loadTrust(dir, name)
		*to = certs
		faults = append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	if len(a.TVS) != len(a.CallManagers) || len(a.Tokens) < 2 {
		return nil, fmt.Errorf("core: %s holds %d tokens, %d CallManagers and %d TVS: want 2 or more, and as many TVS as CallManagers",
			dir, len(a.Tokens), len(a.CallManagers), len(a.TVS))
	}
	return a, nil
}

// manufacturerFile is the factory's file, alone or beside a cluster's.
const manufacturerFile = "manufacturer"

// Save writes the factory to dir, so that MICs of a later run have the same issuer.
func (m *Manufacturer) Save(dir string) error { return m.Credential.save(dir, manufacturerFile) }

// LoadManufacturer reads what Save wrote.
func LoadManufacturer(dir string) (*Manufacturer, error) {
	credential, err := loadCredential(dir, manufacturerFile)
	if err != nil {
		return nil, err
	}
	return &Manufacturer{Credential: credential, now: time.Now}, nil
}

func (c Credential) save(dir, name string) error {
	key, err := x509.MarshalPKCS8PrivateKey(c.Key)
	if err != nil {
		return fmt.Errorf("core: key of %s: %w", name, err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate.Raw}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return whole.Bytes(filepath.Join(dir, name+".pem"), 0o600, text)
}

func loadCredential(dir, name string) (c Credential, err error) {
	path := filepath.Join(dir, name+".pem")
	rest, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("core: %w", err)
	}
	for block := new(pem.Block); err == nil; {
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		switch block.Type {
		case "CERTIFICATE":
			c.Certificate, err = x509.ParseCertificate(block.Bytes)
		case "PRIVATE KEY":
			var key any
			if key, err = x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
				c.Key, _ = key.(crypto.Signer)
			}
		}
	}
	switch {
	case err != nil:
		return c, fmt.Errorf("core: %s: %w", path, err)
	case c.Certificate == nil || c.Key == nil:
		return c, fmt.Errorf("core: %s: want a certificate and its private key", path)
	case !samePublicKey(c.Certificate.PublicKey, c.Key.Public()):
		return c, fmt.Errorf("core: %s: the key is not the certificate's", path)
	}
	return c, nil
}

// samePublicKey compares keys of any kind that crypto/x509 parses.
func samePublicKey(a, b crypto.PublicKey) bool {
	comparable, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && comparable.Equal(b)
}
