// Package ctlclient decides as the CTL client does, and as "utils ctl" does on
// clusters without tokens: which records a CTL file gets, who may sign it, and
// what is refused (trust list, section 9; "Run the CTL Client using eTokens" of
// the vendor's guide).
//
//	Create   a new CTL file from tokens and the servers' certificates
//	Update   one that exists, signed by a token that stands in it
//	Plan     what came of it; Build signs it, and asks a phone before it is used
//
// The key is needed last, as with the real one, which asks for the token's
// password when everything else is decided. Reading files, passwords and words
// on a terminal are the command's.
package ctlclient

import (
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// Refusal is what the CTL client does not do, why, and what to do instead.
type Refusal struct{ Reason, Cure string }

func (r *Refusal) Error() string { return r.Reason }

func refuse(cure, format string, args ...any) error {
	return &Refusal{Reason: fmt.Sprintf(format, args...), Cure: cure}
}

// Server is a record to be listed: a certificate, its role, and under which name
// and address phones know it. A SAST has neither.
type Server struct {
	Role        ctl.Role
	Certificate *x509.Certificate
	Name        string
	Address     netip.Addr // IPv4, or invalid
}

// Plan is a list that may be signed.
type Plan struct {
	Spec     ctl.Spec // all but the key
	Warnings []string // what an administrator should know before phones get it

	old  *ctl.List // that the phones hold; nil when there is none
	flaw Flaw
	key  crypto.Signer // of a signer nobody knows; nil: the token's
}

// Build signs the list. Unless it is meant to have a flaw, a phone is asked
// whether it would take it: one that holds the old list, else a new one.
func (p *Plan) Build(ctx context.Context, key crypto.Signer) ([]byte, error) {
	if p.key != nil {
		key = p.key
	}
	p.Spec.Key = key
	file, err := ctl.Build(p.Spec)
	if err != nil {
		return nil, err
	}
	if p.flaw != "" {
		return p.flaw.spoil(file), nil
	}
	if v := (phone.Held{CTL: p.old}).JudgeList(ctx, ctl.CTL, file, nil, nil); v.Outcome == phone.Reject {
		return nil, refuse(v.Fix, "no phone would take this list: %s", v.Reason)
	}
	return file, nil
}

// entries is the records of servers; the certificates of those that phones meet
// on secure ports, or that sign configuration, are left out of a non-secure list.
func entries(servers []Server, nonSecure, omitSignature bool) (all []ctl.Entry) {
	for _, s := range servers {
		e := ctl.Entry{Role: s.Role, Certificate: s.Certificate, DNSName: s.Name, IPAddress: s.Address, OmitSignature: omitSignature}
		if nonSecure && bare(s.Role) {
			e.Certificate = nil
		}
		all = append(all, e)
	}
	return all
}

// bare says whether records of a role stand without a certificate in the CTL of a
// cluster that went back to non-secure mode (trust list, section 4).
func bare(r ctl.Role) bool { return r == ctl.RoleCCM || r == ctl.RoleCCMTFTP || r == ctl.RoleTFTP }

// canSign refuses a SAST whose key no trust list can be signed with.
func canSign(c *x509.Certificate) error {
	if err := signed.CanSign(c.PublicKey); err != nil {
		return refuse("Use a token with an RSA key of 1024, 2048 or 4096 bits.", "%s cannot be a SAST: %v", Named(c), err)
	}
	return nil
}

// listed refuses a record that has no place in a CTL file.
func listed(s Server) error {
	switch s.Role {
	case ctl.RoleSAST, ctl.RoleCCM, ctl.RoleCCMTFTP, ctl.RoleTFTP, ctl.RoleCAPF, ctl.RoleAppServer:
		return nil
	case ctl.RoleTVS:
		return refuse("Leave it out: the TFTP servers write it into their ITLs themselves.", "%s: TVS certificates stand in ITL files only", Named(s.Certificate))
	}
	return refuse("Use SAST, CCM, CCM+TFTP, TFTP, CAPF or APP-SERVER.", "%s: no phone knows %s", Named(s.Certificate), s.Role.Short())
}

// Named is a certificate as messages name it.
func Named(c *x509.Certificate) string {
	n := signed.SignerOf(c, "")
	return fmt.Sprintf("%s (serial %s)", n.Name, n.SerialString())
}

// isRecovery says whether a certificate is a cluster's recovery certificate, which
// is known by its name (trust list, section 9).
func isRecovery(c *x509.Certificate) bool {
	return strings.HasPrefix(strings.ToUpper(c.Subject.CommonName), "ITLRECOVERY")
}

// warn tells what is no error, but seldom meant.
func (p *Plan) warn() {
	at := p.Spec.Time
	if at.IsZero() {
		at = time.Now()
	}
	has := map[ctl.Role]bool{}
	dated := func(c *x509.Certificate, role ctl.Role) {
		switch {
		case at.After(c.NotAfter):
			p.note("%s %s expired on %s", role.Short(), Named(c), c.NotAfter.UTC().Format(time.DateOnly))
		case at.Before(c.NotBefore):
			p.note("%s %s is not valid before %s, and the list is of %s", role.Short(), Named(c),
				c.NotBefore.UTC().Format(time.DateOnly), at.UTC().Format(time.DateOnly))
		}
	}
	for _, e := range p.Spec.Records {
		role, certificate := e.Role, e.Certificate
		if e.Record != nil {
			role = e.Record.Role
			certificate, _ = e.Record.X509()
		}
		has[role] = true
		if certificate != nil {
			dated(certificate, role)
		}
	}
	if !has[ctl.RoleCCM] && !has[ctl.RoleCCMTFTP] {
		p.note("no CCM or CCM+TFTP record: phones can register with no CallManager over TLS")
	}
	if !has[ctl.RoleTFTP] && !has[ctl.RoleCCMTFTP] {
		p.note("no TFTP or CCM+TFTP record: phones without an ITL ask for unsigned configuration")
	}
	if !has[ctl.RoleCAPF] {
		p.note("no CAPF record: phones cannot get an LSC")
	}
	if p.Spec.Digest == signed.SHA512 {
		p.note("signed with SHA-512: phones that do not know it fail the update")
	}
}

func (p *Plan) note(format string, args ...any) {
	p.Warnings = append(p.Warnings, fmt.Sprintf(format, args...))
}
