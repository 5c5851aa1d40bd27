package ctl

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/phonebank/phonebank/wire/signed"
)

// Difference is what sets two lists apart by meaning: the order of records, and
// that of the tags inside them, do not count.
type Difference struct {
	Fields  []FieldChange
	Records []RecordChange

	// The SASTs, by certificate: those of both lists as the second has them, those
	// of the second only, those of the first only.
	Kept, Gained, Lost []*Record
}

// FieldChange is something of the header that differs; "" stands for none.
type FieldChange struct{ Name, Old, New string }

// RecordChange is a record that differs. Old is nil for one that was added, New
// for one that was removed.
type RecordChange struct {
	Change   Change
	Old, New *Record
}

// Change is what happened to a record.
type Change string

// The changes.
const (
	Added     Change = "added"
	Removed   Change = "removed"
	Moved     Change = "moved"     // the same certificate in another role
	Reissued  Change = "re-issued" // another certificate of the same subject in the same role
	Replaced  Change = "replaced"  // the server of that name got a certificate of another subject, or lost its, or got one again
	Renamed   Change = "renamed"   // another DNSNAME or IPADDRESS
	Rewritten Change = "rewritten" // the same role, certificate and address in other tags or texts
)

// Diff tells what sets b apart from a. Lists of the same bytes have no
// difference; lists of other bytes always have one.
func Diff(a, b *List) Difference {
	d := Difference{Fields: fields(a, b), Records: records(a, b)}
	if len(d.Fields) == 0 && len(d.Records) == 0 && !a.Equal(b) {
		d.Fields = append(d.Fields, FieldChange{"layout", "the same content", "in other bytes"})
	}
	for r := range b.With(RoleSAST) {
		if a.names(r) {
			d.Kept = append(d.Kept, r)
		} else {
			d.Gained = append(d.Gained, r)
		}
	}
	for r := range a.With(RoleSAST) {
		if !b.names(r) {
			d.Lost = append(d.Lost, r)
		}
	}
	return d
}

// Same says whether there is no difference.
func (d Difference) Same() bool { return len(d.Fields) == 0 && len(d.Records) == 0 }

// names says whether a SAST is one of the list's.
func (l *List) names(sast *Record) bool {
	for r := range l.With(RoleSAST) {
		if sameCertificate(r, sast) {
			return true
		}
	}
	return false
}

// fields compares what the headers say.
func fields(a, b *List) (changes []FieldChange) {
	for _, f := range []struct {
		name string
		of   func(*List) string
	}{
		{"filename", func(l *List) string { return l.Filename }},
		{"version", func(l *List) string { return fmt.Sprintf("%d.%d", l.Major, l.Minor) }},
		{"signer version", signerVersion},
		{"time", moment},
		{"signer", func(l *List) string { return l.Signer.Name }},
		{"signer's serial", func(l *List) string { return l.Signer.SerialString() }},
		{"signer's issuer", func(l *List) string { return l.Signer.Issuer }},
		{"digest", func(l *List) string { return l.Envelope.Digest.String() }},
		{"signature", func(l *List) string { return fmt.Sprintf("%d bits", 8*len(l.Signature)) }},
		{"verification", verification},
	} {
		if before, after := f.of(a), f.of(b); before != after {
			changes = append(changes, FieldChange{f.name, before, after})
		}
	}
	return changes
}

func signerVersion(l *List) string {
	if l.SignerVersion == nil {
		return ""
	}
	return fmt.Sprintf("%d.%d", l.SignerVersion[0], l.SignerVersion[1])
}

func moment(l *List) string {
	if l.Timestamp.IsZero() {
		return ""
	}
	return l.Timestamp.UTC().Format(time.RFC3339)
}

func verification(l *List) string {
	if err := l.VerifySelf(); err != nil {
		return err.Error()
	}
	return "the signature verifies"
}

// pairings tell which records of two lists are about the same thing, the closest
// first: a record that has found its counterpart is not looked at again.
var pairings = []struct {
	change Change // "" for none
	fit    func(a, b *Record) bool
}{
	{"", sameItems},
	{Rewritten, func(a, b *Record) bool { return a.Role == b.Role && sameCertificate(a, b) && sameAddress(a, b) }},
	{Renamed, func(a, b *Record) bool { return a.Role == b.Role && a.identifies() && sameCertificate(a, b) }},
	{Moved, func(a, b *Record) bool { return a.identifies() && sameCertificate(a, b) }},
	{Reissued, func(a, b *Record) bool { return a.Role == b.Role && sameSubject(a, b) && a.DNSName == b.DNSName }},
	{Reissued, func(a, b *Record) bool { return a.Role == b.Role && sameSubject(a, b) }},
	{Replaced, func(a, b *Record) bool { return a.Role == b.Role && a.DNSName != "" && a.DNSName == b.DNSName }},
}

// records compares the records: what became of those of a, in a's order, then
// what b has beside.
func records(a, b *List) (changes []RecordChange) {
	type match struct {
		change Change
		with   *Record
	}
	matches := make([]match, len(a.Records))
	taken := make([]bool, len(b.Records))
	for _, p := range pairings {
		for i := range a.Records {
			if matches[i].with != nil {
				continue
			}
			for k := range b.Records {
				if !taken[k] && p.fit(&a.Records[i], &b.Records[k]) {
					matches[i], taken[k] = match{p.change, &b.Records[k]}, true
					break
				}
			}
		}
	}
	for i, m := range matches {
		switch {
		case m.with == nil:
			changes = append(changes, RecordChange{Change: Removed, Old: &a.Records[i]})
		case m.change != "":
			changes = append(changes, RecordChange{m.change, &a.Records[i], m.with})
		}
	}
	for k := range b.Records {
		if !taken[k] {
			changes = append(changes, RecordChange{Change: Added, New: &b.Records[k]})
		}
	}
	return changes
}

func sameItems(a, b *Record) bool {
	return slices.EqualFunc(a.Items, b.Items, func(x, y signed.Item) bool { return x.Tag == y.Tag && bytes.Equal(x.Value, y.Value) })
}

// sameCertificate says whether two records stand for one certificate, one of
// them perhaps by its digest, or both for none. Without certificates the key and
// its serial number decide.
func sameCertificate(a, b *Record) bool {
	switch {
	case len(b.Certificate) != 0:
		return a.Is(b.Certificate)
	case len(a.Certificate) != 0:
		return b.Is(a.Certificate)
	}
	return bytes.Equal(a.CertHash, b.CertHash) && bytes.Equal(a.PublicKey, b.PublicKey) && bytes.Equal(a.Serial, b.Serial)
}

func sameAddress(a, b *Record) bool { return a.DNSName == b.DNSName && a.IPAddress == b.IPAddress }

// sameSubject compares the subjects of two records, in the certificates where
// there are any: the texts differ from builder to builder.
func sameSubject(a, b *Record) bool {
	x, errX := a.X509()
	y, errY := b.X509()
	if errX == nil && errY == nil {
		return bytes.Equal(x.RawSubject, y.RawSubject)
	}
	return a.Subject != "" && a.Subject == b.Subject
}
