package signed

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"fmt"
)

// Open decrypts the payload with the phone's key (signed configuration, section
// 4): unwrap, decrypt, cut the padding, compare the digest. It does not look at
// the signature, which comes first: see Verify. Every error wraps ErrDecrypt and
// names the check that failed.
func (e *Envelope) Open(key *rsa.PrivateKey) ([]byte, error) {
	c := e.Encryption
	if c == nil {
		return nil, fmt.Errorf("%w: the file is not encrypted", ErrDecrypt)
	}
	if key == nil {
		return nil, fmt.Errorf("%w: no RSA key to unwrap with", ErrDecrypt)
	}
	if err := e.checkSealed(key); err != nil {
		return nil, err
	}
	secret, err := unwrap(key, c.WrappedKey)
	if err != nil {
		return nil, fmt.Errorf("%w: KEY: wrapped for another phone key: %w", ErrDecrypt, err)
	}
	if n := len(secret); n != 16 && n != 32 {
		return nil, fmt.Errorf("%w: KEY: unwrapped to %d bytes, want 16 or 32", ErrDecrypt, n)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, fmt.Errorf("%w: KEY: %w", ErrDecrypt, err)
	}
	plain := make([]byte, len(e.Payload))
	cipher.NewCBCDecrypter(block, c.IV).CryptBlocks(plain, e.Payload)
	plain = plain[:len(plain)-c.Padding]

	hash, _ := c.DigestAlgorithm.Hash()
	sum := hash.New()
	sum.Write(plain)
	if !bytes.Equal(sum.Sum(nil), c.Digest) {
		return nil, fmt.Errorf("%w: the plaintext's %v is not the header's", ErrDecrypt, c.DigestAlgorithm)
	}
	return plain, nil
}

// checkSealed is every check that needs no secret.
func (e *Envelope) checkSealed(key *rsa.PrivateKey) error {
	c := e.Encryption
	fail := func(tag uint8, format string, args ...any) error {
		return fmt.Errorf("%w: %s: %s", ErrDecrypt, TagName(tag), fmt.Sprintf(format, args...))
	}
	for _, tag := range []uint8{TagIV, TagPaddingLength, TagKeySize, TagKey, TagPlainDigestAlgo, TagPlainDigest} {
		if !e.has(tag) {
			return fail(tag, "missing")
		}
	}
	if len(c.IV) != aes.BlockSize {
		return fail(TagIV, "%d bytes, want %d", len(c.IV), aes.BlockSize)
	}
	if n := len(e.Payload); n%aes.BlockSize != 0 {
		return fmt.Errorf("%w: payload of %d bytes is no multiple of %d", ErrDecrypt, n, aes.BlockSize)
	}
	if c.Padding < 1 || c.Padding > aes.BlockSize {
		return fail(TagPaddingLength, "%d, want 1 to %d", c.Padding, aes.BlockSize)
	}
	if c.Padding > len(e.Payload) {
		return fail(TagPaddingLength, "%d of a payload of %d bytes", c.Padding, len(e.Payload))
	}
	if bits := key.N.BitLen(); c.KeyBits != bits {
		return fail(TagKeySize, "wrapped for a key of %d bits, this one has %d", c.KeyBits, bits)
	}
	if len(c.WrappedKey) != key.Size() {
		return fail(TagKey, "%d bytes, the key's have %d", len(c.WrappedKey), key.Size())
	}
	hash, ok := c.DigestAlgorithm.Hash()
	if !ok {
		return fail(TagPlainDigestAlgo, "no phone knows %v", c.DigestAlgorithm)
	}
	if len(c.Digest) != hash.Size() {
		return fail(TagPlainDigest, "%d bytes, %v has %d", len(c.Digest), c.DigestAlgorithm, hash.Size())
	}
	return nil
}

// has says whether the header carries a tag.
func (e *Envelope) has(tag uint8) bool {
	for i := range e.Items {
		if e.Items[i].Tag == tag {
			return true
		}
	}
	return false
}
