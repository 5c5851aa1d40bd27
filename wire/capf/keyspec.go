package capf

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"
)

// ErrKeySpec is wrapped by every refusal of a key for its kind or size.
var ErrKeySpec = errors.New("key not supported")

// KeyType is element KEY_TYPE.
type KeyType uint8

// The kinds of keys.
const (
	RSA KeyType = 0
	EC  KeyType = 1
)

// String is "rsa" or "ec", or the number.
func (t KeyType) String() string {
	switch t {
	case RSA:
		return "rsa"
	case EC:
		return "ec"
	}
	return fmt.Sprintf("key type %d", uint8(t))
}

// Curve is element CURVE.
type Curve uint8

// The curves of EC keys.
const (
	P256 Curve = 0
	P384 Curve = 1
	P521 Curve = 2
)

// String is "p256", "p384" or "p521", or the number.
func (c Curve) String() string {
	switch c {
	case P256:
		return "p256"
	case P384:
		return "p384"
	case P521:
		return "p521"
	}
	return fmt.Sprintf("curve %d", uint8(c))
}

// KeySpec says what key to make (CAPF, section 8). It is comparable.
type KeySpec struct {
	Type  KeyType
	Bits  int   // of an RSA modulus; 0 for EC
	Curve Curve // of an EC key; 0 for RSA
}

// String is "rsa-2048", "ec-p256" and the like, which ParseKeySpec reads.
func (s KeySpec) String() string {
	switch s.Type {
	case RSA:
		return fmt.Sprintf("rsa-%d", s.Bits)
	case EC:
		return "ec-" + s.Curve.String()
	}
	return s.Type.String()
}

// supported lists every key that may be made or certified.
var supported = [...]KeySpec{
	{Type: RSA, Bits: 1024},
	{Type: RSA, Bits: 2048},
	{Type: RSA, Bits: 3072},
	{Type: RSA, Bits: 4096},
	{Type: EC, Curve: P256},
	{Type: EC, Curve: P384},
	{Type: EC, Curve: P521},
}

// Check refuses everything but RSA of 1024, 2048, 3072 and 4096 bits and the
// three curves, with an error that wraps ErrKeySpec. It is the guard in front
// of every key generation that a peer asks for.
func (s KeySpec) Check() error {
	for _, known := range supported {
		if s == known {
			return nil
		}
	}
	return fmt.Errorf("%w: %s", ErrKeySpec, s)
}

// ParseKeySpec reads what String writes, in any case of letters, and refuses
// what Check refuses.
func ParseKeySpec(text string) (KeySpec, error) {
	for _, s := range supported {
		if strings.EqualFold(text, s.String()) {
			return s, nil
		}
	}
	return KeySpec{}, fmt.Errorf("%w: %q; known are rsa-1024, rsa-2048, rsa-3072, rsa-4096, ec-p256, ec-p384 and ec-p521", ErrKeySpec, text)
}

// KeySpec is what a KeyGenReq asks for. A missing or damaged element is a
// *FormatError. A request that Check refuses is returned with that error, so
// that it can be named.
func (m Message) KeySpec() (KeySpec, error) {
	var s KeySpec
	if _, present := m.Get(TagKeyType); present {
		t, ok := m.KeyType()
		if !ok {
			return s, m.damaged(TagKeyType)
		}
		s.Type = t
	}
	var ok bool
	switch s.Type {
	case RSA:
		if s.Bits, ok = m.KeySize(); !ok {
			return s, m.damaged(TagKeySize)
		}
	case EC:
		if s.Curve, ok = m.Curve(); !ok {
			return s, m.damaged(TagCurve)
		}
	}
	return s, s.Check()
}

// damaged is the error for an element that is missing or of a wrong length.
func (m Message) damaged(tag Tag) error {
	v, at, err := m.need(tag)
	if err != nil {
		return err
	}
	return &FormatError{Offset: at, Field: tag.String(), Problem: fmt.Sprintf("wrong length: %d bytes", len(v))}
}

// SpecOf describes a public key, for comparison with the one asked for. Keys
// that Check refuses are an error.
func SpecOf(pub crypto.PublicKey) (KeySpec, error) {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		s := KeySpec{Type: RSA, Bits: k.N.BitLen()}
		return s, s.Check()
	case *ecdsa.PublicKey:
		for _, c := range []Curve{P256, P384, P521} {
			if strings.EqualFold(strings.ReplaceAll(k.Params().Name, "-", ""), c.String()) {
				return KeySpec{Type: EC, Curve: c}, nil
			}
		}
		return KeySpec{Type: EC}, fmt.Errorf("%w: curve %s", ErrKeySpec, k.Params().Name)
	}
	return KeySpec{}, fmt.Errorf("%w: %T", ErrKeySpec, pub)
}
