package signed

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"encoding/binary"
	"errors"
	"fmt"
)

// Seal makes an encrypted configuration (signed configuration, section 4):
// AES-128-CBC with a random key and vector, the key wrapped for the phone's RSA
// key, and everything signed as Sign does. The plaintext's digest is the
// header's. A key to seal for that is no RSA key of 1024 to 4096 bits gives an
// error that wraps ErrUnsupported.
func Seal(h Header, plain []byte, to *rsa.PublicKey, key crypto.Signer) ([]byte, error) {
	if h.Major == 0 && h.Minor == 0 {
		h.Major = 2
	}
	if h.Digest == 0 {
		h.Digest = SHA1
	}
	hash, ok := h.Digest.Hash()
	if !ok {
		return nil, fmt.Errorf("%w: no phone knows %v", ErrUnsupported, h.Digest)
	}
	if to == nil || to.N == nil {
		return nil, errors.New("no phone key to seal for")
	}
	if bits := to.N.BitLen(); bits < 1024 || bits > 4096 {
		return nil, fmt.Errorf("%w: RSA-%d phone key: want 1024 to 4096 bits", ErrUnsupported, bits)
	}
	secret, iv := make([]byte, 16), make([]byte, aes.BlockSize)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	if _, err := rand.Read(iv); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	wrapped, err := wrap(to, secret)
	if err != nil {
		return nil, fmt.Errorf("wrap the key: %w", err)
	}
	padding := aes.BlockSize - len(plain)%aes.BlockSize
	text := append(bytes.Clone(plain), bytes.Repeat([]byte{TagPadding}, padding)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(text, text)

	sum := hash.New()
	sum.Write(plain)
	e := Encryption{
		IV: iv, Padding: padding,
		KeyBits: to.N.BitLen(), WrappedKey: wrapped, Cipher: 1,
		DigestAlgorithm: h.Digest, Digest: sum.Sum(nil),
	}
	return h.sign(e.items(), text, key)
}

// items is the encryption's part of a header.
func (e *Encryption) items() []byte {
	u16 := func(n int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }
	iv := AppendTLV(nil, TagMode, []byte{e.Mode})
	iv = AppendTLV(iv, TagIV, e.IV)
	iv = AppendTLV(iv, TagPaddingLength, u16(e.Padding))
	key := AppendTLV(nil, TagKeyMode, []byte{e.KeyMode})
	key = AppendTLV(key, TagKeySize, u16(e.KeyBits))
	key = AppendTLV(key, TagCipher, []byte{e.Cipher})
	key = AppendTLV(key, TagKey, e.WrappedKey)
	info := AppendTLV(nil, TagIVInfo, iv)
	info = AppendTLV(info, TagKeyInfo, key)
	b := AppendTLV(nil, TagEncryptionInfo, info)
	b = AppendTLV(b, TagPlainDigestAlgo, []byte{byte(e.DigestAlgorithm)})
	return AppendTLV(b, TagPlainDigest, e.Digest)
}

// wrap is RSAES-PKCS1-v1_5, the one way this format wraps a key.
func wrap(to *rsa.PublicKey, secret []byte) ([]byte, error) {
	//lint:ignore SA1019 the format knows no other padding
	return rsa.EncryptPKCS1v15(rand.Reader, to, secret)
}

// unwrap is the reverse of wrap.
func unwrap(key *rsa.PrivateKey, wrapped []byte) ([]byte, error) {
	//lint:ignore SA1019 the format knows no other padding
	return rsa.DecryptPKCS1v15(rand.Reader, key, wrapped)
}
