package check

import (
	"context"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/inspect"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// slack is how far two clocks may be apart before somebody hears of it.
const slack = 5 * time.Minute

// certificateDates lists the certificates of a list, and those whose time is
// over. A phone does not look at dates; the services that present the
// certificates, and phones that compare LSCs, do.
func certificateDates(_ context.Context, e *examination, kind ctl.Kind) []Finding {
	var all []string
	var findings []Finding
	for i := range e.lists[kind].Records {
		r := &e.lists[kind].Records[i]
		all = append(all, recordLine(r))
		cert, err := r.X509()
		if err != nil {
			if len(r.Certificate) > 0 {
				findings = append(findings, bad("", fmt.Sprintf("record %d of the %s (%s): %v", r.Number, kind, r.Role.Short(), err), e.signAgain(kind)...))
			}
			continue
		}
		if f, ok := e.dated(cert, fmt.Sprintf("record %d of the %s, %s %s", r.Number, kind, r.Role.Short(), subjectOf(cert)), e.renew(r.Role, kind)); !ok {
			findings = append(findings, f)
		}
	}
	if len(findings) == 0 {
		return one(good(fmt.Sprintf("the %s's certificates are valid today", kind), all...))
	}
	findings[0].Details = all
	return findings
}

// recordLine is a record in one line: role, subject, serial, key, dates.
func recordLine(r *ctl.Record) string {
	line := fmt.Sprintf("%-9s ", r.Role.Short())
	cert, err := r.X509()
	if err != nil {
		name := r.Subject
		if name == "" {
			name = r.DNSName
		}
		return line + name + " without a certificate that can be read"
	}
	return line + certificateLine(cert)
}

func certificateLine(cert *x509.Certificate) string {
	return fmt.Sprintf("%s, serial %s, %s, %s to %s", subjectOf(cert), serialOf(cert), inspect.KeyName(cert.PublicKey),
		day(cert.NotBefore), day(cert.NotAfter))
}

func subjectOf(cert *x509.Certificate) string {
	if cert.Subject.CommonName != "" {
		return "CN=" + cert.Subject.CommonName
	}
	return signed.NameText(cert.RawSubject, signed.VendorSeparator)
}

func serialOf(cert *x509.Certificate) string {
	return signed.SerialText(signed.SerialBytes(cert.SerialNumber))
}

// dated says what is wrong with a certificate's dates, true for nothing.
func (e *examination) dated(cert *x509.Certificate, what string, repair []string) (Finding, bool) {
	switch {
	case e.Now.After(cert.NotAfter):
		return bad("", fmt.Sprintf("%s expired on %s", what, day(cert.NotAfter)), repair...), false
	case e.Now.Add(slack).Before(cert.NotBefore):
		return doubtful(fmt.Sprintf("%s is valid from %s only", what, stamp(cert.NotBefore)), checkClocks), false
	case e.Now.Add(e.ExpireWithin).After(cert.NotAfter):
		return doubtful(fmt.Sprintf("%s expires on %s, in %d days", what, day(cert.NotAfter), int(cert.NotAfter.Sub(e.Now).Hours()/24)), repair...), false
	}
	return Finding{}, true
}

// listDate: a list that is older than a certificate of a server does not have
// the latest.
func listDate(_ context.Context, e *examination, kind ctl.Kind) []Finding {
	list := e.lists[kind]
	if list.Timestamp.IsZero() {
		return one(doubtful(fmt.Sprintf("the %s has no date", kind), e.signAgain(kind)...))
	}
	for i := range list.Records {
		r := &list.Records[i]
		cert, err := r.X509()
		if err == nil && list.Timestamp.Before(cert.NotBefore) {
			return one(bad("", fmt.Sprintf("the %s is of %s, older than a certificate it carries: %s %s is valid from %s", kind,
				stamp(list.Timestamp), r.Role.Short(), subjectOf(cert), stamp(cert.NotBefore)), e.signAgain(kind)...))
		}
	}
	return one(good(fmt.Sprintf("the %s, of %s, is newer than every certificate it carries", kind, stamp(list.Timestamp))))
}

// clocks: nothing that the cluster has dated can lie in the future.
func clocks(_ context.Context, e *examination) []Finding {
	latest, what := time.Time{}, ""
	note := func(at time.Time, name string) {
		if at.After(latest) {
			latest, what = at, name
		}
	}
	for _, kind := range kinds {
		if list := e.lists[kind]; list != nil {
			note(list.Timestamp, "the "+kind.String())
		}
	}
	if e.verdict.Envelope != nil {
		note(e.verdict.Envelope.Timestamp, e.requested)
	}
	switch {
	case latest.IsZero():
		return one(none("", "clocks: the cluster served nothing with a date"))
	case latest.After(e.Now.Add(slack)):
		return one(doubtful(fmt.Sprintf("%s is dated %s, which is in the future: here it is %s", what, stamp(latest), stamp(e.Now)), checkClocks))
	}
	return one(good(fmt.Sprintf("clocks: nothing is dated in the future; the latest is %s, of %s", what, stamp(latest))))
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "an unknown date"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
