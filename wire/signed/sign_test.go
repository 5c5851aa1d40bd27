package signed_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/signed"
)

func TestSignParsesBackAndVerifies(t *testing.T) {
	moment := time.Date(2026, 11, 23, 14, 58, 1, 0, time.UTC)
	signer := signed.Signer{Name: "CN=ccm;O=Lab", Serial: []byte{0xbd, 0xa3, 2}, Issuer: "CN=ca"}
	tests := []struct {
		name    string
		h       signed.Header
		bits    int
		modulus uint8
		major   uint8
		minor   uint8
	}{
		{"zero values: sha1, 1.0, no file name, no time", signed.Header{Signer: signer}, 1024, 1, 1, 0},
		{"vendor's list", signed.Header{Major: 1, Minor: 2, SignerVersion: &[2]uint8{1, 1}, Signer: signer, Filename: "CTLFile.tlv", Timestamp: moment}, 2048, 2, 1, 2},
		{"open builder's order", signed.Header{Order: signed.BuilderOrder, Signer: signer, Filename: "a", Timestamp: moment}, 1024, 1, 1, 0},
		{"sha512", signed.Header{Digest: signed.SHA512, Signer: signer, Filename: "ab", Timestamp: moment}, 1024, 1, 1, 0},
		{"sha512, 4096 bits", signed.Header{Digest: signed.SHA512, Signer: signer, Filename: "abc", Timestamp: moment}, 4096, 3, 1, 0},
		{"nobody's name", signed.Header{}, 1024, 1, 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			key := rsaKey(t, tt.bits)
			payload := []byte(strings.Repeat("x", tt.bits/8))
			file := sign(t, tt.h, payload, key)
			e := parse(t, file)
			if e.HeaderLength%4 != 0 || len(file) != e.HeaderLength+len(payload) || !bytes.Equal(e.Payload, payload) {
				t.Errorf("header of %d bytes, file of %d", e.HeaderLength, len(file))
			}
			got := signed.Header{
				Major: e.Major, Minor: e.Minor, SignerVersion: e.SignerVersion, Signer: e.Signer,
				Digest: e.Digest, Filename: e.Filename, Timestamp: e.Timestamp, Order: tt.h.Order,
			}
			want := tt.h
			want.Major, want.Minor = tt.major, tt.minor
			if want.Digest == 0 {
				want.Digest = signed.SHA1
			}
			if want.Signer.Serial == nil {
				want.Signer.Serial = []byte{}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-signed +parsed):\n%s", diff)
			}
			if e.Modulus != tt.modulus || e.Algorithm != 0 || len(e.Signature) != tt.bits/8 {
				t.Errorf("modulus %d, algorithm %d, %d bytes of signature", e.Modulus, e.Algorithm, len(e.Signature))
			}
			if err := e.Verify(key.Public()); err != nil {
				t.Error(err)
			}
			if again := sign(t, tt.h, payload, key); !bytes.Equal(again, file) {
				t.Error("signing the same twice gives two files")
			}
		})
	}
}

// Header lengths that are known from published listings.
func TestHeaderLengths(t *testing.T) {
	text := func(n int) string { return strings.Repeat("n", n-1) } // NUL not counted
	tests := []struct {
		name         string
		h            signed.Header
		bits, length int
	}{
		{"token of the USB era", signed.Header{
			Signer:   signed.Signer{Name: text(56), Serial: make([]byte, 10), Issuer: text(42)},
			Filename: "CTLFile.tlv", Timestamp: time.Unix(1, 0),
		}, 1024, 304},
		{"token with long names", signed.Header{
			Signer:   signed.Signer{Name: text(62), Serial: make([]byte, 16), Issuer: text(62)},
			Filename: "CTLFile.tlv", Timestamp: time.Unix(1, 0),
		}, 1024, 336},
		{"configuration", signed.Header{
			Signer:   signed.Signer{Name: text(61), Serial: make([]byte, 16), Issuer: text(61)},
			Filename: "SEP001122334455.cnf.xml.sgn", Timestamp: time.Unix(1, 0),
		}, 2048, 476},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if e := parse(t, sign(t, tt.h, nil, rsaKey(t, tt.bits))); e.HeaderLength != tt.length {
				t.Errorf("header of %d bytes, want %d", e.HeaderLength, tt.length)
			}
		})
	}
}

// shortSigner answers with a signature that is none.
type shortSigner struct{ crypto.Signer }

func (shortSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return []byte("odd"), nil
}

func TestSignRefuses(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name        string
		h           signed.Header
		key         crypto.Signer
		unsupported bool
		want        string
	}{
		{"3072 bits", signed.Header{}, rsaKey(t, 3072), true, "not supported: RSA-3072 key: the header has a code for 1024, 2048 and 4096 bits only"},
		{"an EC key", signed.Header{}, ec, true, "not supported: a signer's key is RSA, not EC"},
		{"sha256", signed.Header{Digest: signed.SHA256}, rsaKey(t, 1024), true, "not supported: no phone verifies sha256"},
		{"digest 9", signed.Header{Digest: 9}, rsaKey(t, 1024), true, "not supported: no phone verifies digest 9"},
		{"no key", signed.Header{}, nil, false, "no key to sign with"},
		{"before 1970", signed.Header{Timestamp: time.Unix(-1, 0).UTC()}, rsaKey(t, 1024), false, "timestamp 1969-12-31 23:59:59 +0000 UTC does not fit in 32 bits of Unix seconds"},
		{"after 2106", signed.Header{Timestamp: time.Unix(1<<32, 0).UTC()}, rsaKey(t, 1024), false, "timestamp 2106-02-07 06:28:16 +0000 UTC does not fit in 32 bits of Unix seconds"},
		{"a name of 65,535 bytes", signed.Header{Filename: strings.Repeat("n", 65535)}, rsaKey(t, 1024), false, "header of 65712 bytes: HEADERLENGTH holds at most 65535"},
		{"a token that fails", signed.Header{}, replayed{public: rsaKey(t, 1024).Public()}, false, "sign: asked to sign "},
		{"a token that answers too little", signed.Header{}, shortSigner{rsaKey(t, 1024)}, false, "sign: signature of 3 bytes from a key of 128"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := signed.Sign(tt.h, nil, tt.key)
			if err == nil {
				t.Fatal("signed")
			}
			if !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %q, want %q", err, tt.want)
			}
			if got := errors.Is(err, signed.ErrUnsupported); got != tt.unsupported {
				t.Errorf("ErrUnsupported: %v", got)
			}
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	key := rsaKey(t, 1024)
	good := sign(t, signed.Header{Filename: "f"}, []byte("payload"), key)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	// changed sets one byte of the value of a tag.
	changed := func(tag, to uint8) []byte {
		b := bytes.Clone(good)
		for _, it := range parse(t, b).Items {
			if it.Tag == tag {
				b[it.Offset+3] = to
			}
		}
		return b
	}
	tests := []struct {
		name string
		file []byte
		key  crypto.PublicKey
		want error
	}{
		{"another's key", good, readSigner(t), signed.ErrSignature},
		{"a longer key", good, rsaKey(t, 2048).Public(), signed.ErrSignature},
		{"a key of 3072 bits", good, rsaKey(t, 3072).Public(), signed.ErrUnsupported},
		{"an EC key", good, ec.Public(), signed.ErrUnsupported},
		{"an Ed25519 key", good, ed25519.PublicKey(make([]byte, 32)), signed.ErrUnsupported},
		{"no key", good, nil, signed.ErrUnsupported},
		{"payload cut short", good[:len(good)-1], key.Public(), signed.ErrSignature},
		{"payload longer", append(bytes.Clone(good), 0), key.Public(), signed.ErrSignature},
		{"digest code 3 on a sha1 signature", changed(signed.TagDigest, 3), key.Public(), signed.ErrSignature},
		{"digest code 2", changed(signed.TagDigest, 2), key.Public(), signed.ErrUnsupported},
		{"digest code 0", changed(signed.TagDigest, 0), key.Public(), signed.ErrUnsupported},
		{"signature algorithm 1", changed(signed.TagAlgorithm, 1), key.Public(), signed.ErrUnsupported},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := parse(t, tt.file).Verify(tt.key); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	if err := parse(t, good).Verify(key.Public()); err != nil {
		t.Errorf("and the file itself: %v", err)
	}
}

func readSigner(t *testing.T) crypto.PublicKey { return exampleSigner(t).PublicKey }

func TestDigest(t *testing.T) {
	tests := []struct {
		digest signed.Digest
		text   string
		hash   crypto.Hash
		ok     bool
	}{
		{signed.SHA1, "sha1", crypto.SHA1, true},
		{signed.SHA256, "sha256", 0, false},
		{signed.SHA512, "sha512", crypto.SHA512, true},
	}
	for _, tt := range tests {
		hash, ok := tt.digest.Hash()
		back, err := signed.ParseDigest(tt.text)
		if tt.digest.String() != tt.text || hash != tt.hash || ok != tt.ok || back != tt.digest || err != nil {
			t.Errorf("%d: %v, %v, %v, parsed %v, %v", tt.digest, tt.digest, hash, ok, back, err)
		}
	}
	for _, bad := range []string{"", "SHA1", "md5", fmt.Sprint(signed.Digest(9))} {
		if d, err := signed.ParseDigest(bad); err == nil {
			t.Errorf("%q parsed to %v", bad, d)
		}
	}
}
