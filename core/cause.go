package core

import "fmt"

// registrationCause is why a registration failed, by the numbers of the
// vendor's MIB (signed configuration, section 8.1). Its name is the text of the
// RegisterReject.
type registrationCause int

const (
	noError                      registrationCause = 0
	noEntryInDatabase            registrationCause = 2
	maxDevRegExceeded            registrationCause = 5
	connectivityError            registrationCause = 6
	callManagerReset             registrationCause = 9
	authenticationError          registrationCause = 10
	invalidX509NameInCertificate registrationCause = 11
	invalidTLSCipher             registrationCause = 12
	malformedRegisterMsg         registrationCause = 14
	registrationSequenceError    registrationCause = 25
	securityMismatch             registrationCause = 28
	deviceTypeMismatch           registrationCause = 32
)

// String is the cause's name in the MIB; all of them fit a RegisterReject's 32 bytes.
func (c registrationCause) String() string {
	switch c {
	case noError:
		return "noError"
	case noEntryInDatabase:
		return "noEntryInDatabase"
	case maxDevRegExceeded:
		return "maxDevRegExceeded"
	case connectivityError:
		return "connectivityError"
	case callManagerReset:
		return "callManagerReset"
	case authenticationError:
		return "authenticationError"
	case invalidX509NameInCertificate:
		return "invalidX509NameInCertificate"
	case invalidTLSCipher:
		return "invalidTLSCipher"
	case malformedRegisterMsg:
		return "malformedRegisterMsg"
	case registrationSequenceError:
		return "registrationSequenceError"
	case securityMismatch:
		return "securityMismatch"
	case deviceTypeMismatch:
		return "deviceTypeMismatch"
	}
	return fmt.Sprintf("cause%d", int(c))
}
