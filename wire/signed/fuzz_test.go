package signed_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/signed"
)

// rebuilt writes an envelope's items and payload one after the other: of a
// container only tag and length, since what is inside follows by itself.
func rebuilt(e *signed.Envelope) []byte {
	var b []byte
	for _, it := range e.Items {
		switch it.Tag {
		case signed.TagPadding:
			b = append(b, it.Tag)
		case signed.TagSignerID, signed.TagSignatureInfo, signed.TagAlgorithmInfo,
			signed.TagEncryptionInfo, signed.TagIVInfo, signed.TagKeyInfo:
			b = signed.AppendTLV(b, it.Tag, it.Value)[:len(b)+3]
		default:
			b = signed.AppendTLV(b, it.Tag, it.Value)
		}
	}
	return append(b, e.Payload...)
}

// What parses adds up to the bytes it was parsed from, and nothing of it is
// outside of the signature but the SIGNATURE item.
func FuzzParse(f *testing.F) {
	for _, w := range worked {
		f.Add(readHex(f, w.file))
	}
	var all []facts
	if err := json.Unmarshal(read(f, "real/expected.json"), &all); err != nil {
		f.Fatal(err)
	}
	for _, p := range all {
		f.Add(read(f, "real/"+p.Stored))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := signed.Parse(b)
		if err != nil {
			return
		}
		if !bytes.Equal(e.Bytes(), b) || !bytes.Equal(rebuilt(e), b) {
			t.Errorf("parsed\n%x\nadds up to\n%x", b, rebuilt(e))
		}
		var covered bytes.Buffer
		e.Covered(&covered)
		if covered.Len() != len(b)-3-len(e.Signature) {
			t.Errorf("%d of %d bytes covered, signature of %d", covered.Len(), len(b), len(e.Signature))
		}
		if e.Encryption != nil {
			_, _ = e.Open(rsaKey(t, 1024)) // must not panic
		}
	})
}

// What is signed parses back to the same.
func FuzzSign(f *testing.F) {
	f.Add("CN=ccm;O=Lab", "CN=ca", []byte{0xbd, 0xa3}, "CTLFile.tlv", uint32(0x6b045479), []byte("payload"), true)
	f.Add("", "", []byte{}, "", uint32(0), []byte{}, false)
	f.Add("\x00", "\r", []byte{13, 13}, "a\x00", uint32(13), []byte{13}, true)
	f.Fuzz(func(t *testing.T, name, issuer string, serial []byte, filename string, seconds uint32, payload []byte, vendor bool) {
		key := rsaKey(t, 1024)
		h := signed.Header{
			Major: 1, Minor: 2, Digest: signed.SHA1, Filename: filename,
			Signer: signed.Signer{Name: name, Serial: serial, Issuer: issuer},
		}
		if seconds != 0 {
			h.Timestamp = time.Unix(int64(seconds), 0).UTC()
		}
		if !vendor {
			h.Order = signed.BuilderOrder
		}
		b, err := signed.Sign(h, payload, key)
		if err != nil {
			if len(name)+len(issuer)+len(serial)+len(filename) < 1<<15 {
				t.Errorf("not signed: %v", err)
			}
			return
		}
		e, err := signed.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		got := signed.Header{
			Major: e.Major, Minor: e.Minor, Digest: e.Digest, Filename: e.Filename,
			Signer: e.Signer, Timestamp: e.Timestamp, Order: h.Order,
		}
		if diff := cmp.Diff(h, got); diff != "" {
			t.Errorf("(-signed +parsed):\n%s", diff)
		}
		if !bytes.Equal(e.Payload, payload) {
			t.Errorf("payload %x, want %x", e.Payload, payload)
		}
		if err := e.Verify(key.Public()); err != nil {
			t.Error(err)
		}
	})
}
