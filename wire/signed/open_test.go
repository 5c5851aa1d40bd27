package signed

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"errors"
	"strings"
	"testing"
)

// sealed is an encrypted file in parts, each of which a test may spoil.
type sealed struct {
	Encryption
	payload []byte
	leave   uint8 // tag to leave out
}

func newSealed(t *testing.T, to *rsa.PublicKey, plain, secret []byte) sealed {
	t.Helper()
	wrapped, err := wrap(to, secret)
	if err != nil {
		t.Fatal(err)
	}
	iv := bytes.Repeat([]byte{7}, 16)
	padding := 16 - len(plain)%16
	payload := append(bytes.Clone(plain), bytes.Repeat([]byte{13}, padding)...)
	if block, err := aes.NewCipher(secret); err == nil {
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(payload, payload)
	}
	sum := sha1.Sum(plain)
	return sealed{Encryption: Encryption{
		IV: iv, Padding: padding, KeyBits: to.N.BitLen(), WrappedKey: wrapped, Cipher: 1,
		DigestAlgorithm: SHA1, Digest: sum[:],
	}, payload: payload}
}

// file signs the parts. An item is left out by renaming its tag to one that
// nobody knows.
func (s sealed) file(t *testing.T, key *rsa.PrivateKey) *Envelope {
	t.Helper()
	b, err := Header{Major: 2}.sign(s.items(), s.payload, key)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Parse(b)
	if err != nil || s.leave == 0 {
		return e
	}
	b = bytes.Clone(b)
	for _, it := range e.Items {
		if it.Tag == s.leave {
			b[it.Offset] = 200
		}
	}
	e, err = Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestOpenFaults(t *testing.T) {
	key, other := testKey(t), testKey(t)
	secret := bytes.Repeat([]byte{1}, 16)
	plain := []byte("<device></device>")
	tests := []struct {
		name  string
		spoil func(*sealed)
		want  string // "" opens
	}{
		{"nothing wrong", func(*sealed) {}, ""},
		{"AES-256", func(s *sealed) { *s = newSealed(t, &key.PublicKey, plain, bytes.Repeat([]byte{1}, 32)) }, ""},
		{"cipher of another number", func(s *sealed) { s.Cipher = 9 }, ""},
		{"AES-192", func(s *sealed) { *s = newSealed(t, &key.PublicKey, plain, bytes.Repeat([]byte{1}, 24)) }, "KEY: unwrapped to 24 bytes, want 16 or 32"},
		{"key of one byte", func(s *sealed) { *s = newSealed(t, &key.PublicKey, plain, []byte{1}) }, "KEY: unwrapped to 1 bytes, want 16 or 32"},
		{"wrapped for another phone", func(s *sealed) { *s = newSealed(t, &other.PublicKey, plain, secret) }, "KEY: "},
		{"wrapped key cut short", func(s *sealed) { s.WrappedKey = s.WrappedKey[1:] }, "KEY: 127 bytes, the key's have 128"},
		{"key size of 2048", func(s *sealed) { s.KeyBits = 2048 }, "KEY_SIZE: wrapped for a key of 2048 bits, this one has 1024"},
		{"vector of 15 bytes", func(s *sealed) { s.IV = s.IV[1:] }, "IV: 15 bytes, want 16"},
		{"payload cut", func(s *sealed) { s.payload = s.payload[1:] }, "payload of 31 bytes is no multiple of 16"},
		{"no payload", func(s *sealed) { s.payload = nil }, "PADDING_LENGTH: 15 of a payload of 0 bytes"},
		{"no padding", func(s *sealed) { s.Padding = 0 }, "PADDING_LENGTH: 0, want 1 to 16"},
		{"17 bytes of padding", func(s *sealed) { s.Padding = 17 }, "PADDING_LENGTH: 17, want 1 to 16"},
		{"padding one too long", func(s *sealed) { s.Padding++ }, "the plaintext's sha1 is not the header's"},
		{"flipped bit in the payload", func(s *sealed) { s.payload[0] ^= 1 }, "the plaintext's sha1 is not the header's"},
		{"flipped bit in the vector", func(s *sealed) { s.IV[0] ^= 1 }, "the plaintext's sha1 is not the header's"},
		{"flipped bit in the digest", func(s *sealed) { s.Digest[0] ^= 1 }, "the plaintext's sha1 is not the header's"},
		{"digest of 19 bytes", func(s *sealed) { s.Digest = s.Digest[1:] }, "PLAINTEXT_DIGEST: 19 bytes, sha1 has 20"},
		{"sha512 with a sha1 digest", func(s *sealed) { s.DigestAlgorithm = SHA512 }, "PLAINTEXT_DIGEST: 20 bytes, sha512 has 64"},
		{"sha256", func(s *sealed) { s.DigestAlgorithm = SHA256 }, "PLAINTEXT_DIGEST_ALGORITHM: no phone knows sha256"},
		{"no vector", func(s *sealed) { s.leave = TagIV }, "IV: missing"},
		{"no padding length", func(s *sealed) { s.leave = TagPaddingLength }, "PADDING_LENGTH: missing"},
		{"no key size", func(s *sealed) { s.leave = TagKeySize }, "KEY_SIZE: missing"},
		{"no key", func(s *sealed) { s.leave = TagKey }, "KEY: missing"},
		{"no digest algorithm", func(s *sealed) { s.leave = TagPlainDigestAlgo }, "PLAINTEXT_DIGEST_ALGORITHM: missing"},
		{"no digest", func(s *sealed) { s.leave = TagPlainDigest }, "PLAINTEXT_DIGEST: missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSealed(t, &key.PublicKey, plain, secret)
			tt.spoil(&s)
			got, err := s.file(t, key).Open(key)
			if tt.want == "" {
				if err != nil || !bytes.Equal(got, plain) {
					t.Errorf("opened to %q, %v", got, err)
				}
				return
			}
			if !errors.Is(err, ErrDecrypt) || got != nil {
				t.Fatalf("got %q, %v, want ErrDecrypt", got, err)
			}
			if text, _ := strings.CutPrefix(err.Error(), ErrDecrypt.Error()+": "); !strings.HasPrefix(text, tt.want) {
				t.Errorf("got %q, want %q", text, tt.want)
			}
		})
	}
}

func TestOpenNeedsAKeyAndAnEncryptedFile(t *testing.T) {
	key := testKey(t)
	s := newSealed(t, &key.PublicKey, nil, bytes.Repeat([]byte{1}, 16))
	if _, err := s.file(t, key).Open(nil); !errors.Is(err, ErrDecrypt) {
		t.Errorf("without a key: %v", err)
	}
	b, err := Sign(Header{}, nil, key)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Open(key); !errors.Is(err, ErrDecrypt) {
		t.Errorf("a file in the clear: %v", err)
	}
}

func testKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
