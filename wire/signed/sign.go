package signed

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// SignerOrder is the order of the tags inside SIGNERID.
type SignerOrder uint8

const (
	// VendorOrder is 4, 5, 6: name, serial, issuer.
	VendorOrder SignerOrder = iota
	// BuilderOrder is 4, 6, 5: name, issuer, serial, as the common open builder writes.
	BuilderOrder
)

// Header is what Sign and Seal write in front of a payload.
type Header struct {
	Major, Minor  uint8     // header version; 0.0 means 1.0 for Sign and 2.0 for Seal
	SignerVersion *[2]uint8 // tag 28; nil: left out
	Signer        Signer
	Digest        Digest      // 0 means SHA1
	Filename      string      // "": left out
	Timestamp     time.Time   // whole seconds, 1970 to 2106; zero: left out
	Order         SignerOrder // tags inside SIGNERID
}

// Sign makes a signed file of a payload (trust list, section 6). The key must be
// RSA of 1024, 2048 or 4096 bits, for the header has no code for other sizes;
// another one, and a digest that phones do not know, give an error that wraps
// ErrUnsupported.
func Sign(h Header, payload []byte, key crypto.Signer) ([]byte, error) {
	if h.Major == 0 && h.Minor == 0 {
		h.Major = 1
	}
	return h.sign(nil, payload, key)
}

// sign writes the header, with extra items after the timestamp, and the payload.
func (h Header) sign(extra, payload []byte, key crypto.Signer) ([]byte, error) {
	if h.Digest == 0 {
		h.Digest = SHA1
	}
	hash, ok := h.Digest.Hash()
	if !ok {
		return nil, fmt.Errorf("%w: no phone verifies %v", ErrUnsupported, h.Digest)
	}
	if key == nil {
		return nil, errors.New("no key to sign with")
	}
	pub, ok := key.Public().(*rsa.PublicKey)
	if !ok {
		return nil, noRSA(key.Public())
	}
	code, err := modulusCode(pub)
	if err != nil {
		return nil, err
	}
	tail, err := h.tail(extra)
	if err != nil {
		return nil, err
	}
	head := h.head(code)
	signature := 3 + pub.Size()
	length := len(head) + signature + len(tail)
	for ; length%4 != 0; length++ {
		tail = append(tail, TagPadding)
	}
	if length > math.MaxUint16 {
		return nil, fmt.Errorf("header of %d bytes: HEADERLENGTH holds at most %d", length, math.MaxUint16)
	}
	binary.BigEndian.PutUint16(head[8:], uint16(length))

	sum := hash.New()
	for _, part := range [][]byte{head, tail, payload} {
		sum.Write(part)
	}
	value, err := key.Sign(rand.Reader, sum.Sum(nil), hash)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	if len(value) != pub.Size() {
		return nil, fmt.Errorf("sign: signature of %d bytes from a key of %d", len(value), pub.Size())
	}
	file := make([]byte, 0, length+len(payload))
	file = AppendTLV(append(file, head...), TagSignature, value)
	return append(append(file, tail...), payload...), nil
}

// head is everything before SIGNATURE, with HEADERLENGTH still zero.
func (h Header) head(modulus uint8) []byte {
	b := AppendTLV(nil, TagVersion, []byte{h.Major, h.Minor})
	b = AppendTLV(b, TagHeaderLength, []byte{0, 0})
	if v := h.SignerVersion; v != nil {
		b = AppendTLV(b, TagSignerVersion, v[:])
	}
	name := AppendTLV(nil, TagSignerName, NUL(h.Signer.Name))
	serial := AppendTLV(nil, TagSerialNumber, h.Signer.Serial)
	issuer := AppendTLV(nil, TagCAName, NUL(h.Signer.Issuer))
	id := append(append(name, serial...), issuer...)
	if h.Order == BuilderOrder {
		id = append(append(name, issuer...), serial...)
	}
	b = AppendTLV(b, TagSignerID, id)
	algorithm := AppendTLV(nil, TagAlgorithm, []byte{0})
	algorithm = AppendTLV(algorithm, TagModulus, []byte{modulus})
	info := AppendTLV(nil, TagDigest, []byte{byte(h.Digest)})
	info = AppendTLV(info, TagAlgorithmInfo, algorithm)
	return AppendTLV(b, TagSignatureInfo, info)
}

// tail is everything between SIGNATURE and padding.
func (h Header) tail(extra []byte) ([]byte, error) {
	var b []byte
	if h.Filename != "" {
		b = AppendTLV(b, TagFilename, NUL(h.Filename))
	}
	if !h.Timestamp.IsZero() {
		s := h.Timestamp.Unix()
		if s < 0 || s > math.MaxUint32 {
			return nil, fmt.Errorf("timestamp %v does not fit in 32 bits of Unix seconds", h.Timestamp)
		}
		b = AppendTLV(b, TagTimestamp, binary.BigEndian.AppendUint32(nil, uint32(s)))
	}
	return append(b, extra...), nil
}

// AppendTLV appends one item: tag, two bytes of length, value of at most 65,535
// bytes.
func AppendTLV(dst []byte, tag uint8, value []byte) []byte {
	dst = append(dst, tag)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(value)))
	return append(dst, value...)
}

// NUL is a text as a value: its bytes and one NUL.
func NUL(s string) []byte { return append([]byte(s), 0) }
