package signed_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/signed"
)

// facts is what expected.json says of one published file.
type facts struct {
	Stored       string `json:"stored"`
	SHA256       string `json:"sha256"`
	StoredSize   int    `json:"stored_size"`
	HeaderOnly   bool   `json:"header_only"`
	Version      string `json:"version"`
	HeaderLength int    `json:"header_length"`
	Tags         []int  `json:"tags"`
	Pads         int    `json:"pads"`
	Signer       string `json:"signer"`
	Serial       string `json:"serial"`
	Issuer       string `json:"issuer"`
	Digest       uint8  `json:"digest"`
	Modulus      uint8  `json:"modulus_code"`
	Signature    int    `json:"signature_length"`
	Filename     string `json:"filename"`
}

// Vendor-signed firmware headers and load lists, as published: what an
// independent reading found in them must be what Parse finds.
func TestPublishedFiles(t *testing.T) {
	var all []facts
	if err := json.Unmarshal(read(t, "real/expected.json"), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 28 {
		t.Errorf("%d published files, want 28", len(all))
	}
	for _, want := range all {
		t.Run(want.Stored, func(t *testing.T) {
			file := read(t, "real/"+want.Stored)
			if got := fmt.Sprintf("%x", sha256.Sum256(file)); got != want.SHA256 || len(file) != want.StoredSize {
				t.Fatalf("%d bytes, SHA-256 %s", len(file), got)
			}
			e := parse(t, file)
			got := facts{
				Stored: want.Stored, SHA256: want.SHA256, StoredSize: len(file), HeaderOnly: len(e.Payload) == 0,
				Version: fmt.Sprintf("%d.%d", e.Major, e.Minor), HeaderLength: e.HeaderLength,
				Signer: e.Signer.Name, Serial: fmt.Sprintf("%x", e.Signer.Serial), Issuer: e.Signer.Issuer,
				Digest: uint8(e.Digest), Modulus: e.Modulus, Signature: len(e.Signature), Filename: e.Filename,
			}
			for _, it := range e.Items {
				if it.Tag == signed.TagPadding {
					got.Pads++
				} else {
					got.Tags = append(got.Tags, int(it.Tag))
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-published +parsed):\n%s", diff)
			}
			if !e.Timestamp.IsZero() || e.SignerVersion != nil || e.Encryption != nil {
				t.Errorf("time stamp %v, signer version %v, encryption %v", e.Timestamp, e.SignerVersion, e.Encryption)
			}
			if !bytes.Equal(rebuilt(e), file) {
				t.Error("the items do not add up to the file")
			}
		})
	}
}

// Rebuilding a vendor's header from what was parsed gives the vendor's bytes:
// our writer lays a header out as theirs does.
func TestPublishedHeadersRebuilt(t *testing.T) {
	var all []facts
	if err := json.Unmarshal(read(t, "real/expected.json"), &all); err != nil {
		t.Fatal(err)
	}
	key := rsaKey(t, 2048)
	for _, f := range all {
		file := read(t, "real/"+f.Stored)
		e := parse(t, file)
		h := signed.Header{Major: e.Major, Minor: e.Minor, Signer: e.Signer, Digest: e.Digest, Filename: e.Filename}
		ours := parse(t, sign(t, h, e.Payload, key))
		var theirs, got bytes.Buffer
		e.Covered(&theirs)
		ours.Covered(&got)
		if !bytes.Equal(got.Bytes(), theirs.Bytes()) {
			t.Errorf("%s: all but the signature differs:\n%x\nwant\n%x", f.Stored, got.Bytes(), theirs.Bytes())
		}
	}
}
