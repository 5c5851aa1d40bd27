package ctlclient

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// Mode is the cluster's security mode after an update.
type Mode int

// The modes.
const (
	Unchanged Mode = iota
	Mixed
	NonSecure
)

// Removal names records: by serial number, and by role where that is not enough.
type Removal struct {
	Serial []byte
	Role   *ctl.Role // nil: any
}

func (r Removal) String() string {
	text := signed.SerialText(r.Serial)
	if r.Role != nil {
		text = r.Role.Short() + "=" + text
	}
	return text
}

// Update is an order to change a CTL file and sign it again. Records that stay
// are taken over to the byte.
type Update struct {
	Old        *ctl.List
	Signer     *x509.Certificate // nil only with FlawUnknownSigner
	Add        []Server
	Remove     []Removal
	Digest     signed.Digest // 0: as before
	Time       time.Time     // zero: now
	Mode       Mode
	Tokenless  bool // the cluster has no tokens, whatever the list looks like
	Unverified bool // go on although the old list's signature does not verify
	Flaw       Flaw
}

// Plan decides. A *Refusal tells what is refused.
func (u Update) Plan() (*Plan, error) {
	if kind := u.Old.Kind(); kind != ctl.CTL {
		return nil, refuse("Name a CTL file: an ITL is written and signed by the TFTP server that serves it.",
			"the list to be updated is no CTL: its FILENAME is %q", u.Old.Filename)
	}
	if err := u.Old.VerifySelf(); err != nil && !u.Unverified {
		return nil, refuse("Fetch the file again from the TFTP server. If phones really hold these bytes, --unverified goes on.",
			"Verification of the CTL File Failed: %v", err)
	}
	if err := u.mayBeSigned(); err != nil {
		return nil, err
	}
	p := &Plan{old: u.Old, flaw: u.Flaw, Spec: ctl.Spec{
		Digest: u.Digest, Time: u.Time, Signer: u.Signer,
		SignerVersion: u.Old.SignerVersion, Separator: separator(u.Old),
	}}
	if p.Spec.Digest == 0 {
		p.Spec.Digest = u.Old.Envelope.Digest
	}
	records, err := u.remaining()
	if err != nil {
		return nil, err
	}
	if p.Spec.Records, err = u.extended(records); err != nil {
		return nil, err
	}
	if err := u.settled(p.Spec.Records); err != nil {
		return nil, err
	}
	if err := p.plant(); err != nil {
		return nil, err
	}
	p.warn()
	return p, nil
}

// mayBeSigned refuses a signer that is no SAST of the old list. A phone looks
// for the serial number and checks with the key, and so does this.
func (u Update) mayBeSigned() error {
	if u.Flaw == FlawUnknownSigner {
		return nil
	}
	if err := canSign(u.Signer); err != nil {
		return err
	}
	for _, r := range u.Old.Find(ctl.RoleSAST, signed.SerialBytes(u.Signer.SerialNumber)) {
		if key, err := r.Key(); err == nil {
			if own, ok := key.(interface{ Equal(crypto.PublicKey) bool }); ok && own.Equal(u.Signer.PublicKey) {
				return nil
			}
		}
	}
	return refuse("Sign with a token that the list names; this one can be added with --add SAST=CERT.",
		"%s is not in the list: to update the CTL file, at least one of the tokens inside the current CTL file must be found; it has %s",
		Named(u.Signer), tokensOf(u.Old))
}

func tokensOf(l *ctl.List) string {
	var names []string
	for r := range l.With(ctl.RoleSAST) {
		names = append(names, describe(r))
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, " and ")
}

func describe(r *ctl.Record) string {
	if len(r.Serial) == 0 {
		return fmt.Sprintf("record %d (%s %s, without a certificate)", r.Number, r.Role.Short(), r.DNSName)
	}
	return fmt.Sprintf("%s (serial %s)", r.Subject, signed.SerialText(r.Serial))
}

// remaining is the old records without the removed ones and, where the mode asks
// for it, without certificates.
func (u Update) remaining() ([]ctl.Entry, error) {
	gone := map[*ctl.Record]bool{}
	for _, removal := range u.Remove {
		found, err := u.find(removal)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			gone[r] = true
			if r.Role == ctl.RoleSAST && u.Signer != nil && r.Is(u.Signer.Raw) {
				return nil, refuse("Sign with another token of the list to remove this one.",
					"%s signs the list and cannot be removed from it: a new phone takes a list only from a SAST of its own", Named(u.Signer))
			}
		}
	}
	var kept []ctl.Entry
	for i := range u.Old.Records {
		r := &u.Old.Records[i]
		switch {
		case gone[r]:
		case u.Mode == NonSecure && bare(r.Role):
			kept = append(kept, ctl.Entry{Role: r.Role, DNSName: r.DNSName, IPAddress: r.IPAddress})
		default:
			kept = append(kept, ctl.Entry{Record: r})
		}
	}
	return kept, nil
}

// find is the records that a removal names.
func (u Update) find(removal Removal) (found []*ctl.Record, err error) {
	var serials []string
	for i := range u.Old.Records {
		r := &u.Old.Records[i]
		if len(r.Serial) > 0 {
			serials = append(serials, r.Role.Short()+"="+signed.SerialText(r.Serial))
		}
		if len(r.Serial) > 0 && bytes.Equal(r.Serial, removal.Serial) && (removal.Role == nil || *removal.Role == r.Role) {
			found = append(found, r)
		}
	}
	if len(found) == 0 {
		return nil, refuse("The list has "+strings.Join(serials, ", ")+".", "no record is %s", removal)
	}
	for _, r := range found[1:] {
		if !bytes.Equal(r.Certificate, found[0].Certificate) {
			return nil, refuse("Name the role as well: --remove "+found[0].Role.Short()+"="+removal.String()+".",
				"%s and %s have the same serial number", describe(found[0]), describe(r))
		}
	}
	return found, nil
}

// extended adds the new records: behind the last one of their role, in place of
// one without a certificate.
func (u Update) extended(records []ctl.Entry) ([]ctl.Entry, error) {
	omit := !slices.ContainsFunc(u.Old.Records, func(r ctl.Record) bool { return len(r.Signature) > 0 })
	for _, s := range u.Add {
		if err := listed(s); err != nil {
			return nil, err
		}
		if s.Role == ctl.RoleSAST {
			if err := canSign(s.Certificate); err != nil {
				return nil, err
			}
		}
		added := entries([]Server{s}, u.Mode == NonSecure, omit)[0]
		at := -1
		for i, e := range records {
			role, name, certificate := content(e)
			if role != s.Role {
				continue
			}
			if name == s.Name && bytes.Equal(certificate, s.Certificate.Raw) {
				return nil, refuse("Leave --add out.", "%s is in the list as %s already", Named(s.Certificate), s.Role.Short())
			}
			if name == s.Name && certificate == nil && s.Role != ctl.RoleSAST {
				records[i], at = added, len(records)
				break
			}
			at = i
		}
		switch {
		case at == len(records): // it stands in its place
		case at >= 0:
			records = slices.Insert(records, at+1, added)
		case s.Role == ctl.RoleSAST:
			records = slices.Insert(records, 0, added)
		default:
			records = append(records, added)
		}
	}
	return records, nil
}

func content(e ctl.Entry) (role ctl.Role, name string, certificate []byte) {
	switch {
	case e.Record != nil:
		return e.Record.Role, e.Record.DNSName, e.Record.Certificate
	case e.Certificate != nil:
		return e.Role, e.DNSName, e.Certificate.Raw
	}
	return e.Role, e.DNSName, nil
}

// settled refuses what no longer makes sense as a whole.
func (u Update) settled(records []ctl.Entry) error {
	tokens, servers := map[string]*x509.Certificate{}, map[string]bool{}
	for i, e := range records {
		role, name, der := content(e)
		switch certificate, err := x509.ParseCertificate(der); {
		case u.Mode == Mixed && bare(role) && der == nil && (e.Record == nil || len(e.Record.CertHash) == 0):
			return refuse(fmt.Sprintf("Name it: --add %s=CERT@%s.", role.Short(), name),
				"record %d (%s %s) has no certificate, as in non-secure mode: mixed mode needs one", i+1, role.Short(), name)
		case err != nil:
		case role == ctl.RoleSAST:
			tokens[string(der)] = certificate
		default:
			servers[string(der)] = true
		}
	}
	tokenless := u.Tokenless
	var all []*x509.Certificate
	for der, c := range tokens {
		tokenless = tokenless || servers[der] || isRecovery(c)
		all = append(all, c)
	}
	if tokenless {
		return nil
	}
	return enough(all, u.Flaw)
}

// separator is the one that the old list's texts were written with.
func separator(l *ctl.List) string {
	for i := range l.Records {
		c, err := l.Records[i].X509()
		if err != nil {
			continue
		}
		open := signed.NameText(c.RawSubject, signed.BuilderSeparator)
		if l.Records[i].Subject == open && open != signed.NameText(c.RawSubject, signed.VendorSeparator) {
			return signed.BuilderSeparator
		}
	}
	return ""
}
