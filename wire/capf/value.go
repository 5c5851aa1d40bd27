package capf

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"time"
)

// u8 reads an element of exactly one byte.
func (m Message) u8(tag Tag) (uint8, bool) {
	v, ok := m.Get(tag)
	if !ok || len(v) != 1 {
		return 0, false
	}
	return v[0], true
}

// text reads an element of text, up to its NUL or, where that is missing, up
// to its end.
func (m Message) text(tag Tag) (string, bool) {
	v, ok := m.Get(tag)
	v, _, _ = bytes.Cut(v, []byte{0})
	return string(v), ok
}

// Reason is element REASON; false when it is missing or not one byte long.
func (m Message) Reason() (Reason, bool) {
	v, ok := m.u8(TagReason)
	return Reason(v), ok
}

// ReasonInfo is the text of element REASON_INFO.
func (m Message) ReasonInfo() (string, bool) { return m.text(TagReasonInfo) }

// Version is element VERSION: 3 today, 2 from some software clients.
func (m Message) Version() (uint8, bool) { return m.u8(TagVersion) }

// AuthType is element AUTH_TYPE.
func (m Message) AuthType() (AuthType, bool) {
	v, ok := m.u8(TagAuthType)
	return AuthType(v), ok
}

// Password is the text of element PASSWORD without its NUL. An empty text is
// the null string; false means that there is no such element, which some
// clients send instead of it.
func (m Message) Password() (string, bool) { return m.text(TagPassword) }

// DeviceName is the text of element DEVICE_NAME without its NUL, such as
// "SEP001122334455".
func (m Message) DeviceName() (string, bool) { return m.text(TagDeviceName) }

// CertType is element CERT_TYPE.
func (m Message) CertType() (CertType, bool) {
	v, ok := m.u8(TagCertType)
	return CertType(v), ok
}

// KeySize is element KEY_SIZE in bits of an RSA modulus, as asked, whether or
// not such a key may be made: see KeySpec.
func (m Message) KeySize() (bits int, ok bool) {
	v, ok := m.Get(TagKeySize)
	if !ok || len(v) != 2 {
		return 0, false
	}
	return int(binary.BigEndian.Uint16(v)), true
}

// KeyType is element KEY_TYPE. A request without it means RSA.
func (m Message) KeyType() (KeyType, bool) {
	v, ok := m.u8(TagKeyType)
	return KeyType(v), ok
}

// Curve is element CURVE.
func (m Message) Curve() (Curve, bool) {
	v, ok := m.u8(TagCurve)
	return Curve(v), ok
}

// RetryDelay is element RETRY_DELAY: whole seconds in 1, 2 or 4 bytes. False
// when it is missing or of another width.
func (m Message) RetryDelay() (time.Duration, bool) {
	v, ok := m.Get(TagRetryDelay)
	if !ok {
		return 0, false
	}
	var seconds uint32
	switch len(v) {
	case 1:
		seconds = uint32(v[0])
	case 2:
		seconds = uint32(binary.BigEndian.Uint16(v))
	case 4:
		seconds = binary.BigEndian.Uint32(v)
	default:
		return 0, false
	}
	return time.Duration(seconds) * time.Second, true
}

// PublicKey is element PUBLIC_KEY, an RSA or EC key that KeySpec.Check lets
// pass. Other keys are an error that wraps ErrKeySpec; a missing or damaged
// element is a *FormatError.
func (m Message) PublicKey() (crypto.PublicKey, error) {
	v, at, err := m.need(TagPublicKey)
	if err != nil {
		return nil, err
	}
	pub, err := x509.ParsePKIXPublicKey(v)
	if err != nil {
		return nil, &FormatError{Offset: at, Field: TagPublicKey.String(), Problem: err.Error()}
	}
	if _, err := SpecOf(pub); err != nil {
		return nil, err
	}
	return pub, nil
}

const certificatePrefix = 5 // bytes: count, length (2), type (2)

// Certificate is the DER of the (first) certificate in element CERTIFICATE
// (CAPF, section 6), not parsed. Faults are a *FormatError.
func (m Message) Certificate() ([]byte, error) {
	v, at, err := m.need(TagCertificate)
	if err != nil {
		return nil, err
	}
	if len(v) <= certificatePrefix {
		return nil, &FormatError{Offset: at, Field: TagCertificate.String(), Problem: fmt.Sprintf("%d bytes hold no certificate", len(v))}
	}
	// The nested length counts the type and the certificate.
	n := int(binary.BigEndian.Uint16(v[1:]))
	if n <= 2 || n > len(v)-3 {
		return nil, &FormatError{Offset: at + 1, Field: TagCertificate.String(), Problem: fmt.Sprintf("inner length %d in %d bytes", n, len(v))}
	}
	return v[certificatePrefix : 3+n], nil
}
