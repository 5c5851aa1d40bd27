package token

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/keyfile"
)

// ErrEncryption says that a key is encrypted in a way that is not read.
var ErrEncryption = errors.New("the key is encrypted in a way that is not read here; " +
	"rewrite it: openssl pkcs8 -topk8 -v2 aes-256-cbc -in KEY -out NEW")

// maxIterations keeps a file from counting for minutes; OpenSSL writes 2,048.
const maxIterations = 10_000_000

// encryptedKey is EncryptedPrivateKeyInfo of PKCS#8.
type encryptedKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

// pbes2 is PBES2-params of PKCS#5.
type pbes2 struct{ KDF, Cipher pkix.AlgorithmIdentifier }

// derivation is PBKDF2-params of PKCS#5.
type derivation struct {
	Salt       []byte
	Iterations int
	KeyLength  int                      `asn1:"optional"`
	PRF        pkix.AlgorithmIdentifier `asn1:"optional"` // HMAC with SHA-1 when it is missing
}

func isEncrypted(der []byte) bool {
	var k encryptedKey
	rest, err := asn1.Unmarshal(der, &k)
	return err == nil && len(rest) == 0
}

// pkcs8Of opens an encrypted PKCS#8 key: PBES2, as OpenSSL has written it for
// twenty years. The format has no check of the password; what does not decrypt
// to a key was not the password.
func pkcs8Of(der []byte) locked {
	return func(password string) (crypto.Signer, *x509.Certificate, error) {
		var k encryptedKey
		if _, err := asn1.Unmarshal(der, &k); err != nil {
			return nil, nil, fmt.Errorf("%w: %v", keyfile.ErrNoKey, err)
		}
		plain, err := k.decrypt(password)
		if err != nil {
			return nil, nil, err
		}
		key, err := keyfile.Parse(plain)
		if errors.Is(err, keyfile.ErrNoKey) {
			err = errPassword
		}
		return key, nil, err
	}
}

func (k encryptedKey) decrypt(password string) ([]byte, error) {
	if id := k.Algorithm.Algorithm.String(); id != "1.2.840.113549.1.5.13" {
		return nil, fmt.Errorf("%w (scheme %s, not PBES2)", ErrEncryption, id)
	}
	var scheme pbes2
	if _, err := asn1.Unmarshal(k.Algorithm.Parameters.FullBytes, &scheme); err != nil {
		return nil, fmt.Errorf("%w (PBES2: %v)", ErrEncryption, err)
	}
	if id := scheme.KDF.Algorithm.String(); id != "1.2.840.113549.1.5.12" {
		return nil, fmt.Errorf("%w (key derivation %s, not PBKDF2)", ErrEncryption, id)
	}
	var d derivation
	if _, err := asn1.Unmarshal(scheme.KDF.Parameters.FullBytes, &d); err != nil {
		return nil, fmt.Errorf("%w (PBKDF2: %v)", ErrEncryption, err)
	}
	size, newCipher, err := cipherOf(scheme.Cipher.Algorithm.String())
	if err != nil {
		return nil, err
	}
	secret, err := d.derive(password, size)
	if err != nil {
		return nil, err
	}
	block, err := newCipher(secret)
	if err != nil {
		return nil, err
	}
	var iv []byte
	if _, err := asn1.Unmarshal(scheme.Cipher.Parameters.FullBytes, &iv); err != nil || len(iv) != block.BlockSize() {
		return nil, fmt.Errorf("%w (its initialisation vector is not one of %d bytes)", ErrEncryption, block.BlockSize())
	}
	if len(k.Data) == 0 || len(k.Data)%block.BlockSize() != 0 {
		return nil, fmt.Errorf("%w: %d bytes are no whole blocks", keyfile.ErrNoKey, len(k.Data))
	}
	plain := append([]byte{}, k.Data...)
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, plain)
	padding := int(plain[len(plain)-1])
	if padding == 0 || padding > block.BlockSize() {
		return nil, errPassword
	}
	return plain[:len(plain)-padding], nil
}

func cipherOf(id string) (size int, newCipher func([]byte) (cipher.Block, error), err error) {
	switch id {
	case "2.16.840.1.101.3.4.1.2":
		return 16, aes.NewCipher, nil
	case "2.16.840.1.101.3.4.1.22":
		return 24, aes.NewCipher, nil
	case "2.16.840.1.101.3.4.1.42":
		return 32, aes.NewCipher, nil
	case "1.2.840.113549.3.7":
		return 24, des.NewTripleDESCipher, nil
	}
	return 0, nil, fmt.Errorf("%w (cipher %s)", ErrEncryption, id)
}

func (d derivation) derive(password string, size int) ([]byte, error) {
	if d.Iterations < 1 || d.Iterations > maxIterations {
		return nil, fmt.Errorf("%w (PBKDF2 with %d iterations, at most %d)", ErrEncryption, d.Iterations, maxIterations)
	}
	var h func() hash.Hash
	switch id := d.PRF.Algorithm.String(); id {
	case "", "1.2.840.113549.2.7":
		h = sha1.New
	case "1.2.840.113549.2.9":
		h = sha256.New
	case "1.2.840.113549.2.10":
		h = sha512.New384
	case "1.2.840.113549.2.11":
		h = sha512.New
	default:
		return nil, fmt.Errorf("%w (PBKDF2 with %s)", ErrEncryption, id)
	}
	return pbkdf2.Key(h, password, d.Salt, d.Iterations, size)
}
