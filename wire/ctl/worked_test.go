package ctl_test

import (
	"bytes"
	"crypto"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// What trust list, section 15, says of its example.
const (
	exampleSize    = 2214
	exampleMD5     = "eca8bc7a9506ed91ff3bc7b019bc302c"
	exampleSHA1    = "255352f2322c824fd1687c33e876f7d15f68d3e0"
	exampleDigest  = "cd3d3921c16640d9b5c68ebd0ec6587148900d1b"
	exampleCovered = 2083
	exampleHeader  = 264
	exampleRecord2 = 1239
)

func TestWorkedExample(t *testing.T) {
	l := parse(t, example(t))
	if l.Size() != exampleSize || fmt.Sprintf("%x", l.MD5()) != exampleMD5 || fmt.Sprintf("%x", l.SHA1()) != exampleSHA1 {
		t.Errorf("%d bytes, MD5 %x, SHA-1 %x", l.Size(), l.MD5(), l.SHA1())
	}
	var covered bytes.Buffer
	l.Covered(&covered)
	if got := fmt.Sprintf("%x", sha1.Sum(covered.Bytes())); covered.Len() != exampleCovered || got != exampleDigest {
		t.Errorf("digest input of %d bytes, SHA-1 %s", covered.Len(), got)
	}
	if l.Kind() != ctl.CTL || l.HeaderLength != exampleHeader || l.Major != 1 || l.Minor != 2 || *l.SignerVersion != [2]uint8{1, 0} || l.Timestamp.Unix() != 0x6b045479 {
		t.Errorf("%v, header of %d bytes, version %d.%d, signer version %v, time %v", l.Kind(), l.HeaderLength, l.Major, l.Minor, l.SignerVersion, l.Timestamp)
	}
	if err := l.VerifySelf(); err != nil {
		t.Error(err)
	}
	want := []struct {
		offset int
		role   ctl.Role
	}{{exampleHeader, ctl.RoleSAST}, {exampleRecord2, ctl.RoleCCMTFTP}}
	if len(l.Records) != len(want) {
		t.Fatalf("%d records, want %d", len(l.Records), len(want))
	}
	const name = "CN=EX-SIGNER,O=Lab,OU=X"
	for i, w := range want {
		r := &l.Records[i]
		if r.Number != i+1 || r.Offset != w.offset || r.Length != 975 || r.Role != w.role || r.Subject != name || r.Issuer != name || fmt.Sprintf("%x", r.Serial) != "32169e0280e9be1ae368d4a2b7d0580a" {
			t.Errorf("record %d at %d of %d bytes: %v, %q, %q, serial %x", r.Number, r.Offset, r.Length, r.Role, r.Subject, r.Issuer, r.Serial)
		}
		offsets := map[uint8]int{}
		for _, it := range r.Items {
			offsets[it.Tag] = it.Offset - r.Offset
		}
		if diff := cmp.Diff(map[uint8]int{1: 0, 3: 5, 5: 32, 6: 59, 4: 78, 7: 83, 8: 226, 9: 357}, offsets); diff != "" {
			t.Errorf("record %d: offsets by tag (-reference +read):\n%s", r.Number, diff)
		}
		cert, err := r.X509()
		if err != nil {
			t.Fatal(err)
		}
		if key, err := r.Key(); err != nil || key != cert.PublicKey {
			t.Errorf("record %d: key %v, %v", r.Number, key, err)
		}
		if !bytes.Equal(r.Signature, cert.Signature) || len(r.Certificate) != 615 || len(r.PublicKey) != 140 {
			t.Errorf("record %d: certificate of %d bytes, key of %d, signature %x", r.Number, len(r.Certificate), len(r.PublicKey), r.Signature)
		}
	}
	if l.SignedByRecord() != &l.Records[0] {
		t.Error("record 1 is not found as the signer")
	}
}

// replayed stands in for the example's signer, whose private key is not
// published: it checks the digest it is asked to sign and answers with the
// published signature.
type replayed struct {
	public    crypto.PublicKey
	signature []byte
}

func (r replayed) Public() crypto.PublicKey { return r.public }

func (r replayed) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	if got := fmt.Sprintf("%x", digest); got != exampleDigest {
		return nil, fmt.Errorf("asked to sign %s, want %s", got, exampleDigest)
	}
	return r.signature, nil
}

func TestWorkedExampleRebuilt(t *testing.T) {
	file := example(t)
	l := parse(t, file)
	cert, err := l.Records[0].X509()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ctl.Build(ctl.Spec{
		Separator: signed.BuilderSeparator, SignerVersion: &[2]uint8{1, 0}, Time: time.Unix(0x6b045479, 0),
		Records: []ctl.Entry{{Role: ctl.RoleSAST, Certificate: cert}, {Role: ctl.RoleCCMTFTP, Certificate: cert}},
		Signer:  cert, Key: replayed{cert.PublicKey, l.Signature},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, file) {
		t.Errorf("built\n%x\nwant\n%x", got, file)
	}
}

// There is no count of records: a list cut between two of them still parses, and
// only its signature tells.
func TestPrefixes(t *testing.T) {
	for name, file := range map[string][]byte{"worked example": example(t), "published list": read(t, "real/ITLFile.tlv")} {
		t.Run(name, func(t *testing.T) {
			whole := parse(t, file)
			ends := map[int]bool{}
			for i := range whole.Records {
				ends[whole.Records[i].Offset] = true
			}
			for n := range len(file) {
				l, err := ctl.Parse(file[:n:n])
				var fault *ctl.FormatError
				switch {
				case err != nil && !errors.As(err, &fault):
					t.Errorf("the first %d bytes: %v is no *FormatError", n, err)
				case (err == nil) != ends[n]:
					t.Errorf("the first %d bytes: %v", n, err)
				case err == nil && l.VerifySelf() == nil:
					t.Errorf("the first %d bytes verify", n)
				}
			}
		})
	}
}

func TestFlippedBits(t *testing.T) {
	file := example(t)
	for i := range file {
		bad := bytes.Clone(file)
		bad[i] ^= 1 << (i % 8)
		if l, err := ctl.Parse(bad); err == nil && l.VerifySelf() == nil {
			t.Errorf("verifies with bit %d of byte %d flipped", i%8, i)
		}
	}
}
