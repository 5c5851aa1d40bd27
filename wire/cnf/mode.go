package cnf

import "fmt"

// SecurityMode is the device security mode.
type SecurityMode int

// The device security modes. The two secure ones use TLS on port 2443.
const (
	NonSecure     SecurityMode = 1
	Authenticated SecurityMode = 2 // TLS with a NULL cipher
	Encrypted     SecurityMode = 3
)

// String is "non-secure", "authenticated" or "encrypted", or the number.
func (m SecurityMode) String() string {
	switch m {
	case NonSecure:
		return "non-secure"
	case Authenticated:
		return "authenticated"
	case Encrypted:
		return "encrypted"
	}
	return fmt.Sprintf("security mode %d", int(m))
}

// AuthMode is how a phone authenticates to CAPF (CAPF, section 9).
type AuthMode int

// The ways to authenticate.
const (
	CAPFNone       AuthMode = 0 // no operation, no session
	CAPFString     AuthMode = 1 // the user types a string; no session before that
	CAPFNullString AuthMode = 2
	CAPFLSC        AuthMode = 3 // by certificate: LSC, else MIC
	CAPFMIC        AuthMode = 4 // by certificate: MIC, else LSC
)

// String is "none", "string", "null-string", "lsc" or "mic", or the number.
func (m AuthMode) String() string {
	switch m {
	case CAPFNone:
		return "none"
	case CAPFString:
		return "string"
	case CAPFNullString:
		return "null-string"
	case CAPFLSC:
		return "lsc"
	case CAPFMIC:
		return "mic"
	}
	return fmt.Sprintf("CAPF mode %d", int(m))
}
