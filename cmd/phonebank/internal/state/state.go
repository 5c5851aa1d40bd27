// Package state keeps on disk what survives a phone's power cut, and the
// factory that made the phones.
//
//	DIR/phones.db         a bucket a phone: lists, LSC, MIC, configuration (bbolt)
//	DIR/manufacturer.pem  the manufacturing CA that signed every MIC
//	DIR/cluster/          the PKI of the simulated core that these phones trust
//
// The directory and its files are readable by their owner only, because
// private keys are in them. One process at a time may have it open.
package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario"
)

// ErrInUse says that another process has the directory open.
var ErrInUse = errors.New("in use by another phonebank")

// busyWait is how long Open waits for another process to close.
const busyWait = 250 * time.Millisecond

// Store is an open directory. It is safe for concurrent use.
type Store struct {
	dir   string
	db    *bbolt.DB
	lists phone.Lists // parses lists that many phones share once
	keys  keyring     // the same for keys
}

// Open opens a directory, which it makes when needed.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	path := filepath.Join(dir, "phones.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: busyWait})
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("state: %s: %w", dir, ErrInUse)
	case err != nil:
		return nil, fmt.Errorf("state: %s: %w", path, err)
	}
	return &Store{dir: dir, db: db}, nil
}

// Close lets the next process have the directory.
func (s *Store) Close() error { return s.db.Close() }

// Manufacturer is the factory of the directory, made on first use.
func (s *Store) Manufacturer() (*core.Manufacturer, error) { return scenario.Manufacturer(s.dir) }

// Authority is the PKI of the simulated cluster that the phones of this
// directory boot against, made on first use, and anew when it has too few
// nodes. Its factory is the directory's.
func (s *Store) Authority(nodes int) (*core.Authority, error) {
	dir := filepath.Join(s.dir, "cluster")
	authority, err := core.LoadAuthority(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(authority.CallManagers) < nodes {
		if authority, err = core.NewAuthority(core.AuthorityOptions{Nodes: nodes}); err == nil {
			err = authority.Save(dir)
		}
	}
	if err != nil {
		return nil, err
	}
	factory, err := s.Manufacturer()
	if err != nil {
		return nil, err
	}
	authority.Manufacturer = *factory
	return authority, nil
}
