package capf

import "fmt"

// Tag names an element of a message (CAPF, section 4).
type Tag uint8

// The elements and the sizes of their values.
const (
	TagReason         Tag = 0x01 // 1 byte: Reason
	TagReasonInfo     Tag = 0x02 // text
	TagCertType       Tag = 0x03 // 1 byte: CertType
	TagCertificate    Tag = 0x04 // 5 bytes, then DER
	TagCertID         Tag = 0x05 // not used in any known session
	TagSignedData     Tag = 0x06 // SHA-1 credential
	TagVersion        Tag = 0x07 // 1 byte
	TagAuthType       Tag = 0x08 // 1 byte: AuthType
	TagPublicKey      Tag = 0x09 // SubjectPublicKeyInfo, DER
	TagKeySize        Tag = 0x0a // 2 bytes: RSA bits
	TagPassword       Tag = 0x0b // text and NUL
	TagRetryDelay     Tag = 0x0c // 1, 2 or 4 bytes: seconds
	TagDeviceName     Tag = 0x0d // text and NUL, 16 bytes
	TagSUDI           Tag = 0x10 // certificate and two signatures
	TagKeyType        Tag = 0x11 // 1 byte: KeyType
	TagCurve          Tag = 0x12 // 1 byte: Curve
	TagDigestType     Tag = 0x13 // not used in any known session
	TagSHA2SignedData Tag = 0x14 // 1 byte digest, 2 bytes length, SHA-512 credential
)

// String is the name in the format's description, such as "DEVICE_NAME".
func (t Tag) String() string {
	switch t {
	case TagReason:
		return "REASON"
	case TagReasonInfo:
		return "REASON_INFO"
	case TagCertType:
		return "CERT_TYPE"
	case TagCertificate:
		return "CERTIFICATE"
	case TagCertID:
		return "CERT_ID"
	case TagSignedData:
		return "SIGNED_DATA"
	case TagVersion:
		return "VERSION"
	case TagAuthType:
		return "AUTH_TYPE"
	case TagPublicKey:
		return "PUBLIC_KEY"
	case TagKeySize:
		return "KEY_SIZE"
	case TagPassword:
		return "PASSWORD"
	case TagRetryDelay:
		return "RETRY_DELAY"
	case TagDeviceName:
		return "DEVICE_NAME"
	case TagSUDI:
		return "SUDI_DATA"
	case TagKeyType:
		return "KEY_TYPE"
	case TagCurve:
		return "CURVE"
	case TagDigestType:
		return "DIGEST_TYPE"
	case TagSHA2SignedData:
		return "SHA2_SIGNED_DATA"
	}
	return fmt.Sprintf("element %#02x", uint8(t))
}
