// Package export writes what a simulated core serves into a directory, for
// openssl, a TFTP server, a TLS terminator or the eye.
//
//	CTLFile.tlv  ITLFile.tlv  XMLDefault.cnf.xml[.sgn]  SEP….cnf.xml[.sgn|.enc.sgn]
//	token-1.pem  callmanager-1.pem  tvs-1.pem  capf.pem  manufacturer.pem …
//
// A .pem file has the certificate first and its key second. They are the
// cluster's identity: a core that is given the directory again is the same one,
// and phones that hold its lists go on trusting it.
package export

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/wire/cnf"
)

// Authority is the PKI that a directory holds, or a new one for so many nodes,
// which it then holds.
func Authority(dir string, nodes int) (*core.Authority, error) {
	a, err := core.LoadAuthority(dir)
	switch {
	case err == nil && len(a.CallManagers) < nodes:
		return nil, fmt.Errorf("%s holds a cluster of %d nodes, not %d", dir, len(a.CallManagers), nodes)
	case err == nil:
		return a, nil
	case !absent(dir):
		return nil, err
	}
	if a, err = core.NewAuthority(core.AuthorityOptions{Nodes: nodes}); err != nil {
		return nil, err
	}
	return a, a.Save(dir)
}

// absent says that the directory holds no part of a cluster.
func absent(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "capf.pem"))
	return errors.Is(err, fs.ErrNotExist)
}

// Files writes every file that the core serves, its devices' included.
func Files(ctx context.Context, dir string, c *core.Core, devices []core.Device) error {
	names := []string{"CTLFile.tlv", "ITLFile.tlv", cnf.DefaultName, cnf.DefaultName + ".sgn"}
	for _, d := range devices {
		name := cnf.Name(d.Name)
		names = append(names, name, name+".sgn", name+".enc.sgn")
	}
	for _, name := range names {
		file, err := ask(ctx, c, name)
		switch {
		case errors.Is(err, core.ErrNotFound), errors.Is(err, context.DeadlineExceeded):
			continue // not every core has every file, and a faulty one may keep silent
		case err != nil:
			return fmt.Errorf("export %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o644); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	return nil
}

// patience is how long a core may take for a file: it can be told to be slow.
const patience = 2 * time.Second

func ask(ctx context.Context, c *core.Core, name string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return c.File(ctx, name, netip.AddrPortFrom(c.NodeAddrs()[0], 0))
}
