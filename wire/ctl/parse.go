package ctl

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/phonebank/phonebank/wire/internal/bin"
	"github.com/phonebank/phonebank/wire/signed"
)

// What the parser takes (trust list, section 8.2). Phones take less.
const (
	MaxSize    = 1 << 20 // bytes of a file
	MaxRecords = 512
)

const (
	recordHead     = 5  // the RECORDLENGTH item, smallest record
	maxRecordItems = 64 // items of one record; real ones have at most twelve
)

// Parse reads a trust list of at most 1 MiB and 512 records. It keeps b and does
// not copy it. Every fault is a *FormatError with the offset of what does not
// fit. Unknown tags and roles are kept; a record without a role, and a known tag
// that stands twice in a record, are faults.
func Parse(b []byte) (*List, error) {
	if len(b) > MaxSize {
		return nil, &FormatError{Offset: MaxSize, Field: "file", Problem: fmt.Sprintf("%d bytes, at most %d are read", len(b), MaxSize)}
	}
	env, err := signed.Parse(b)
	if err != nil {
		return nil, err
	}
	l := &List{Envelope: env}
	r := bin.NewReader(binary.BigEndian, b)
	r.Skip(env.HeaderLength, "header")
	for r.Len() > 0 {
		if len(l.Records) == MaxRecords {
			r.Fail("RECORDLENGTH", fmt.Sprintf("more than %d records", MaxRecords))
			break
		}
		rec, err := parseRecord(r, len(l.Records)+1)
		if err != nil {
			return nil, err
		}
		l.Records = append(l.Records, rec)
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return l, nil
}

// parseRecord reads the record at r and passes over it.
func parseRecord(r *bin.Reader, number int) (Record, error) {
	rec := Record{Number: number, Offset: r.Offset(), cache: new(cache)}
	ahead := *r
	if tag := ahead.U8("RECORDLENGTH"); tag != TagRecordLength {
		ahead.FailAt(rec.Offset, "RECORDLENGTH", fmt.Sprintf("record %d begins with tag %d, not %d", number, tag, TagRecordLength))
	}
	if n := ahead.U16("RECORDLENGTH"); n != 2 {
		ahead.FailAt(rec.Offset+1, "RECORDLENGTH", fmt.Sprintf("length %d, must be 2", n))
	}
	rec.Length = int(ahead.U16("RECORDLENGTH"))
	if rec.Length < recordHead {
		ahead.FailAt(rec.Offset+3, "RECORDLENGTH", fmt.Sprintf("is %d, at least %d is needed", rec.Length, recordHead))
	}
	if left := r.Len(); rec.Length > left {
		ahead.FailAt(rec.Offset+3, "RECORDLENGTH", fmt.Sprintf("is %d, the file has %d bytes left", rec.Length, left))
	}
	if err := ahead.Err(); err != nil {
		return rec, err
	}
	in := r.Sub(rec.Length, "record")
	rec.Items = make([]signed.Item, 0, 10)
	var seen [len(tagNames)]bool
	for in.Len() > 0 && len(rec.Items) < maxRecordItems {
		at := in.Offset()
		it := signed.Item{Tag: in.U8("tag"), Offset: at}
		it.Value = in.Bytes(int(in.U16(TagName(it.Tag))), TagName(it.Tag))
		if in.Err() != nil {
			break
		}
		rec.Items = append(rec.Items, it)
		if !known(it.Tag) {
			continue
		}
		if seen[it.Tag] {
			in.FailAt(at, TagName(it.Tag), fmt.Sprintf("stands twice in record %d", number))
		}
		seen[it.Tag] = true
		rec.keep(in, it)
	}
	if in.Len() > 0 {
		in.Fail("record", fmt.Sprintf("more than %d items", maxRecordItems))
	}
	if !seen[TagFunction] {
		in.FailAt(rec.Offset, "FUNCTION", fmt.Sprintf("missing in record %d", number))
	}
	return rec, in.Err()
}

// keep takes up what a known item says.
func (r *Record) keep(in *bin.Reader, it signed.Item) {
	v := it.Value
	size := func(n int) bool {
		if len(v) != n {
			in.FailAt(it.Offset+1, TagName(it.Tag), fmt.Sprintf("length %d, must be %d", len(v), n))
		}
		return len(v) == n
	}
	switch it.Tag {
	case TagDNSName:
		r.DNSName = signed.Text(v)
	case TagSubjectName:
		r.Subject = signed.Text(v)
	case TagFunction:
		if size(2) {
			r.Role = Role(binary.BigEndian.Uint16(v))
		}
	case TagIssuerName:
		r.Issuer = signed.Text(v)
	case TagSerialNumber:
		r.Serial = v
	case TagPublicKey:
		r.PublicKey = v
	case TagSignature:
		r.Signature = v
	case TagCertificate:
		r.Certificate = v
	case TagIPAddress:
		if size(4) {
			r.IPAddress = netip.AddrFrom4([4]byte(v))
		}
	case TagCertHash:
		r.CertHash = v
	case TagHashAlgorithm:
		if size(1) {
			r.HashAlgorithm = v[0]
		}
	}
}
