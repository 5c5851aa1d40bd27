package signed_test

import (
	"bytes"
	"crypto"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/signed"
)

const plaintext = "<device><deviceProtocol>SCCP</deviceProtocol></device>\n"

// workedTime is the time stamp of all worked examples: 6b045479.
var workedTime = time.Unix(0x6b045479, 0).UTC()

// worked is what signed configuration, section 9, says of its files.
var worked = []struct {
	file, filename, md5 string
	size, header        int
	covered             int
	coveredSHA1         string
	major               uint8
}{
	{
		file: "example.sgn.hex", filename: "SEP001122334455.cnf.xml.sgn", major: 1,
		size: 331, header: 276, md5: "5fc3e7e3991f00112c36b2a59146050f",
		covered: 200, coveredSHA1: "513f153907c3a0a638197320a3be67ef2c5578d0",
	},
	{
		file: "example.enc.sgn.hex", filename: "SEP001122334455.cnf.xml.enc.sgn", major: 2,
		size: 552, header: 488, md5: "4e10047613453ae69b52f05ee55c4786",
		covered: 421, coveredSHA1: "97ae0e7905204fc9b159311e7886db295a0477d9",
	},
	{
		file: "example-companion.sgn.hex", filename: "SEP001122334455.cnf.xml.sgn", major: 1,
		size: 455, header: 276,
	},
}

func TestWorkedExamples(t *testing.T) {
	signer := exampleSigner(t)
	for _, w := range worked {
		t.Run(w.file, func(t *testing.T) {
			file := readHex(t, w.file)
			if len(file) != w.size {
				t.Fatalf("%d bytes, want %d", len(file), w.size)
			}
			if got := fmt.Sprintf("%x", md5.Sum(file)); w.md5 != "" && got != w.md5 {
				t.Errorf("MD5 %s, want %s", got, w.md5)
			}
			e := parse(t, file)
			if e.Major != w.major || e.Minor != 0 || e.HeaderLength != w.header || e.Filename != w.filename || !e.Timestamp.Equal(workedTime) {
				t.Errorf("version %d.%d, header %d, filename %q, time %v", e.Major, e.Minor, e.HeaderLength, e.Filename, e.Timestamp)
			}
			if diff := cmp.Diff(signed.SignerOf(signer, ","), e.Signer); diff != "" {
				t.Errorf("signer (-certificate +header):\n%s", diff)
			}
			if e.Digest != signed.SHA1 || e.Algorithm != 0 || e.Modulus != 1 || e.SignerVersion != nil {
				t.Errorf("digest %v, algorithm %d, modulus %d, signer version %v", e.Digest, e.Algorithm, e.Modulus, e.SignerVersion)
			}
			var covered bytes.Buffer
			e.Covered(&covered)
			if w.covered != 0 {
				if covered.Len() != w.covered {
					t.Errorf("digest input of %d bytes, want %d", covered.Len(), w.covered)
				}
				if got := fmt.Sprintf("%x", sha1.Sum(covered.Bytes())); got != w.coveredSHA1 {
					t.Errorf("digest input's SHA-1 %s, want %s", got, w.coveredSHA1)
				}
			}
			if err := e.Verify(signer.PublicKey); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWorkedOffsets(t *testing.T) {
	tests := []struct {
		file    string
		offsets map[uint8]int
		pads    int
	}{
		{"example.sgn.hex", map[uint8]int{
			signed.TagVersion: 0, signed.TagHeaderLength: 5, signed.TagSignerID: 10, signed.TagSignerName: 13,
			signed.TagCAName: 40, signed.TagSerialNumber: 67, signed.TagSignatureInfo: 86, signed.TagDigest: 89,
			signed.TagAlgorithmInfo: 93, signed.TagAlgorithm: 96, signed.TagModulus: 100, signed.TagSignature: 104,
			signed.TagFilename: 235, signed.TagTimestamp: 266,
		}, 3},
		{"example.enc.sgn.hex", map[uint8]int{
			signed.TagFilename: 235, signed.TagTimestamp: 270, signed.TagEncryptionInfo: 277, signed.TagIVInfo: 280,
			signed.TagMode: 283, signed.TagIV: 287, signed.TagPaddingLength: 306, signed.TagKeyInfo: 311,
			signed.TagKeyMode: 314, signed.TagKeySize: 318, signed.TagCipher: 323, signed.TagKey: 327,
			signed.TagPlainDigestAlgo: 458, signed.TagPlainDigest: 462,
		}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			e := parse(t, readHex(t, tt.file))
			found, pads := map[uint8]int{}, 0
			for _, it := range e.Items {
				if it.Tag == signed.TagPadding {
					pads++
				} else if _, asked := tt.offsets[it.Tag]; asked {
					found[it.Tag] = it.Offset
				}
			}
			if diff := cmp.Diff(tt.offsets, found); diff != "" {
				t.Errorf("offsets by tag (-reference +read):\n%s", diff)
			}
			if pads != tt.pads {
				t.Errorf("%d bytes of padding, want %d", pads, tt.pads)
			}
		})
	}
}

func TestWorkedEncryption(t *testing.T) {
	e := parse(t, readHex(t, "example.enc.sgn.hex"))
	want := signed.Encryption{
		IV: unhex(t, "99452307bf127e7cadf2826da4fdf670"), Padding: 9,
		KeyBits: 1024, WrappedKey: e.Encryption.WrappedKey, Cipher: 1,
		DigestAlgorithm: signed.SHA1, Digest: unhex(t, "24196e7bd35a667eec0c7184b16e0323c7539e10"),
	}
	if diff := cmp.Diff(want, *e.Encryption); diff != "" {
		t.Errorf("encryption (-reference +read):\n%s", diff)
	}
	plain, err := e.Open(phoneKey(t))
	if err != nil {
		t.Fatal(err)
	}
	if string(plain) != plaintext {
		t.Errorf("opened to %q, want %q", plain, plaintext)
	}
}

func TestWorkedPayloads(t *testing.T) {
	if e := parse(t, readHex(t, "example.sgn.hex")); string(e.Payload) != plaintext {
		t.Errorf("payload %q, want %q", e.Payload, plaintext)
	}
	e := parse(t, readHex(t, "example-companion.sgn.hex"))
	if !bytes.Contains(e.Payload, []byte("<certHash>3eb52a4938667d932a99f81ac9ed4188</certHash>")) || e.Encryption != nil {
		t.Errorf("companion payload %q", e.Payload)
	}
}

// replayed stands in for a signer whose private key is not published: it checks
// the digest it is asked to sign and answers with the published signature.
type replayed struct {
	public    crypto.PublicKey
	digest    string
	signature []byte
}

func (r replayed) Public() crypto.PublicKey { return r.public }

func (r replayed) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	if got := hex.EncodeToString(digest); got != r.digest {
		return nil, fmt.Errorf("asked to sign %s, want %s", got, r.digest)
	}
	return r.signature, nil
}

func TestWorkedExampleRebuilt(t *testing.T) {
	file, signer := readHex(t, "example.sgn.hex"), exampleSigner(t)
	h := signed.Header{
		Signer:    signed.SignerOf(signer, ","),
		Filename:  "SEP001122334455.cnf.xml.sgn",
		Timestamp: workedTime,
		Order:     signed.BuilderOrder,
	}
	key := replayed{signer.PublicKey, worked[0].coveredSHA1, parse(t, file).Signature}
	if got := sign(t, h, []byte(plaintext), key); !bytes.Equal(got, file) {
		t.Errorf("built\n%x\nwant\n%x", got, file)
	}
}
