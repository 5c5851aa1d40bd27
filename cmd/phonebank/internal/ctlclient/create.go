package ctlclient

import (
	"crypto/x509"
	"slices"
	"time"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// Create is an order for a new CTL file.
type Create struct {
	Signer    *x509.Certificate   // nil only with FlawUnknownSigner
	SASTs     []*x509.Certificate // beside the signer
	Servers   []Server
	Digest    signed.Digest // 0: SHA-1
	Time      time.Time     // zero: now
	Tokenless bool          // the publisher's CallManager or the recovery key signs
	NonSecure bool          // the cluster went back to non-secure mode
	Flaw      Flaw
}

// Plan decides. A *Refusal tells what is refused.
func (c Create) Plan() (*Plan, error) {
	p := &Plan{flaw: c.Flaw}
	sasts, err := c.sasts()
	if err != nil {
		return nil, err
	}
	if len(c.Servers) == 0 {
		return nil, refuse("Name the servers: --ccm-tftp CERT@NAME for each node, --capf CERT@NAME.", "no server is listed: phones would trust nobody but the tokens")
	}
	for i, s := range c.Servers {
		if err := listed(s); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(c.Servers[:i], s.same) {
			return nil, refuse("Leave one of them out.", "%s is named twice as %s of %s", Named(s.Certificate), s.Role.Short(), s.Name)
		}
	}
	p.Spec = ctl.Spec{Digest: c.Digest, Time: c.Time, Signer: c.Signer}
	if c.Tokenless { // lists of the USB-token era have neither (trust list, sections 3 and 4)
		p.Spec.SignerVersion = &[2]uint8{1, 0}
	}
	for _, s := range sasts {
		p.Spec.Records = append(p.Spec.Records, ctl.Entry{Role: ctl.RoleSAST, Certificate: s, OmitSignature: !c.Tokenless})
	}
	p.Spec.Records = append(p.Spec.Records, entries(c.Servers, c.NonSecure, !c.Tokenless)...)
	if err := p.plant(); err != nil {
		return nil, err
	}
	p.warn()
	return p, nil
}

func (s Server) same(o Server) bool {
	return s.Role == o.Role && s.Name == o.Name && s.Certificate.Equal(o.Certificate)
}

// sasts is who may sign the next list.
func (c Create) sasts() ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for _, s := range append([]*x509.Certificate{c.Signer}, c.SASTs...) {
		if s != nil && !slices.ContainsFunc(all, s.Equal) { // named twice is one token
			all = append(all, s)
		}
	}
	for _, s := range all {
		if err := canSign(s); err != nil {
			return nil, err
		}
	}
	if c.Tokenless {
		return c.tokenless(all)
	}
	for _, s := range all {
		if i := slices.IndexFunc(c.Servers, func(o Server) bool { return o.Certificate.Equal(s) }); i >= 0 {
			return nil, refuse("Sign with a token, or use --tokenless.",
				"%s is the %s certificate of %s, no security token", Named(s), c.Servers[i].Role.Short(), c.Servers[i].Name)
		}
	}
	return all, enough(all, c.Flaw)
}

// enough refuses a list of fewer than two tokens.
func enough(tokens []*x509.Certificate, flaw Flaw) error {
	if len(tokens) >= 2 || flaw == FlawUnknownSigner {
		return nil
	}
	count := "no security token"
	if len(tokens) == 1 {
		count = "only one security token, " + Named(tokens[0])
	}
	return refuse("Add another token with --sast CERT. Clusters without tokens sign with --tokenless.",
		"%s: at least two must be present in a CTL file, one to sign and one as a backup, because phones take the next list only from a token of this one", count)
}

// tokenless checks the signer of a cluster without tokens, and lists the
// publisher's CallManager beside the recovery key.
func (c Create) tokenless(sasts []*x509.Certificate) ([]*x509.Certificate, error) {
	isServer := func(s *x509.Certificate) bool {
		return slices.ContainsFunc(c.Servers, func(o Server) bool { return o.Role == ctl.RoleCCMTFTP && o.Certificate.Equal(s) })
	}
	switch {
	case c.Signer == nil: // FlawUnknownSigner brings its own
		return sasts, nil
	case isServer(c.Signer):
		return sasts, nil
	case !isRecovery(c.Signer):
		return nil, refuse("Sign with the key of the publisher's CallManager certificate and list it with --ccm-tftp, or with the recovery key (CN=ITLRECOVERY_…).",
			"without tokens the publisher's CallManager or the recovery key signs; %s is neither", Named(c.Signer))
	case slices.ContainsFunc(sasts, isServer):
		return sasts, nil
	}
	for _, s := range c.Servers {
		if s.Role == ctl.RoleCCMTFTP && canSign(s.Certificate) == nil {
			return append([]*x509.Certificate{s.Certificate}, sasts...), nil
		}
	}
	return nil, refuse("Name the publisher's CallManager certificate with --ccm-tftp CERT@NAME.",
		"the recovery certificate is listed as SAST next to CallManager, and no CCM+TFTP record has an RSA certificate")
}
