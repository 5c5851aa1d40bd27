//go:build !windows

package phone

import "syscall"

// What a connection ends with when the other side resets it, and when its
// segments are no longer acknowledged.
const (
	connectionReset = syscall.ECONNRESET
	connectionTimed = syscall.ETIMEDOUT
)

// Descriptors and ports of this machine that are used up.
var (
	noDescriptor = []error{syscall.EMFILE, syscall.ENFILE}
	noPort       = []error{syscall.EADDRNOTAVAIL, syscall.EADDRINUSE}
)

// causeOfErrno classifies an error of the system's, or not.
func causeOfErrno(errno syscall.Errno) Cause {
	switch errno {
	case syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL, syscall.EADDRINUSE, syscall.ENOBUFS, syscall.ENOMEM:
		return CauseLocal
	case syscall.ETIMEDOUT:
		return CauseTimeout
	case syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE,
		syscall.EHOSTUNREACH, syscall.EHOSTDOWN, syscall.ENETUNREACH, syscall.ENETDOWN:
		return CauseRefused
	}
	return ""
}
