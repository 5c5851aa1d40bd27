package ctl_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// What parses adds up to the bytes it was parsed from: header, then the items of
// the records. And nothing that parses makes the rest of the package panic.
func FuzzParse(f *testing.F) {
	f.Add(example(f))
	f.Add(read(f, "real/ITLFile.tlv"))
	f.Add(list(f, record(f, roleCCM), record(f, "02000d"+"31302e3132302e302e31303000", "0400020002", "0a00040a780064")))
	f.Add(list(f, record(f, "0400020000", "07000304aabb", "0900023000", "0b00021122", "0c000101", "630000")))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := ctl.Parse(b)
		if err != nil {
			return
		}
		rebuilt := bytes.Clone(b[:l.HeaderLength])
		for i := range l.Records {
			r := &l.Records[i]
			if r.Offset != len(rebuilt) || r.Number != i+1 {
				t.Errorf("record %d says %d, at %d of %d", i+1, r.Number, r.Offset, len(rebuilt))
			}
			for _, it := range r.Items {
				rebuilt = signed.AppendTLV(rebuilt, it.Tag, it.Value)
			}
			if r.Offset+r.Length != len(rebuilt) {
				t.Errorf("record %d ends at %d, its items at %d", r.Number, r.Offset+r.Length, len(rebuilt))
			}
			_, _ = r.X509()
			_, _ = r.Key()
			l.Trusts(r.Certificate, r.Role)
		}
		if !bytes.Equal(rebuilt, b) || !bytes.Equal(l.Bytes(), b) || l.Size() != len(b) {
			t.Errorf("parsed\n%x\nadds up to\n%x", b, rebuilt)
		}
		if (l.VerifySelf() == nil) != (l.SignedByRecord() != nil) {
			t.Error("two answers to who signed the list")
		}
		if err := ctl.Show(io.Discard, l, nil); err != nil {
			t.Error(err)
		}
	})
}
