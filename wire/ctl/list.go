package ctl

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/phonebank/phonebank/wire/internal/bin"
	"github.com/phonebank/phonebank/wire/signed"
)

// FormatError is a structural fault: its offset, the field and the problem.
type FormatError = bin.Error

// ErrUnknownSigner says that no SAST record of a list has the signer's serial
// number.
var ErrUnknownSigner = errors.New("signer is no SAST of the list")

// Kind tells a CTL from an ITL; their format is the same.
type Kind int

// The kinds of trust list.
const (
	KindUnknown Kind = iota
	CTL              // of a cluster in mixed mode
	ITL              // of every cluster with security by default
)

// String is "CTL", "ITL" or "unknown".
func (k Kind) String() string {
	switch k {
	case CTL:
		return "CTL"
	case ITL:
		return "ITL"
	}
	return "unknown"
}

// List is a parsed trust list: the envelope and its records. It is not to be
// changed and is safe for concurrent use.
type List struct {
	*signed.Envelope
	Records []Record
}

// Kind is told by the FILENAME inside: "CTLFile.tlv" as servers send it, or the
// name that phones ask for, "CTLSEP….tlv"; the same for an ITL.
func (l *List) Kind() Kind {
	for _, k := range []Kind{CTL, ITL} {
		if l.Filename == k.filename() || strings.HasPrefix(l.Filename, k.String()+"SEP") {
			return k
		}
	}
	return KindUnknown
}

// filename is the name that a list of this kind carries inside.
func (k Kind) filename() string { return k.String() + "File.tlv" }

// With is the records that have one of the roles, in file order. A nil list, which
// is what a phone without a list holds, has none; the same goes for Find and Trusts.
func (l *List) With(roles ...Role) iter.Seq[*Record] {
	return func(yield func(*Record) bool) {
		if l == nil {
			return
		}
		for i := range l.Records {
			if r := &l.Records[i]; slices.Contains(roles, r.Role) && !yield(r) {
				return
			}
		}
	}
}

// Find is the records of a role with a serial number: where to look for a
// signer's key, and no proof of anything (trust list, section 7).
func (l *List) Find(role Role, serial []byte) []*Record {
	var found []*Record
	for r := range l.With(role) {
		if len(r.Serial) != 0 && bytes.Equal(r.Serial, serial) {
			found = append(found, r)
		}
	}
	return found
}

// Trusts is the first record of one of the roles that is the certificate der, or
// nil. A certificate grants only the roles of the records it stands in.
func (l *List) Trusts(der []byte, roles ...Role) *Record {
	for r := range l.With(roles...) {
		if r.Is(der) {
			return r
		}
	}
	return nil
}

// Size is the size of the file in bytes.
func (l *List) Size() int { return len(l.Bytes()) }

// MD5 is the digest of the whole file that phones show in their menu.
func (l *List) MD5() [16]byte { return md5.Sum(l.Bytes()) }

// SHA1 is the SHA-1 of the whole file.
func (l *List) SHA1() [20]byte { return sha1.Sum(l.Bytes()) }

// Equal says whether two lists are the same bytes; no list equals nil.
func (l *List) Equal(o *List) bool { return o != nil && bytes.Equal(l.Bytes(), o.Bytes()) }

// SignedByRecord is the list's own SAST record whose key signed the list, or nil.
func (l *List) SignedByRecord() *Record {
	r, _ := l.signer()
	return r
}

// VerifySelf checks the signature with the list's own SAST records, as a phone
// does with the first list it ever sees. The error wraps ErrUnknownSigner,
// signed.ErrSignature or signed.ErrUnsupported, or tells what is wrong with the
// signer's record.
func (l *List) VerifySelf() error {
	_, err := l.signer()
	return err
}

// signer finds the SAST record that signed the list, else says why there is none.
func (l *List) signer() (*Record, error) {
	var first error
	for _, r := range l.Find(RoleSAST, l.Signer.Serial) {
		key, err := r.Key()
		if err == nil {
			err = l.Verify(key)
		}
		if err == nil {
			return r, nil
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		first = fmt.Errorf("%w: serial number %s", ErrUnknownSigner, l.Signer.SerialString())
	}
	return nil, first
}

// Rollback says whether the list authenticates neither configuration nor TVS: no
// TFTP or CCM+TFTP record and no TVS record names a certificate. A phone that
// holds such an ITL takes any next one (trust list, section 8.2).
func (l *List) Rollback() bool {
	for r := range l.With(RoleTFTP, RoleCCMTFTP, RoleTVS) {
		if r.identifies() {
			return false
		}
	}
	return true
}
