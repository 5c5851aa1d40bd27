package capf

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha512"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrCredential is wrapped by every refusal of a certificate authentication
// that was well formed.
var ErrCredential = errors.New("credential does not verify")

// Digest codes in SHA2_SIGNED_DATA and SUDI_DATA.
const (
	digestSHA1   = 1
	digestSHA512 = 3
)

const (
	smallestRSA = 1024 // bits; a 512-bit key cannot even carry a SHA-512
	largestRSA  = 4096 // bits; beyond this a peer could buy our time cheaply
)

// SignCredential proves the possession of the key of a certificate (DER). It
// returns elements CERTIFICATE, SIGNED_DATA and SHA2_SIGNED_DATA for an
// AuthResponse. What is signed is the device name with its NUL, then the
// certificate. RSA signatures pad the bare hash, without DigestInfo; EC
// signatures are ECDSA (CAPF, section 7).
func SignCredential(device string, der []byte, key crypto.Signer) ([]Element, error) {
	d := covered(device, der)
	short, long, err := sign(d, key)
	if err != nil {
		return nil, err
	}
	return []Element{CertificateElement(der), {TagSignedData, short}, {TagSHA2SignedData, block(digestSHA512, long)}}, nil
}

// VerifyCredential checks the certificate authentication in an AuthRes: device
// name, certificate and both signatures, and the SUDI proof where there is one.
// Whom the certificate names and who issued it is the caller's question. RSA
// signatures with DigestInfo pass too, as they do on a public server.
//
// A message without the elements, or with damaged ones, is a *FormatError;
// everything else wraps ErrCredential.
func VerifyCredential(m *Message) (*x509.Certificate, error) {
	if _, _, err := m.need(TagDeviceName); err != nil {
		return nil, err
	}
	device, _ := m.DeviceName()
	der, err := m.Certificate()
	if err != nil {
		return nil, err
	}
	short, _, err := m.need(TagSignedData)
	if err != nil {
		return nil, err
	}
	framed, at, err := m.need(TagSHA2SignedData)
	if err != nil {
		return nil, err
	}
	long, err := onlyBlock(framed, at)
	if err != nil {
		return nil, err
	}
	cert, err := certificate(der)
	if err != nil {
		return nil, err
	}
	if err := verify(covered(device, der), cert.PublicKey, short, long); err != nil {
		return nil, err
	}
	if sudi, ok := m.Get(TagSUDI); ok {
		if _, err := VerifySUDI(m.Session, sudi); err != nil {
			return nil, err
		}
	}
	return cert, nil
}

// covered is what a credential signs.
func covered(device string, der []byte) []byte {
	d := append([]byte(device), 0)
	return append(d, der...)
}

// sign makes both signatures over d.
func sign(d []byte, key crypto.Signer) (short, long []byte, err error) {
	sum1, sum512 := sha1.Sum(d), sha512.Sum512(d)
	hash1, hash512 := crypto.SHA1, crypto.SHA512
	switch pub := key.Public().(type) {
	case *rsa.PublicKey:
		hash1, hash512 = crypto.Hash(0), crypto.Hash(0)
	case *ecdsa.PublicKey:
	default:
		return nil, nil, fmt.Errorf("%w: %T", ErrKeySpec, pub)
	}
	if short, err = key.Sign(rand.Reader, sum1[:], hash1); err != nil {
		return nil, nil, fmt.Errorf("SHA-1 credential: %w", err)
	}
	if long, err = key.Sign(rand.Reader, sum512[:], hash512); err != nil {
		return nil, nil, fmt.Errorf("SHA-512 credential: %w", err)
	}
	return short, long, nil
}

// verify checks both signatures over d.
func verify(d []byte, pub crypto.PublicKey, short, long []byte) error {
	sum1, sum512 := sha1.Sum(d), sha512.Sum512(d)
	if err := verifyOne(pub, crypto.SHA1, sum1[:], short); err != nil {
		return err
	}
	return verifyOne(pub, crypto.SHA512, sum512[:], long)
}

func verifyOne(pub crypto.PublicKey, hash crypto.Hash, sum, sig []byte) error {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n < smallestRSA || n > largestRSA {
			return fmt.Errorf("%w: %w: rsa-%d", ErrCredential, ErrKeySpec, n)
		}
		if rsa.VerifyPKCS1v15(k, crypto.Hash(0), sum, sig) == nil || rsa.VerifyPKCS1v15(k, hash, sum, sig) == nil {
			return nil
		}
	case *ecdsa.PublicKey:
		if ecdsa.VerifyASN1(k, sum, sig) {
			return nil
		}
	default:
		return fmt.Errorf("%w: %w: %T", ErrCredential, ErrKeySpec, pub)
	}
	return fmt.Errorf("%w: wrong %s signature", ErrCredential, hash)
}

// certificate parses the certificate of a proof.
func certificate(der []byte) (*x509.Certificate, error) {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCredential, err)
	}
	return cert, nil
}

// block frames a signature with its digest code and its length.
func block(digest byte, sig []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{digest}, uint16(len(sig)))
	return append(b, sig...)
}
