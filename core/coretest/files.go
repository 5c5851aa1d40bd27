package coretest

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/phonebank/phonebank/core"
)

// ErrNotFound is what a file that the core does not have is, beside
// Files.NotFound.
var ErrNotFound = core.ErrNotFound

// Files fetches from a core's memory as a phone fetches by TFTP.
type Files struct {
	Core     *core.Core
	From     netip.AddrPort // address of the phone, for traces
	NotFound error          // wrapped by errors for missing files, beside ErrNotFound; nil: none
	Timeout  time.Duration  // of a core that does not answer; 0: 4 s, as of four tries of a second
}

func (f Files) fetchFrom(ctx context.Context, node int, name string, timeout time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return f.Core.FileOf(ctx, node, name, f.From)
}

// Fetch returns a file of the first TFTP server that answers. A core that is silent, or breaks off, costs the whole
// Timeout and is an error that wraps context.DeadlineExceeded.
func (f Files) Fetch(ctx context.Context, name string) ([]byte, error) {
	timeout := f.Timeout
	if timeout == 0 {
		timeout = 4 * time.Second
	}
	var b []byte
	err := context.DeadlineExceeded
	for server := range f.Core.TFTPAddrs() {
		if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			break
		}
		b, err = f.fetchFrom(ctx, server+1, name, timeout)
	}
	if errors.Is(err, core.ErrNotFound) && f.NotFound != nil {
		return nil, fmt.Errorf("%w: %w", f.NotFound, err)
	}
	return b, err
}
