package capf

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/binary"
	"fmt"

	"github.com/phonebank/phonebank/wire/internal/bin"
)

// SUDIElement is element SUDI_DATA: the proof, bound to the session, that the
// phone holds the key of its manufacturing certificate (DER). RSA keys only
// (CAPF, section 7).
func SUDIElement(session uint32, der []byte, key crypto.Signer) (Element, error) {
	if _, ok := key.Public().(*rsa.PublicKey); !ok {
		return Element{}, fmt.Errorf("%w: %T, a SUDI proof is made with RSA", ErrKeySpec, key.Public())
	}
	short, long, err := sign(coveredBySUDI(session, der), key)
	if err != nil {
		return Element{}, err
	}
	value := block(0, der)
	value = append(value, block(digestSHA1, short)...)
	value = append(value, block(digestSHA512, long)...)
	return Element{TagSUDI, value}, nil
}

// VerifySUDI checks the value of element SUDI_DATA against the session that
// carried it and returns the certificate. A damaged value is a *FormatError
// with offsets from its start; a wrong one wraps ErrCredential.
func VerifySUDI(session uint32, value []byte) (*x509.Certificate, error) {
	r := bin.NewReader(binary.BigEndian, value)
	der := nextBlock(r, 0, "certificate")
	short := nextBlock(r, digestSHA1, "SHA-1 signature")
	long := nextBlock(r, digestSHA512, "SHA-512 signature")
	if err := ended(r); err != nil {
		return nil, err
	}
	cert, err := certificate(der)
	if err != nil {
		return nil, err
	}
	if _, ok := cert.PublicKey.(*rsa.PublicKey); !ok {
		return nil, fmt.Errorf("%w: %w: SUDI certificate with a %T", ErrCredential, ErrKeySpec, cert.PublicKey)
	}
	if err := verify(coveredBySUDI(session, der), cert.PublicKey, short, long); err != nil {
		return nil, err
	}
	return cert, nil
}

// coveredBySUDI is what a SUDI proof signs. The session is little-endian here,
// and here alone.
func coveredBySUDI(session uint32, der []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, session), der...)
}

// nextBlock reads one byte of code, two of length and the value.
func nextBlock(r *bin.Reader, code byte, field string) []byte {
	at := r.Offset()
	if got := r.U8(field); r.Err() == nil && got != code {
		r.FailAt(at, field, fmt.Sprintf("marked %d, not %d", got, code))
	}
	return r.Bytes(int(r.U16(field)), field)
}

// onlyBlock reads a value that is one SHA-512 signature; at is its offset in
// the message.
func onlyBlock(value []byte, at int) ([]byte, error) {
	r := bin.NewReader(binary.BigEndian, value)
	sig := nextBlock(r, digestSHA512, TagSHA2SignedData.String())
	if err := ended(r); err != nil {
		err.Offset += at
		return nil, err
	}
	return sig, nil
}

func ended(r *bin.Reader) *FormatError {
	if n := r.Len(); n > 0 {
		r.Fail("end", fmt.Sprintf("%d bytes too many", n))
	}
	err, _ := r.Err().(*FormatError)
	return err
}
