package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/phonebank/phonebank/core"
)

// LocalSpec asks for a core in a child process. The child finds everything
// about it with ReadLocal.
type LocalSpec struct {
	Dir string // kept until the core is closed
}

// LocalCore is a core that runs in a child process.
type LocalCore struct {
	TFTP  string       // host:port
	Nodes []netip.Addr // of its nodes, in order
	// Carry has an administrator's order carried out there.
	Carry func(context.Context, core.Order) error
	// Ended is closed when the child is gone, expected or not.
	Ended <-chan struct{}
	// Close ends the child and says what it cost since it began: CPU time, and
	// memory at its greatest in bytes, 0 when not known.
	Close func() (cpu time.Duration, maxRSS int64, err error)
}

// tftpServers are the TFTP servers of so many nodes, which all have the port of
// the first.
func (c *LocalCore) tftpServers(n int) []string {
	servers := []string{c.TFTP}
	_, port, err := net.SplitHostPort(c.TFTP)
	for _, node := range c.Nodes[:min(n, len(c.Nodes))][1:] {
		if err == nil {
			servers = append(servers, net.JoinHostPort(node.String(), port))
		}
	}
	return servers
}

// StartLocal starts a core in a child process of this program and returns when
// it serves. Only the command line knows how.
type StartLocal func(ctx context.Context, spec LocalSpec) (*LocalCore, error)

const localFile = "core.json"

// writeLocal puts a core's configuration and its authority into a directory,
// readable by its owner alone.
func writeLocal(dir string, c core.Config) error {
	if err := c.Authority.Save(dir); err != nil {
		return err
	}
	c.Authority = nil
	text, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("configuration of the core: %w", err)
	}
	return os.WriteFile(filepath.Join(dir, localFile), text, 0o600)
}

// ReadLocal returns the configuration of the core that a LocalSpec asks for:
// what the child process starts.
func ReadLocal(dir string) (core.Config, error) {
	var c core.Config
	text, err := os.ReadFile(filepath.Join(dir, localFile))
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		return c, fmt.Errorf("configuration of the core: %w", err)
	}
	c.Authority, err = core.LoadAuthority(dir)
	return c, err
}

// leftDir is where the child leaves its cluster, below a LocalSpec.Dir.
const leftDir = "left"

// LeaveLocal is the child's last deed: it leaves what an administrator has made
// of its cluster's certificates, so that they can be kept.
func LeaveLocal(dir string, began, now *core.Authority) error {
	if now == began {
		return nil
	}
	return now.Save(filepath.Join(dir, leftDir))
}

// readLeft returns what a child has left; nil when nothing was changed there.
func readLeft(dir string) (*core.Authority, error) {
	dir = filepath.Join(dir, leftDir)
	if _, err := os.Stat(dir); err != nil {
		return nil, nil
	}
	a, err := core.LoadAuthority(dir)
	if err != nil {
		return nil, fmt.Errorf("the cluster that the core's process has left: %w", err)
	}
	return a, nil
}

// errCoreEnded is why a run ends early whose core has died.
var errCoreEnded = errors.New("the core's process ended during the run")
