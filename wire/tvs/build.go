package tvs

import (
	"encoding/binary"
	"math"
	"time"
)

// deviceMark is the first byte of element DEVICE, of unknown meaning.
const deviceMark = 0x01

// VerifyRequest asks whether a certificate, in DER, is good. device is
// "CP-<model>-SEP<MAC>".
func VerifyRequest(session uint32, device string, der []byte) Message {
	return Message{Command: CertVerificationReq, Session: session, Elements: []Element{
		deviceElement(device), {TagCertificate, der},
	}}
}

// VerifyResponse answers VerifyRequest. Roles and ttl go with Valid only. The
// roles are sent as given; known servers send them in ascending order.
func VerifyResponse(session uint32, status Status, roles []uint8, ttl time.Duration) Message {
	m := Message{Command: CertVerificationRes, Session: session, Elements: []Element{statusElement(status)}}
	if status == Valid {
		m.Elements = append(m.Elements, grant(roles, ttl)...)
	}
	return m
}

// QueryRequest asks for the certificate with this subject, issuer and serial.
// Of the last two the form is inferred (TVS, section 3).
func QueryRequest(session uint32, device, subject, issuer string, serial []byte) Message {
	return Message{Command: QueryCertReq, Session: session, Elements: []Element{
		deviceElement(device), {TagSubject, append([]byte(subject), 0)}, {TagIssuer, append([]byte(issuer), 0)}, {TagSerial, serial},
	}}
}

// QueryResponse answers QueryRequest. Certificate (DER), roles and ttl go with
// Valid only.
func QueryResponse(session uint32, status Status, der []byte, roles []uint8, ttl time.Duration) Message {
	m := Message{Command: QueryCertRes, Session: session, Elements: []Element{statusElement(status)}}
	if status == Valid {
		m.Elements = append(m.Elements, Element{TagCertificate, der})
		m.Elements = append(m.Elements, grant(roles, ttl)...)
	}
	return m
}

func deviceElement(device string) Element {
	return Element{TagDevice, append([]byte{deviceMark}, device...)}
}

func statusElement(s Status) Element { return Element{TagStatus, []byte{byte(s)}} }

// grant is ROLES and TTL. The time is cut to whole seconds and to 32 bits.
func grant(roles []uint8, ttl time.Duration) []Element {
	seconds := min(max(0, ttl/time.Second), math.MaxUint32)
	return []Element{{TagRoles, roles}, {TagTTL, binary.BigEndian.AppendUint32(nil, uint32(seconds))}}
}
