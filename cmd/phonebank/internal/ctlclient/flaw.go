package ctlclient

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// Flaw is something wrong with a list, on purpose: for testing phones.
type Flaw string

// The flaws.
const (
	FlawRollback      Flaw = "rollback"       // an ITL prepared for the rollback to a release before 8.0
	FlawUnknownSigner Flaw = "unknown-signer" // signed by a token made for this list
	FlawTruncated     Flaw = "truncated"      // cut off inside the last record
	FlawSeparator     Flaw = "separator"      // names with commas, tags in the open builder's order
)

var flaws = []Flaw{FlawRollback, FlawUnknownSigner, FlawTruncated, FlawSeparator}

// ParseFlaw knows them by name; "" is none.
func ParseFlaw(name string) (Flaw, error) {
	if name == "" || slices.Contains(flaws, Flaw(name)) {
		return Flaw(name), nil
	}
	var names []string
	for _, f := range flaws {
		names = append(names, string(f))
	}
	return "", fmt.Errorf("%q is none of %s", name, strings.Join(names, ", "))
}

// plant puts the flaw into the plan.
func (p *Plan) plant() error {
	switch p.flaw {
	case FlawSeparator:
		p.Spec.Separator = signed.BuilderSeparator
		for i, e := range p.Spec.Records {
			p.Spec.Records[i] = afresh(e)
		}
	case FlawRollback:
		p.rollback()
	case FlawUnknownSigner:
		return p.stranger()
	}
	return nil
}

// afresh is a record that is written anew from its certificate.
func afresh(e ctl.Entry) ctl.Entry {
	r := e.Record
	if r == nil {
		return e
	}
	certificate, err := r.X509()
	if err != nil {
		return e
	}
	return ctl.Entry{Role: r.Role, Certificate: certificate, DNSName: r.DNSName, IPAddress: r.IPAddress, OmitSignature: len(r.Signature) == 0}
}

// rollback makes an ITL whose TFTP and TVS parts are empty (trust list, section
// 8.2): a phone that holds it takes any next one.
func (p *Plan) rollback() {
	p.Spec.Kind = ctl.ITL
	var records []ctl.Entry
	for _, e := range p.Spec.Records {
		role, name, _ := content(e)
		if !bare(role) {
			records = append(records, e)
			continue
		}
		address := e.IPAddress
		if e.Record != nil {
			address = e.Record.IPAddress
		}
		for _, role := range []ctl.Role{ctl.RoleTFTP, ctl.RoleTVS} {
			records = append(records, ctl.Entry{Role: role, DNSName: name, IPAddress: address})
		}
	}
	p.Spec.Records = records
}

// stranger has a token sign that is made for the occasion and listed first.
func (p *Plan) stranger() error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	at := p.Spec.Time
	if at.IsZero() {
		at = time.Now()
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: serial, NotBefore: at.AddDate(0, 0, -1), NotAfter: at.AddDate(10, 0, 0),
		Subject: pkix.Name{CommonName: fmt.Sprintf("SAST-unknown-%08x", serial.Uint64()>>32), Organization: []string{"Phonebank"}},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	p.key, p.Spec.Signer = key, certificate
	p.Spec.Records = slices.Insert(p.Spec.Records, 0, ctl.Entry{Role: ctl.RoleSAST, Certificate: certificate, OmitSignature: true})
	return nil
}

// spoil does what can only be done to a finished file.
func (f Flaw) spoil(file []byte) []byte {
	if f == FlawTruncated {
		return file[:len(file)-16]
	}
	return file
}
