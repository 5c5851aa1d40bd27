package tvs

import (
	"bytes"
	"encoding/binary"
	"time"
)

// Device is the text of element DEVICE, such as "CP-7965-SEP001122334455".
// False when it is missing or does not start with the byte 0x01.
func (m Message) Device() (string, bool) {
	v, ok := m.Get(TagDevice)
	if !ok || len(v) == 0 || v[0] != deviceMark {
		return "", false
	}
	return text(v[1:]), true
}

// Certificate is the DER in element CERTIFICATE, not parsed. False when it is
// missing or empty.
func (m Message) Certificate() ([]byte, bool) {
	v, _ := m.Get(TagCertificate)
	return v, len(v) > 0
}

// Status is the verdict of an answer. False when it is missing or not a single
// byte; Parse lets no such answer through.
func (m Message) Status() (Status, bool) {
	v, ok := m.Get(TagStatus)
	if !ok || len(v) != 1 {
		return 0, false
	}
	return Status(v[0]), true
}

// Roles are the role numbers of an answer, as in the trust list, section 5. No
// element, or an empty one, grants none.
func (m Message) Roles() []uint8 {
	v, _ := m.Get(TagRoles)
	return v
}

// TTL says how long the answer may be kept; whole seconds, zero for not at
// all. False when it is missing or not four bytes long.
func (m Message) TTL() (time.Duration, bool) {
	v, ok := m.Get(TagTTL)
	if !ok || len(v) != 4 {
		return 0, false
	}
	return time.Duration(binary.BigEndian.Uint32(v)) * time.Second, true
}

// Subject is the text of element SUBJECT.
func (m Message) Subject() (string, bool) {
	v, ok := m.Get(TagSubject)
	return text(v), ok
}

// Issuer is the text of element ISSUER.
func (m Message) Issuer() (string, bool) {
	v, ok := m.Get(TagIssuer)
	return text(v), ok
}

// Serial is element SERIAL as sent: whether that is bytes or hex text is not
// known (TVS, section 9).
func (m Message) Serial() ([]byte, bool) { return m.Get(TagSerial) }

// text is a text up to its NUL or, where that is missing, up to its end.
func text(v []byte) string {
	v, _, _ = bytes.Cut(v, []byte{0})
	return string(v)
}
