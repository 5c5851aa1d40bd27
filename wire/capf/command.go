package capf

import "fmt"

// Command is the kind of a message (CAPF, section 3).
type Command uint8

// The commands. Those without a direction are named in no known session; their
// layout is not public.
const (
	AuthReq       Command = 1 // server to phone
	AuthRes       Command = 2 // phone to server
	KeyGenReq     Command = 3 // server to phone
	KeyGenRes     Command = 4 // phone to server
	EncryptRes    Command = 5 // against the pattern of the others: 5 is the response
	EncryptReq    Command = 6
	DecryptReq    Command = 7
	DecryptRes    Command = 8
	StoreCertReq  Command = 9  // server to phone
	StoreCertRes  Command = 10 // phone to server
	FetchCertReq  Command = 11 // server to phone
	FetchCertRes  Command = 12 // phone to server
	DeleteCertReq Command = 13 // server to phone
	DeleteCertRes Command = 14 // phone to server
	EndSessionCmd Command = 15 // server to phone; a phone may send it too
	RetryLaterCmd Command = 16 // server to phone
	ReqInProgress Command = 17 // phone to server, while it makes its key
	StatusReq     Command = 18
	StatusRes     Command = 19
	AbortReq      Command = 20
	AbortRes      Command = 21
	SignCertReq   Command = 22
	SignCertRes   Command = 23
)

// String is the name in traces, such as "CAPF_MSG_AUTH_REQ".
func (c Command) String() string {
	if name := c.name(); name != "" {
		return "CAPF_MSG_" + name
	}
	return fmt.Sprintf("command %d", uint8(c))
}

func (c Command) name() string {
	switch c {
	case AuthReq:
		return "AUTH_REQ"
	case AuthRes:
		return "AUTH_RES"
	case KeyGenReq:
		return "KEY_GEN_REQ"
	case KeyGenRes:
		return "KEY_GEN_RES"
	case EncryptRes:
		return "ENCRYPT_RES"
	case EncryptReq:
		return "ENCRYPT_REQ"
	case DecryptReq:
		return "DECRYPT_REQ"
	case DecryptRes:
		return "DECRYPT_RES"
	case StoreCertReq:
		return "STORE_CERT_REQ"
	case StoreCertRes:
		return "STORE_CERT_RES"
	case FetchCertReq:
		return "FETCH_CERT_REQ"
	case FetchCertRes:
		return "FETCH_CERT_RES"
	case DeleteCertReq:
		return "DELETE_CERT_REQ"
	case DeleteCertRes:
		return "DELETE_CERT_RES"
	case EndSessionCmd:
		return "END_SESSION"
	case RetryLaterCmd:
		return "RETRY_LATER"
	case ReqInProgress:
		return "REQ_IN_PROGRESS"
	case StatusReq:
		return "STATUS_REQ"
	case StatusRes:
		return "STATUS_RES"
	case AbortReq:
		return "ABORT_REQ"
	case AbortRes:
		return "ABORT_RES"
	case SignCertReq:
		return "SIGN_CERT_REQ"
	case SignCertRes:
		return "SIGN_CERT_RES"
	}
	return ""
}

// elementsKnown says whether the payload is certain to be a list of elements.
// For the other commands a payload of another shape is no fault.
func (c Command) elementsKnown() bool {
	switch c {
	case AuthReq, AuthRes, KeyGenReq, KeyGenRes, StoreCertReq, StoreCertRes,
		FetchCertReq, FetchCertRes, DeleteCertReq, DeleteCertRes, EndSessionCmd, ReqInProgress:
		return true
	}
	return false
}
