package tvs

import "fmt"

// Command is the kind of a message (TVS, section 2).
type Command uint8

// The commands.
const (
	None                Command = 0
	CertVerificationReq Command = 1 // is this certificate good?
	CertVerificationRes Command = 2
	QueryCertReq        Command = 3 // which certificate has this issuer and serial?
	QueryCertRes        Command = 4
)

// String is the name in traces, such as "TVS_MSG_CERT_VERIFICATION_REQ".
func (c Command) String() string {
	switch c {
	case None:
		return "TVS_MSG_NONE"
	case CertVerificationReq:
		return "TVS_MSG_CERT_VERIFICATION_REQ"
	case CertVerificationRes:
		return "TVS_MSG_CERT_VERIFICATION_RES"
	case QueryCertReq:
		return "TVS_MSG_QUERY_CERT_REQ"
	case QueryCertRes:
		return "TVS_MSG_QUERY_CERT_RES"
	}
	return fmt.Sprintf("command %d", uint8(c))
}

// answer says whether the message must carry a STATUS.
func (c Command) answer() bool { return c == CertVerificationRes || c == QueryCertRes }

// Status is the verdict in an answer. Everything but Valid means that the
// certificate is not trusted.
type Status uint8

// The known verdicts.
const (
	Valid   Status = 0
	Invalid Status = 1
)

// String names the verdict, or gives its number.
func (s Status) String() string {
	switch s {
	case Valid:
		return "valid"
	case Invalid:
		return "invalid"
	}
	return fmt.Sprintf("status %d", uint8(s))
}

// Tag names an element of a message (TVS, section 3).
type Tag uint8

// The elements and their values.
const (
	TagDevice      Tag = 1 // one byte 0x01, then "CP-<model>-SEP<MAC>" without NUL
	TagCertificate Tag = 2 // X.509, DER
	TagSubject     Tag = 3 // text and NUL
	TagIssuer      Tag = 4 // text and NUL
	TagSerial      Tag = 5 // form not known
	TagStatus      Tag = 7 // 1 byte: Status
	TagRoles       Tag = 8 // one byte a role
	TagTTL         Tag = 9 // 4 bytes: seconds
)

// String is the name in the format's description, such as "CERTIFICATE".
func (t Tag) String() string {
	switch t {
	case TagDevice:
		return "DEVICE"
	case TagCertificate:
		return "CERTIFICATE"
	case TagSubject:
		return "SUBJECT"
	case TagIssuer:
		return "ISSUER"
	case TagSerial:
		return "SERIAL"
	case TagStatus:
		return "STATUS"
	case TagRoles:
		return "ROLES"
	case TagTTL:
		return "TTL"
	}
	return fmt.Sprintf("element %#02x", uint8(t))
}
