package core

import (
	"encoding/asn1"
	"time"
)

// Tags of a certificate's extensions and of a URI among its other names
// (RFC 5280, sections 4.1 and 4.2.1.6).
const (
	derExtensions = 0xA3
	derURI        = 0x86
)

// der is an element of DER. Sequences and sets, which asn1 numbers without it,
// get the bit that says that there are elements inside.
func der(tag byte, content ...[]byte) []byte {
	if tag == asn1.TagSequence || tag == asn1.TagSet {
		tag |= 0x20
	}
	size := 0
	for _, part := range content {
		size += len(part)
	}
	b := append(make([]byte, 0, 4+size), tag)
	switch {
	case size < 1<<7:
		b = append(b, byte(size))
	case size < 1<<8:
		b = append(b, 0x81, byte(size))
	default: // a certificate has less than 64 KB
		b = append(b, 0x82, byte(size>>8), byte(size))
	}
	for _, part := range content {
		b = append(b, part...)
	}
	return b
}

// derTime is a time as certificates have it: with two digits of the year while
// these are enough (RFC 5280, section 4.1.2.5).
func derTime(t time.Time) []byte {
	t = t.UTC()
	if y := t.Year(); y < 1950 || y > 2049 {
		return der(asn1.TagGeneralizedTime, t.AppendFormat(nil, "20060102150405Z"))
	}
	return der(asn1.TagUTCTime, t.AppendFormat(nil, "060102150405Z"))
}
