// Package ctl reads and makes trust lists: CTLFile.tlv and ITLFile.tlv.
package ctl

import (
	"errors"
	"io"
	"iter"
	"time"

	"github.com/phonebank/phonebank/wire/internal/bin"
	"github.com/phonebank/phonebank/wire/signed"
)

// FormatError is a structural fault: its offset, the field and the problem.
type FormatError = bin.Error

// Kind tells a CTL from an ITL.
type Kind int

// The kinds of trust list.
const (
	KindUnknown Kind = iota
	CTL
	ITL
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

// List is a parsed trust list.
type List struct {
	*signed.Envelope
	Records []Record
}

// Parse reads a trust list.
func Parse(b []byte) (*List, error) { return nil, errors.ErrUnsupported }

// Kind is told by the FILENAME.
func (l *List) Kind() Kind { return KindUnknown }

// With is the records that have one of the roles.
func (l *List) With(roles ...Role) iter.Seq[*Record] { return func(func(*Record) bool) {} }

// Find is the records of a role with a serial number.
func (l *List) Find(role Role, serial []byte) []*Record { return nil }

// Trusts is the first record of one of the roles that is the certificate der.
func (l *List) Trusts(der []byte, roles ...Role) *Record { return nil }

// Size is the size of the file in bytes.
func (l *List) Size() int { return len(l.Bytes()) }

// MD5 is the MD5 of the file.
func (l *List) MD5() [16]byte { return [16]byte{} }

// SHA1 is the SHA-1 of the file.
func (l *List) SHA1() [20]byte { return [20]byte{} }

// Equal says whether two lists are the same bytes.
func (l *List) Equal(o *List) bool { return false }

// SignedByRecord is the list's own SAST record whose key signed it, or nil.
func (l *List) SignedByRecord() *Record { return nil }

// Rollback says whether this is a list without anything to authenticate with.
func (l *List) Rollback() bool { return false }

// VerifySelf verifies the list with its own SAST record.
func (l *List) VerifySelf() error { return errors.ErrUnsupported }

// Show prints the list as "show ctl" does.
func Show(w io.Writer, l *List, loc *time.Location) error { return errors.ErrUnsupported }
