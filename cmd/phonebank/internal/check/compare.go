package check

import (
	"crypto/x509"
	"fmt"
	"slices"

	"github.com/phonebank/phonebank/wire/ctl"
)

// recordsMatch is step 2: each server presents a certificate that the list has
// in its role, byte for byte.
func recordsMatch(e *examination, kind ctl.Kind, s service) (findings []Finding) {
	list := e.lists[kind]
	switch empty := len(withCertificate(list, s)) == 0; {
	case empty && s.name == "callmanager" && !e.secure():
		return one(none("", fmt.Sprintf("the %s names no CallManager's certificate: the cluster is not in mixed mode", kind)))
	case empty && kind == ctl.ITL && list.Rollback():
		return one(none("", "the ITL names no "+s.title+": the cluster is prepared for rollback"))
	case empty && kind == ctl.CTL:
		return one(e.noRecord(s))
	}
	for _, p := range e.ports[s.name] {
		what := fmt.Sprintf("the %s's record of %s %s", kind, s.title, p.address)
		if p.cert == nil {
			findings = append(findings, unchecked(what, p.unseen()))
			continue
		}
		if r := list.Trusts(p.cert.Raw, s.roles...); r != nil {
			findings = append(findings, good(fmt.Sprintf("the %s's record %d, %s, is what %s presents: serial %s", kind, r.Number, r.Role.Short(), p.address, serialOf(p.cert))))
			continue
		}
		findings = append(findings, e.mismatch(kind, s, p))
	}
	if len(findings) == 0 {
		return one(unchecked(fmt.Sprintf("the %s's record of %s", kind, s.title), e.unmet[s.name+"-port"]))
	}
	return findings
}

func withCertificate(list *ctl.List, s service) []*ctl.Record {
	return slices.DeleteFunc(slices.Collect(list.With(s.roles...)), func(r *ctl.Record) bool {
		return len(r.Certificate) == 0 && len(r.CertHash) == 0
	})
}

// noRecord is a CTL without anybody in a role that the cluster has a server for.
func (e *examination) noRecord(s service) Finding {
	title := "the CTL's record of " + s.title
	i := slices.IndexFunc(e.ports[s.name], func(p *port) bool { return p.err == nil })
	switch {
	case len(e.ports[s.name]) == 0:
		return unchecked(title, "neither configuration nor lists name a "+s.title)
	case i < 0:
		return unchecked(title, e.ports[s.name][0].unseen())
	}
	return bad("", fmt.Sprintf("the CTL has no %s certificate: no phone that holds it trusts %s", s.title, e.ports[s.name][i].address),
		append([]string{s.start}, e.signAgain(ctl.CTL)...)...)
}

// mismatch explains a certificate that the list does not name.
func (e *examination) mismatch(kind ctl.Kind, s service, p *port) Finding {
	list := e.lists[kind]
	text := fmt.Sprintf("%s %s presents serial %s, which the %s does not name as %s", s.title, p.address, serialOf(p.cert), kind, s.title)
	named := nameFor(list, s, p)
	repair := e.signAgain(kind)
	if named == nil {
		text += ": it has no such record"
	} else {
		text += fmt.Sprintf(": it has serial %s", serialOf(named))
		switch {
		case p.cert.NotBefore.Before(named.NotBefore):
			text += fmt.Sprintf(", which is newer (%s, against %s): the service still shows the certificate from before", stamp(named.NotBefore), stamp(p.cert.NotBefore))
			repair = []string{restartOf(s, p)}
		case p.cert.NotBefore.After(list.Timestamp):
			text += fmt.Sprintf("; the certificate was regenerated (valid from %s) after the %s was made (%s)", stamp(p.cert.NotBefore), kind, stamp(list.Timestamp))
		}
	}
	if other := e.elsewhere(kind, s, p); other != "" {
		text += other
	}
	return bad("", text, repair...)
}

// nameFor is the certificate that the list has for a server: that of a record
// with its address, else the only one.
func nameFor(list *ctl.List, s service, p *port) *x509.Certificate {
	records := withCertificate(list, s)
	i := slices.IndexFunc(records, func(r *ctl.Record) bool { return r.DNSName == p.host || hostOf(r) == p.host })
	if i < 0 && len(records) != 1 {
		return nil
	}
	cert, err := records[max(i, 0)].X509()
	if err != nil {
		return nil
	}
	return cert
}

// elsewhere says that the other list, or another role, knows the certificate.
func (e *examination) elsewhere(kind ctl.Kind, s service, p *port) string {
	for i := range e.lists[kind].Records {
		if r := &e.lists[kind].Records[i]; r.Is(p.cert.Raw) {
			return fmt.Sprintf("; record %d has it, but as %s", r.Number, r.Role.Short())
		}
	}
	other := ctl.ITL
	if kind == ctl.ITL {
		other = ctl.CTL
	}
	if list := e.lists[other]; list != nil && e.taken[other] && list.Trusts(p.cert.Raw, s.roles...) != nil {
		return fmt.Sprintf("; the %s names it, so that phones which hold both lists still accept it", other)
	}
	return ""
}
