package capf

import "fmt"

// Reason is the outcome of a step or of a session (CAPF, section 5). It is not
// the result code that a CUCM trace prints.
type Reason uint8

// The reasons with a known meaning.
const (
	ReasonNone          Reason = 0 // nothing to do
	ReasonSuccess       Reason = 1 // done, or "update certificate" in an answer to AuthReq
	ReasonRefused       Reason = 7 // credential or element not acceptable, no certificate to show or delete
	ReasonUnknownDevice Reason = 9 // the server does not know the device
)

// String says what is known of the reason; other values are shown as a number.
func (r Reason) String() string {
	switch r {
	case ReasonNone:
		return "nothing to do"
	case ReasonSuccess:
		return "success"
	case ReasonRefused:
		return "refused"
	case ReasonUnknownDevice:
		return "device unknown"
	}
	return fmt.Sprintf("reason %d", uint8(r))
}

// AuthType is what an AuthReq announces. Phones do not act on it: their
// configuration says how they authenticate (CAPF, section 9).
type AuthType uint8

// The announced kinds of authentication.
const (
	AuthNone       AuthType = 0
	AuthPassword   AuthType = 1
	AuthNoPassword AuthType = 2
	AuthLSC        AuthType = 3
	AuthMIC        AuthType = 4
)

// String names the kind, or gives its number.
func (a AuthType) String() string {
	switch a {
	case AuthNone:
		return "none"
	case AuthPassword:
		return "password"
	case AuthNoPassword:
		return "no password"
	case AuthLSC:
		return "LSC"
	case AuthMIC:
		return "MIC"
	}
	return fmt.Sprintf("authentication type %d", uint8(a))
}

// CertType says what a certificate is to the phone that stores it.
type CertType uint8

// The kinds of phone certificates.
const (
	LSC CertType = 1 // locally significant, issued by the cluster
	MIC CertType = 2 // manufacturing installed
)

// String names the kind, or gives its number.
func (t CertType) String() string {
	switch t {
	case LSC:
		return "LSC"
	case MIC:
		return "MIC"
	}
	return fmt.Sprintf("certificate type %d", uint8(t))
}
