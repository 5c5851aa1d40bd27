package signed_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/signed"
)

// header puts items, in hex, after a version of 1.2 and the right HEADERLENGTH.
func header(t testing.TB, items ...string) []byte {
	t.Helper()
	b := unhex(t, "01000201020200020000"+strings.Join(items, ""))
	binary.BigEndian.PutUint16(b[8:], uint16(len(b)))
	return b
}

const (
	digestItem    = "08000101"
	signatureItem = "0c0004deadbeef"
)

func TestParseKeepsEverything(t *testing.T) {
	b := append(header(t,
		"1c00020101",         // signer version 1.1
		"6300020102",         // unknown
		"05000200ff",         // outside of SIGNERID: found by tag all the same
		"0d",                 // padding in the middle
		"03000a",             // SIGNERID
		"0400036162"+"00",    // name "ab"
		"060001"+"78",        // issuer "x", NUL missing
		"ff0000",             // unknown, empty
		digestItem, "0a0001", // algorithm
		"07", signatureItem,
		"0f000400000001", "0d0d"), "payload\r"...)
	e := parse(t, b)
	want := signed.Envelope{
		Major: 1, Minor: 2, HeaderLength: len(b) - 8,
		SignerVersion: &[2]uint8{1, 1},
		Signer:        signed.Signer{Name: "ab", Serial: []byte{0, 0xff}, Issuer: "x"},
		Digest:        signed.SHA1, Algorithm: 7, Signature: unhex(t, "deadbeef"),
		Timestamp: time.Unix(1, 0).UTC(),
		Payload:   []byte("payload\r"),
	}
	got := *e
	got.Items = nil
	if diff := cmp.Diff(want, got, cmp.FilterPath(func(p cmp.Path) bool {
		name := p.Last().String()
		return name == ".raw" || name == ".cutFrom" || name == ".cutTo"
	}, cmp.Ignore())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var tags []uint8
	for _, it := range e.Items {
		tags = append(tags, it.Tag)
	}
	if diff := cmp.Diff([]uint8{1, 2, 28, 99, 5, 13, 3, 4, 6, 255, 8, 10, 12, 15, 13, 13}, tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	if !bytes.Equal(e.Bytes(), b) {
		t.Error("Bytes is not what was parsed")
	}
}

func TestParseFaults(t *testing.T) {
	good := func(items ...string) []byte { return header(t, append(items, digestItem, signatureItem)...) }
	tests := []struct {
		name string
		file []byte
		want signed.FormatError
	}{
		{"empty file", nil, signed.FormatError{Offset: 0, Field: "VERSION", Problem: "needs 1 bytes, 0 left"}},
		{"a web page", []byte("<html><body>404</body>"), signed.FormatError{Offset: 0, Field: "VERSION", Problem: "tag 60 where tag 1 belongs"}},
		{"version of three bytes", unhex(t, "0100030102"), signed.FormatError{Offset: 1, Field: "VERSION", Problem: "length 3, must be 2"}},
		{"header length second to come", unhex(t, "01000201020300021122"), signed.FormatError{Offset: 5, Field: "HEADERLENGTH", Problem: "tag 3 where tag 2 belongs"}},
		{"header length below ten", unhex(t, "01000201020200020009"), signed.FormatError{Offset: 8, Field: "HEADERLENGTH", Problem: "is 9, at least 10 is needed"}},
		{"header longer than the file", unhex(t, "0100020102020002000b"), signed.FormatError{Offset: 8, Field: "HEADERLENGTH", Problem: "is 11, the file has 10 bytes"}},
		{"nothing but a length", header(t), signed.FormatError{Offset: 10, Field: "DIGESTALGORTITHM", Problem: "missing"}},
		{"no digest", header(t, signatureItem), signed.FormatError{Offset: 17, Field: "DIGESTALGORTITHM", Problem: "missing"}},
		{"no signature", header(t, digestItem), signed.FormatError{Offset: 14, Field: "SIGNATURE", Problem: "missing"}},
		{"two signatures", good(signatureItem), signed.FormatError{Offset: 21, Field: "SIGNATURE", Problem: "stands there twice"}},
		{"two digests", good(digestItem), signed.FormatError{Offset: 14, Field: "DIGESTALGORTITHM", Problem: "stands there twice"}},
		{"two file names", good("0e0001"+"00", "0e0001"+"00"), signed.FormatError{Offset: 14, Field: "FILENAME", Problem: "stands there twice"}},
		{"a second version", good("0100020102"), signed.FormatError{Offset: 10, Field: "VERSION", Problem: "stands there twice"}},
		{"digest of two bytes", header(t, "0800020001", signatureItem), signed.FormatError{Offset: 11, Field: "DIGESTALGORTITHM", Problem: "length 2, must be 1"}},
		{"time stamp of eight bytes", good("0f00080000000000000000"), signed.FormatError{Offset: 11, Field: "TIMESTAMP", Problem: "length 8, must be 4"}},
		{"value past the header", header(t, digestItem, "0c0005deadbeef"), signed.FormatError{Offset: 17, Field: "SIGNATURE", Problem: "needs 5 bytes, 4 left"}},
		{"container past the header", header(t, "030020", digestItem, signatureItem), signed.FormatError{Offset: 13, Field: "SIGNERID", Problem: "needs 32 bytes, 11 left"}},
		{"unknown tag past the header", good("630100"), signed.FormatError{Offset: 13, Field: "tag 99", Problem: "needs 256 bytes, 11 left"}},
		{"half a length at the end", header(t, digestItem, signatureItem, "0e00"), signed.FormatError{Offset: 22, Field: "FILENAME", Problem: "needs 2 bytes, 1 left"}},
		{"a header of padding", header(t, digestItem, signatureItem, strings.Repeat("0d", 600)), signed.FormatError{Offset: 21 + 508, Field: "header", Problem: "more than 512 items"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := signed.Parse(tt.file)
			var fault *signed.FormatError
			if e != nil || !errors.As(err, &fault) {
				t.Fatalf("got %v, %v, want a *FormatError", e, err)
			}
			if diff := cmp.Diff(tt.want, *fault); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A payload has no length of its own: a file that was cut inside it still
// parses, and only its signature tells.
func TestPrefixes(t *testing.T) {
	signer := exampleSigner(t)
	for _, w := range worked {
		t.Run(w.file, func(t *testing.T) {
			file := readHex(t, w.file)
			for n := range len(file) {
				e, err := signed.Parse(file[:n:n])
				switch {
				case n < w.header && err == nil:
					t.Errorf("the first %d bytes parse, the header has %d", n, w.header)
				case n >= w.header && err != nil:
					t.Errorf("the first %d bytes: %v", n, err)
				case err == nil && !errors.Is(e.Verify(signer.PublicKey), signed.ErrSignature):
					t.Errorf("the first %d bytes verify: %v", n, e.Verify(signer.PublicKey))
				}
			}
		})
	}
}

// Every bit of the file is either structure or covered, but for the bytes of the
// SIGNATURE item's own tag and length, which are structure too.
func TestFlippedBits(t *testing.T) {
	signer := exampleSigner(t)
	file := readHex(t, "example.enc.sgn.hex")
	for i := range file {
		bad := bytes.Clone(file)
		bad[i] ^= 1 << (i % 8)
		if e, err := signed.Parse(bad); err == nil && e.Verify(signer.PublicKey) == nil {
			t.Errorf("verifies with bit %d of byte %d flipped", i%8, i)
		}
	}
}

func TestText(t *testing.T) {
	for value, want := range map[string]string{"": "", "00": "", "6100": "a", "61": "a", "610000": "a\x00", "0061": "\x00a"} {
		b, err := hex.DecodeString(value)
		if err != nil {
			t.Fatal(err)
		}
		if got := signed.Text(b); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
}

func TestTagName(t *testing.T) {
	for tag, want := range map[uint8]string{1: "VERSION", 8: "DIGESTALGORTITHM", 10: "SIGNATUREALGORTITHM", 28: "SIGNERVERSION", 0: "tag 0", 29: "tag 29", 255: "tag 255"} {
		if got := signed.TagName(tag); got != want {
			t.Errorf("tag %d: %q, want %q", tag, got, want)
		}
	}
}
