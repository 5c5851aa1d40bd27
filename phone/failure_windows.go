package phone

import "syscall"

// What a connection ends with when the other side resets it, and when its
// segments are no longer acknowledged.
const (
	connectionReset = syscall.WSAECONNRESET
	connectionTimed = wsaTimedOut
)

// Errors of Winsock that package syscall does not name. Its ECONNREFUSED and
// the like are inventions that no call on Windows returns.
const (
	wsaTooManyFiles   syscall.Errno = 10024
	wsaAddressInUse   syscall.Errno = 10048
	wsaNoSuchAddress  syscall.Errno = 10049
	wsaNetDown        syscall.Errno = 10050
	wsaNetUnreachable syscall.Errno = 10051
	wsaNetReset       syscall.Errno = 10052
	wsaNoBuffers      syscall.Errno = 10055
	wsaShutDown       syscall.Errno = 10058
	wsaTimedOut       syscall.Errno = 10060
	wsaRefused        syscall.Errno = 10061
	wsaHostDown       syscall.Errno = 10064
	wsaUnreachable    syscall.Errno = 10065
)

// Descriptors and ports of this machine that are used up.
var (
	noDescriptor = []error{wsaTooManyFiles}
	noPort       = []error{wsaNoSuchAddress, wsaAddressInUse}
)

// causeOfErrno classifies an error of the system's, or not.
func causeOfErrno(errno syscall.Errno) Cause {
	switch errno {
	case wsaTooManyFiles, wsaAddressInUse, wsaNoSuchAddress, wsaNoBuffers:
		return CauseLocal
	case wsaTimedOut:
		return CauseTimeout
	case wsaRefused, syscall.WSAECONNRESET, syscall.WSAECONNABORTED, wsaNetReset, wsaShutDown,
		wsaUnreachable, wsaHostDown, wsaNetUnreachable, wsaNetDown, syscall.ERROR_BROKEN_PIPE:
		return CauseRefused
	}
	return ""
}
