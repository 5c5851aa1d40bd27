package signed_test

import (
	"bytes"
	"crypto/rsa"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/phonebank/phonebank/wire/signed"
)

func TestSealOpens(t *testing.T) {
	signer := rsaKey(t, 1024)
	for _, digest := range []signed.Digest{0, signed.SHA1, signed.SHA512} {
		for _, bits := range []int{1024, 2048, 3072, 4096} {
			for _, n := range []int{0, 1, 15, 16, 17, 4096} {
				t.Run(fmt.Sprintf("%v, %d bits, %d bytes", digest, bits, n), func(t *testing.T) {
					plain := bytes.Repeat([]byte("\r"), n) // looks like padding
					h := signed.Header{Digest: digest, Filename: "SEP001122334455.cnf.xml.enc.sgn", Timestamp: time.Unix(1, 0)}
					file, err := signed.Seal(h, plain, &rsaKey(t, bits).PublicKey, signer)
					if err != nil {
						t.Fatal(err)
					}
					e := parse(t, file)
					if err := e.Verify(signer.Public()); err != nil {
						t.Error(err)
					}
					if e.Major != 2 || e.Minor != 0 || e.HeaderLength%4 != 0 {
						t.Errorf("version %d.%d, header of %d bytes", e.Major, e.Minor, e.HeaderLength)
					}
					c := e.Encryption
					if c == nil || c.KeyBits != bits || c.Padding != 16-n%16 || len(e.Payload) != n+c.Padding || c.Cipher != 1 || c.DigestAlgorithm != e.Digest {
						t.Errorf("encryption %+v, payload of %d bytes", c, len(e.Payload))
					}
					back, err := e.Open(rsaKey(t, bits))
					if err != nil || !bytes.Equal(back, plain) {
						t.Errorf("opened to %q, %v", back, err)
					}
				})
			}
		}
	}
}

func TestSealNeverRepeatsKeyOrVector(t *testing.T) {
	key := rsaKey(t, 1024)
	var files [2]*signed.Envelope
	for i := range files {
		b, err := signed.Seal(signed.Header{}, []byte(plaintext), &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		files[i] = parse(t, b)
	}
	if bytes.Equal(files[0].Encryption.IV, files[1].Encryption.IV) || bytes.Equal(files[0].Payload, files[1].Payload) {
		t.Error("the same plaintext was sealed the same way twice")
	}
}

func TestSealRefuses(t *testing.T) {
	key := rsaKey(t, 1024)
	if _, err := signed.Seal(signed.Header{}, nil, nil, key); err == nil {
		t.Error("sealed for nobody")
	}
	if _, err := signed.Seal(signed.Header{}, nil, &rsa.PublicKey{}, key); err == nil {
		t.Error("sealed for an empty key")
	}
	if _, err := signed.Seal(signed.Header{Digest: signed.SHA256}, nil, &key.PublicKey, key); !errors.Is(err, signed.ErrUnsupported) {
		t.Errorf("sha256: %v", err)
	}
	if _, err := signed.Seal(signed.Header{}, nil, &key.PublicKey, rsaKey(t, 3072)); !errors.Is(err, signed.ErrUnsupported) {
		t.Errorf("signer of 3072 bits: %v", err)
	}
}
