package ctl_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// facts is what expected.json says of the published list.
type facts struct {
	SHA256        string `json:"sha256"`
	Size          int    `json:"full_size"`
	MD5           string `json:"full_md5"`
	Version       string `json:"version"`
	HeaderLength  int    `json:"header_length"`
	Tags          []int  `json:"tags"`
	Pads          int    `json:"pads"`
	SignerVersion string `json:"signer_version"`
	Signer        string `json:"signer"`
	Issuer        string `json:"issuer"`
	Serial        string `json:"serial"`
	Digest        uint8  `json:"digest"`
	Modulus       uint8  `json:"modulus_code"`
	Signature     int    `json:"signature_length"`
	Filename      string `json:"filename"`
	Timestamp     int64  `json:"timestamp"`
}

// A real installation's list: what an independent reading found in it must be
// what Parse finds, and its signature must verify.
func TestPublishedList(t *testing.T) {
	var all []facts
	if err := json.Unmarshal(read(t, "real/expected.json"), &all); err != nil || len(all) != 1 {
		t.Fatalf("%d published lists, %v", len(all), err)
	}
	file := read(t, "real/ITLFile.tlv")
	l := parse(t, file)
	got := facts{
		SHA256: fmt.Sprintf("%x", sha256.Sum256(file)), Size: l.Size(), MD5: fmt.Sprintf("%x", l.MD5()),
		Version: fmt.Sprintf("%d.%d", l.Major, l.Minor), HeaderLength: l.HeaderLength, SignerVersion: fmt.Sprintf("%x", *l.SignerVersion),
		Signer: l.Signer.Name, Issuer: l.Signer.Issuer, Serial: fmt.Sprintf("%x", l.Signer.Serial),
		Digest: uint8(l.Digest), Modulus: l.Modulus, Signature: len(l.Signature), Filename: l.Filename, Timestamp: l.Timestamp.Unix(),
	}
	for _, it := range l.Envelope.Items {
		if it.Tag == signed.TagPadding {
			got.Pads++
		} else {
			got.Tags = append(got.Tags, int(it.Tag))
		}
	}
	if diff := cmp.Diff(all[0], got); diff != "" {
		t.Errorf("(-published +parsed):\n%s", diff)
	}
	if err := l.VerifySelf(); err != nil {
		t.Error(err)
	}
	if l.SignedByRecord() != &l.Records[0] || l.Kind() != ctl.ITL {
		t.Errorf("kind %v, signed by %v", l.Kind(), l.SignedByRecord())
	}
	var roles []ctl.Role
	for i := range l.Records {
		r := &l.Records[i]
		roles = append(roles, r.Role)
		cert, err := r.X509()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Key(); err != nil {
			t.Errorf("record %d: %v", r.Number, err)
		}
		// The names in the record are the certificate's in the open builder's form.
		if diff := cmp.Diff(signed.SignerOf(cert, ","), signed.Signer{Name: r.Subject, Serial: r.Serial, Issuer: r.Issuer}); diff != "" {
			t.Errorf("record %d (-certificate +record):\n%s", r.Number, diff)
		}
	}
	if diff := cmp.Diff([]ctl.Role{0, 1, 1, 7, 7}, roles); diff != "" {
		t.Errorf("roles (-published +parsed):\n%s", diff)
	}
}

// Building a list of the published certificates gives the published bytes, but
// for the signature: our builder lays a list out as the open one does.
func TestPublishedListRebuilt(t *testing.T) {
	l := parse(t, read(t, "real/ITLFile.tlv"))
	s := ctl.Spec{Kind: ctl.ITL, Separator: signed.BuilderSeparator, SignerVersion: l.SignerVersion, Time: l.Timestamp}
	for i := range l.Records {
		cert, err := l.Records[i].X509()
		if err != nil {
			t.Fatal(err)
		}
		s.Records = append(s.Records, ctl.Entry{Role: l.Records[i].Role, Certificate: cert})
	}
	// Our own key under the published signer's name.
	posing := *s.Records[0].Certificate
	posing.PublicKey = rsaKey(t, 2048).Public()
	s.Signer, s.Key = &posing, rsaKey(t, 2048)
	var got, want bytes.Buffer
	build(t, s).Covered(&got)
	l.Covered(&want)
	if !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("built\n%x\nwant\n%x", got.Bytes(), want.Bytes())
	}
}

func TestOpensslVerifiesThePublishedList(t *testing.T) {
	path, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed: nothing of somebody else's to hold this against")
	}
	dir := t.TempDir()
	for name, file := range map[string][]byte{"published": read(t, "real/ITLFile.tlv"), "worked": example(t)} {
		l := parse(t, file)
		key, err := l.SignedByRecord().Key()
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		var covered bytes.Buffer
		l.Covered(&covered)
		store := func(what string, b []byte) string {
			file := filepath.Join(dir, name+what)
			if err := os.WriteFile(file, b, 0o600); err != nil {
				t.Fatal(err)
			}
			return file
		}
		args := []string{
			"dgst", "-sha1", "-verify", store("public", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
			"-signature", store("signature", l.Signature), store("covered", covered.Bytes()),
		}
		if out, err := exec.Command(path, args...).CombinedOutput(); err != nil {
			t.Errorf("%s: openssl: %v\n%s", name, err, out)
		}
	}
}
