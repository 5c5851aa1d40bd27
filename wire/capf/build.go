package capf

import (
	"crypto"
	"crypto/x509"
	"encoding/binary"
	"math"
	"time"
)

// AuthRequest opens a session, as CUCM does: with the version alone. Other
// servers add an AuthTypeElement.
func AuthRequest(session uint32, version uint8) Message {
	return Message{Command: AuthReq, Session: session, Elements: []Element{VersionElement(version)}}
}

// AuthResponse answers AuthRequest; ReasonSuccess asks for the operation that
// the server has in store. Add the PasswordElement or the elements of
// SignCredential with With.
func AuthResponse(session uint32, version uint8, reason Reason, device string) Message {
	return Message{Command: AuthRes, Session: session, Elements: []Element{
		ReasonElement(reason), VersionElement(version), DeviceNameElement(device),
	}}
}

// KeyGenRequest asks for a key. EC requests carry no size, RSA ones no curve.
func KeyGenRequest(session uint32, spec KeySpec) Message {
	m := Message{Command: KeyGenReq, Session: session}
	if spec.Type == EC {
		return m.With(KeyTypeElement(EC), CurveElement(spec.Curve))
	}
	return m.With(KeySizeElement(spec.Bits), KeyTypeElement(spec.Type))
}

// KeyGenResponse answers with the public half of the key. It fails for keys
// that have no SubjectPublicKeyInfo.
func KeyGenResponse(session uint32, pub crypto.PublicKey) (Message, error) {
	spki, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return Message{}, err
	}
	return Message{Command: KeyGenRes, Session: session, Elements: []Element{{TagPublicKey, spki}}}, nil
}

// StoreRequest hands the phone its certificate, in DER.
func StoreRequest(session uint32, kind CertType, der []byte) Message {
	return Message{Command: StoreCertReq, Session: session, Elements: []Element{
		{TagCertType, []byte{byte(kind)}}, CertificateElement(der),
	}}
}

// StoreResponse says whether the phone kept the certificate.
func StoreResponse(session uint32, reason Reason) Message {
	return onlyReason(StoreCertRes, session, reason)
}

// FetchRequest asks for the phone's certificate.
func FetchRequest(session uint32) Message {
	return Message{Command: FetchCertReq, Session: session}
}

// FetchResponse shows the phone's certificate, in DER; nil when it has none,
// which goes with ReasonRefused.
func FetchResponse(session uint32, reason Reason, der []byte) Message {
	m := onlyReason(FetchCertRes, session, reason)
	if der == nil {
		return m
	}
	return m.With(CertificateElement(der))
}

// DeleteRequest tells the phone to delete its LSC and key.
func DeleteRequest(session uint32) Message {
	return Message{Command: DeleteCertReq, Session: session}
}

// DeleteResponse says whether there was something to delete.
func DeleteResponse(session uint32, reason Reason) Message {
	return onlyReason(DeleteCertRes, session, reason)
}

// EndSession closes a session.
func EndSession(session uint32, reason Reason) Message {
	return onlyReason(EndSessionCmd, session, reason)
}

// RetryLater sends the phone away. See RetryDelayElement for the delay.
func RetryLater(session uint32, delay time.Duration) Message {
	return Message{Command: RetryLaterCmd, Session: session, Elements: []Element{RetryDelayElement(delay)}}
}

// InProgress tells the server that the key is being made.
func InProgress(session uint32) Message {
	return Message{Command: ReqInProgress, Session: session}
}

func onlyReason(c Command, session uint32, reason Reason) Message {
	return Message{Command: c, Session: session, Elements: []Element{ReasonElement(reason)}}
}

// ReasonElement is element REASON.
func ReasonElement(r Reason) Element { return Element{TagReason, []byte{byte(r)}} }

// VersionElement is element VERSION.
func VersionElement(version uint8) Element { return Element{TagVersion, []byte{version}} }

// AuthTypeElement is element AUTH_TYPE.
func AuthTypeElement(a AuthType) Element { return Element{TagAuthType, []byte{byte(a)}} }

// PasswordElement is element PASSWORD: the text and a NUL. The null string is
// the empty text.
func PasswordElement(text string) Element { return Element{TagPassword, append([]byte(text), 0)} }

// DeviceNameElement is element DEVICE_NAME: the name and a NUL, 16 bytes for
// "SEP" and twelve digits.
func DeviceNameElement(name string) Element { return Element{TagDeviceName, append([]byte(name), 0)} }

// KeySizeElement is element KEY_SIZE, in bits.
func KeySizeElement(bits int) Element {
	return Element{TagKeySize, binary.BigEndian.AppendUint16(nil, uint16(bits))}
}

// KeyTypeElement is element KEY_TYPE.
func KeyTypeElement(t KeyType) Element { return Element{TagKeyType, []byte{byte(t)}} }

// CurveElement is element CURVE.
func CurveElement(c Curve) Element { return Element{TagCurve, []byte{byte(c)}} }

// RetryDelayElement is element RETRY_DELAY: whole seconds, rounded up, in two
// bytes; longer delays than 65535 s are cut to that. The width is our choice
// (CAPF, section 4).
func RetryDelayElement(delay time.Duration) Element {
	seconds := min(max(0, (delay+time.Second-1)/time.Second), math.MaxUint16)
	return Element{TagRetryDelay, binary.BigEndian.AppendUint16(nil, uint16(seconds))}
}

// CertificateElement is element CERTIFICATE around a DER certificate. The type
// inside is always 1, as public clients send it for a MIC too.
func CertificateElement(der []byte) Element {
	v := make([]byte, 0, certificatePrefix+len(der))
	v = append(v, 1)
	v = binary.BigEndian.AppendUint16(v, uint16(2+len(der)))
	v = append(v, 0, 1)
	return Element{TagCertificate, append(v, der...)}
}
