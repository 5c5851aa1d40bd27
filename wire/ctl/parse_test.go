package ctl_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/ctl"
)

const (
	roleCCM   = "0400020001"
	roleOther = "04000203e7"
)

func TestParseKeepsEverything(t *testing.T) {
	records := [][]byte{
		record(t, roleCCM),
		// Back in non-secure mode: address and role, no certificate.
		record(t, "02000d"+"31302e3132302e302e31303000", "0400020002", "0a00040a780064"),
		// Every tag in an odd order, one unknown, one empty, a role nobody knows.
		record(t, "0c000103", "0b00021122", "0a0004c0000201", "090001aa", "080001bb", "070001cc", "63000401020304",
			"06000203e8", "050003"+"690069", roleOther, "030002"+"7300", "020001"+"00", "ff0000"),
	}
	l := parse(t, list(t, records...))
	want := []ctl.Record{
		{Number: 1, Offset: l.HeaderLength, Length: 10, Role: ctl.RoleCCM},
		{
			Number: 2, Offset: l.HeaderLength + 10, Length: 33, Role: ctl.RoleCCMTFTP,
			DNSName: "10.120.0.100", IPAddress: netip.MustParseAddr("10.120.0.100"),
		},
		{
			Number: 3, Offset: l.HeaderLength + 43, Length: len(records[2]), Role: 999,
			Subject: "s", Issuer: "i\x00i", Serial: []byte{3, 0xe8},
			PublicKey: []byte{0xcc}, Signature: []byte{0xbb}, Certificate: []byte{0xaa},
			IPAddress: netip.MustParseAddr("192.0.2.1"), CertHash: []byte{0x11, 0x22}, HashAlgorithm: 3,
		},
	}
	ignore := cmp.FilterPath(func(p cmp.Path) bool {
		return p.Last().String() == ".cache" || p.Last().String() == ".Items"
	}, cmp.Ignore())
	if diff := cmp.Diff(want, l.Records, ignore, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var tags []uint8
	for _, it := range l.Records[2].Items {
		tags = append(tags, it.Tag)
	}
	if diff := cmp.Diff([]uint8{1, 12, 11, 10, 9, 8, 7, 99, 6, 5, 4, 3, 2, 255}, tags); diff != "" {
		t.Errorf("tags of record 3 (-want +got):\n%s", diff)
	}
}

func TestParseFaults(t *testing.T) {
	at := parse(t, list(t)).HeaderLength // where record 1 begins
	tests := []struct {
		name    string
		records []byte
		want    ctl.FormatError
	}{
		{"not a record", unhex(t, "0200021122"), ctl.FormatError{Offset: at, Field: "RECORDLENGTH", Problem: "record 1 begins with tag 2, not 1"}},
		{"a lone tag", unhex(t, "01"), ctl.FormatError{Offset: at + 1, Field: "RECORDLENGTH", Problem: "needs 2 bytes, 0 left"}},
		{"record length of one byte", unhex(t, "01000105ff"), ctl.FormatError{Offset: at + 1, Field: "RECORDLENGTH", Problem: "length 1, must be 2"}},
		{"record length of four", unhex(t, "0100020004"), ctl.FormatError{Offset: at + 3, Field: "RECORDLENGTH", Problem: "is 4, at least 5 is needed"}},
		{"record length of zero", unhex(t, "0100020000"), ctl.FormatError{Offset: at + 3, Field: "RECORDLENGTH", Problem: "is 0, at least 5 is needed"}},
		{"record past the end of the file", unhex(t, "010002000b"+roleCCM), ctl.FormatError{Offset: at + 3, Field: "RECORDLENGTH", Problem: "is 11, the file has 10 bytes left"}},
		{"value past the end of the record", record(t, "0400030001"), ctl.FormatError{Offset: at + 8, Field: "FUNCTION", Problem: "needs 3 bytes, 2 left"}},
		{
			"value past the end of the record, into the next", append(record(t, roleCCM, "630003"), record(t, roleCCM)...),
			ctl.FormatError{Offset: at + 13, Field: "tag 99", Problem: "needs 3 bytes, 0 left"},
		},
		{"no role: it would be a token's", record(t, "020001"+"00"), ctl.FormatError{Offset: at, Field: "FUNCTION", Problem: "missing in record 1"}},
		{"an empty record", record(t), ctl.FormatError{Offset: at, Field: "FUNCTION", Problem: "missing in record 1"}},
		{"two roles", record(t, roleCCM, roleOther), ctl.FormatError{Offset: at + 10, Field: "FUNCTION", Problem: "stands twice in record 1"}},
		{"two certificates", record(t, "090000", "090000", roleCCM), ctl.FormatError{Offset: at + 8, Field: "CERTIFICATE", Problem: "stands twice in record 1"}},
		{"two record lengths", record(t, "0100020005"), ctl.FormatError{Offset: at + 5, Field: "RECORDLENGTH", Problem: "stands twice in record 1"}},
		{"role of one byte", record(t, "04000101"), ctl.FormatError{Offset: at + 6, Field: "FUNCTION", Problem: "length 1, must be 2"}},
		{"address of five bytes", record(t, roleCCM, "0a00050102030405"), ctl.FormatError{Offset: at + 11, Field: "IPADDRESS", Problem: "length 5, must be 4"}},
		{"hash algorithm of two bytes", record(t, roleCCM, "0c00020001"), ctl.FormatError{Offset: at + 11, Field: "HASHALGORITHM", Problem: "length 2, must be 1"}},
		{
			"sixty-five items", record(t, roleCCM, strings.Repeat("630000", 63)),
			ctl.FormatError{Offset: at + 10 + 3*62, Field: "record", Problem: "more than 64 items"},
		},
		{
			"the second record", append(record(t, roleCCM), record(t)...),
			ctl.FormatError{Offset: at + 10, Field: "FUNCTION", Problem: "missing in record 2"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, err := ctl.Parse(list(t, tt.records))
			var fault *ctl.FormatError
			if l != nil || !errors.As(err, &fault) {
				t.Fatalf("got %v, %v, want a *FormatError", l, err)
			}
			if diff := cmp.Diff(tt.want, *fault); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseLimits(t *testing.T) {
	many := bytes.Repeat(record(t, roleCCM), ctl.MaxRecords)
	if l := parse(t, list(t, many)); len(l.Records) != ctl.MaxRecords {
		t.Errorf("%d records, want %d", len(l.Records), ctl.MaxRecords)
	}
	var fault *ctl.FormatError
	if _, err := ctl.Parse(list(t, many, record(t, roleCCM))); !errors.As(err, &fault) || fault.Problem != "more than 512 records" {
		t.Errorf("513 records: %v", err)
	}
	header := len(list(t))
	fill := func(n int) []byte { // n bytes of records
		var b []byte
		for n > 0 {
			size := min(n, 60000)
			value := fmt.Sprintf("%04x", size-13) + strings.Repeat("00", size-13)
			b = append(b, record(t, roleCCM, "63"+value)...)
			n -= size
		}
		return b
	}
	if _, err := ctl.Parse(list(t, fill(ctl.MaxSize-header))); err != nil {
		t.Errorf("1 MiB: %v", err)
	}
	if _, err := ctl.Parse(list(t, fill(ctl.MaxSize-header+1))); !errors.As(err, &fault) || fault.Offset != ctl.MaxSize {
		t.Errorf("a byte more: %v", err)
	}
}

func TestParseKeepsTheHeadersFault(t *testing.T) {
	var fault *ctl.FormatError
	if _, err := ctl.Parse([]byte("<html>")); !errors.As(err, &fault) || fault.Field != "VERSION" {
		t.Errorf("got %v", err)
	}
}
