package phone

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/pin/tftp/v3"
)

// TFTP fetches files from the TFTP servers that DHCP would have named (option
// 150): in order, the next one when a server does not answer. A server that
// answers "file not found" has answered.
type TFTP struct {
	Servers []string   // host:port
	Local   netip.Addr // source address; the zero value leaves the choice to the system
	Timers  Timers
}

// String is what a console log calls the server.
func (t *TFTP) String() string { return strings.Join(t.Servers, ", ") }

// Fetch implements Files. Its errors wrap ErrNotFound, or carry the cause
// timeout, rejected, malformed, local or canceled.
func (t *TFTP) Fetch(ctx context.Context, name string) ([]byte, error) {
	err := failf(CauseLocal, "no TFTP server is named")
	for _, server := range t.Servers {
		var file []byte
		file, err = t.fetchFrom(ctx, server, name)
		if CauseOf(err) != CauseTimeout || ctx.Err() != nil {
			return file, err
		}
	}
	return nil, err
}

func (t *TFTP) fetchFrom(ctx context.Context, server, name string) ([]byte, error) {
	client, err := tftp.NewClient(server)
	if err != nil {
		return nil, because(err, "TFTP server %s", server)
	}
	client.SetTimeout(t.Timers.TFTPTry)
	client.SetRetries(t.Timers.TFTPTries - 1)
	client.SetBackoff(func(int) time.Duration { return 0 }) // the wait for the answer is the whole wait
	if t.Timers.BlockSize != 512 {
		client.SetBlockSize(t.Timers.BlockSize)
	}
	if t.Local.IsValid() {
		if err := client.SetLocalAddr(t.Local.String()); err != nil {
			return nil, because(err, "source address %s", t.Local)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, t.Timers.Transfer)
	defer cancel()
	transfer, err := client.Receive(name, "octet")
	if err != nil {
		return nil, tftpError(err, server, name)
	}
	file := fileBuffer{ctx: ctx, limit: t.Timers.MaxFile, bytes: make([]byte, 0, 8<<10)}
	if _, err := transfer.WriteTo(&file); err != nil {
		return nil, tftpError(err, server, name)
	}
	return file.bytes, nil
}

// fileBuffer collects a file, refuses one that is too long while it arrives,
// and ends a transfer whose time is over.
type fileBuffer struct {
	ctx   context.Context
	limit int
	bytes []byte
}

func (f *fileBuffer) Write(block []byte) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	if len(f.bytes)+len(block) > f.limit {
		return 0, &failure{cause: CauseRejected, text: fmt.Sprintf("longer than %d bytes", f.limit), err: errTooLong}
	}
	f.bytes = append(f.bytes, block...)
	return len(block), nil
}

// tftpError gives the library's errors a cause. Those of the protocol are
// untyped text, "code: 1, message: File not found" (RFC 1350, section 5).
func tftpError(err error, server, name string) error {
	var code int
	var netErr net.Error
	where := fmt.Sprintf("%s from %s", name, server)
	switch _, scanErr := fmt.Sscanf(err.Error(), "code: %d,", &code); {
	case scanErr == nil && code == 1:
		return &failure{cause: CauseMissing, text: where, err: ErrNotFound}
	case scanErr == nil && code == 2:
		return &failure{cause: CauseRejected, text: where, err: errAccess}
	case scanErr == nil:
		return failf(CauseRejected, "%s: TFTP error %d: %s", where, code, tftpMessage(err))
	case errors.As(err, &netErr) && netErr.Timeout():
		return failf(CauseTimeout, "%s: TFTP timeout: no answer", where)
	case strings.HasPrefix(err.Error(), "short "), strings.HasPrefix(err.Error(), "unknown opcode"):
		return failf(CauseMalformed, "%s: %v", where, err)
	default:
		return because(err, "%s", where)
	}
}

// What a phone shows in words of its own.
var (
	errAccess  = errors.New("access violation")
	errTooLong = errors.New("more than this phone takes")
)

// statusOfTransfer is the status message of a transfer that failed.
func statusOfTransfer(err error) StatusMessage {
	switch {
	case errors.Is(err, errAccess):
		return StatusMessage{Text: StatusTFTPAccess}
	case errors.Is(err, errTooLong):
		return StatusMessage{Text: StatusConfigTooLong}
	case CauseOf(err) == CauseTimeout:
		return StatusMessage{Text: StatusTFTPTimeout}
	default:
		return StatusMessage{Text: StatusTFTPError}
	}
}

func tftpMessage(err error) string {
	_, message, _ := strings.Cut(err.Error(), "message: ")
	return strings.ToValidUTF8(strings.TrimRight(message, "\x00"), "?")
}
