package phone

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/phonebank/phonebank/wire/sccp"
)

// Step names a part of the boot sequence.
type Step string

// The steps of a boot, in a secure phone's order.
const (
	StepCTL      Step = "ctl"      // fetch and judge CTLSEP<MAC>.tlv
	StepITL      Step = "itl"      // fetch and judge ITLSEP<MAC>.tlv, else ITLFile.tlv
	StepConfig   Step = "config"   // fetch, verify and decrypt the configuration
	StepCAPF     Step = "capf"     // obtain, replace, show or delete the LSC
	StepRegister Step = "register" // connect and register with a CallManager
)

// Cause says in one word why a step failed. There are few of them, so that a
// run of ten thousand phones can be counted by cause.
type Cause string

// The causes of a failed step.
const (
	CauseTimeout   Cause = "timeout"   // no answer in time
	CauseRefused   Cause = "refused"   // the peer would not talk: connection refused, reset or closed, or there is no way to it
	CauseUntrusted Cause = "untrusted" // nobody the phone trusts vouches for what it was shown
	CauseMalformed Cause = "malformed" // bytes that do not follow their format
	CauseRejected  Cause = "rejected"  // the core said no
	CauseMissing   Cause = "missing"   // the core does not have what was asked for, or nobody knows a server by that name
	CauseLocal     Cause = "local"     // this machine's own limits or this phone's own state
	CauseCanceled  Cause = "canceled"  // the run ended first
	CauseOther     Cause = "other"
)

// Error is a failed step of one phone.
type Error struct {
	Phone Name
	Step  Step
	Cause Cause
	Err   error
}

// Error formats the failure as "SEP0011215A1AE3: capf: core asked to retry later".
func (e *Error) Error() string { return fmt.Sprintf("%s: %s: %v", e.Phone, e.Step, e.Err) }

// Unwrap returns the reason behind the failure.
func (e *Error) Unwrap() error { return e.Err }

// ErrNotFound is what Files.Fetch returns, wrapped, for a file that the server
// does not have.
var ErrNotFound = errors.New("file not found")

// failure is an error whose cause is known where it arises.
type failure struct {
	cause Cause
	text  string
	err   error
}

func (f *failure) Error() string {
	if f.err != nil {
		return f.text + ": " + f.err.Error()
	}
	return f.text
}

func (f *failure) Unwrap() error { return f.err }

func failf(cause Cause, format string, args ...any) error {
	return &failure{cause: cause, text: fmt.Sprintf(format, args...)}
}

// because puts a sentence before err and keeps its cause.
func because(err error, format string, args ...any) error {
	return &failure{cause: CauseOf(err), text: fmt.Sprintf(format, args...), err: err}
}

// CauseOf classifies any error that a step may end with.
func CauseOf(err error) Cause {
	var (
		known  *failure
		trust  *refusal
		step   *Error
		format *sccp.FormatError // the one structural fault type of all wire packages
		netErr net.Error
		alert  interface{ Timeout() bool }
		op     *net.OpError
		header tls.RecordHeaderError
		errno  syscall.Errno
		name   *net.DNSError
	)
	switch {
	case err == nil:
		return ""
	case errors.As(err, &step):
		return step.Cause
	case errors.As(err, &trust):
		return trust.Cause
	case errors.As(err, &known):
		return known.cause
	case errors.Is(err, context.Canceled):
		return CauseCanceled
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return CauseTimeout
	case errors.Is(err, ErrNotFound):
		return CauseMissing
	case errors.As(err, &format), errors.As(err, &header), errors.As(err, &op) && op.Op == "local error": // an alert of ours
		return CauseMalformed
	case errors.As(err, &op) && op.Op == "remote error": // an alert of the server's, which may come after the handshake
		return CauseRejected
	case errors.As(err, &errno) && causeOfErrno(errno) != "":
		return causeOfErrno(errno)
	case errors.As(err, &name) && name.IsNotFound:
		return CauseMissing
	case errors.As(err, &netErr) && netErr.Timeout(), errors.As(err, &alert) && alert.Timeout():
		return CauseTimeout
	case errors.As(err, &name), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return CauseRefused
	default:
		return CauseOther
	}
}
