// Package state keeps on disk what survives a phone's power cut, the factory
// that made the phones, and the simulated cluster that they trust.
//
//	DIR/phones.db         lists, LSC, MIC and configuration of each phone (bbolt)
//	DIR/manufacturer.pem  the manufacturing CA that signed every MIC
//	DIR/cluster/          the PKI of the simulated core that these phones trust
//	DIR/in-use            who has the directory open
//
// The directory and its files are readable by their owner only, because
// private keys are in them. One process at a time may have it open. Every Save
// is on the disk when it returns, or not there at all.
package state

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
)

// ErrInUse says that another process has the directory open.
var ErrInUse = errors.New("in use by another phonebank")

// ErrFormat says that a directory is in a format that is not this version's.
var ErrFormat = errors.New("kept by another version of phonebank")

// format is the number of the layout of phones.db: of its buckets, and of what
// is in them. A change that an older version would misread, or that misreads
// what an older one wrote, takes the next number. Files from before there were
// numbers have none.
const format = "1"

// busyWait is how long Open waits for another process to close.
const busyWait = 250 * time.Millisecond

// Store is an open directory. It is safe for concurrent use.
type Store struct {
	dir     string
	db      *bbolt.DB
	values  values
	dropped atomic.Bool // some value may be held by no phone any more
}

// Open opens a directory, which it makes when needed.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	s, err := open(dir, &bbolt.Options{Timeout: busyWait, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true})
	if err != nil {
		return nil, err
	}
	err = os.WriteFile(filepath.Join(dir, ownerFile), []byte(owner()), 0o600)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("state: %w", err), s.db.Close())
	}
	return s, nil
}

// OpenToRead opens a directory that must be there, and changes nothing in it.
func OpenToRead(dir string) (*Store, error) {
	if _, err := os.Stat(filepath.Join(dir, dbFile)); err != nil {
		return nil, fmt.Errorf("state: no phones are kept in %s: %w", dir, err)
	}
	return open(dir, &bbolt.Options{Timeout: busyWait, ReadOnly: true})
}

const (
	dbFile    = "phones.db"
	ownerFile = "in-use"
)

func open(dir string, o *bbolt.Options) (*Store, error) {
	path := filepath.Join(dir, dbFile)
	db, err := bbolt.Open(path, 0o600, o)
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		who, _ := os.ReadFile(filepath.Join(dir, ownerFile)) // it may be gone by now
		return nil, fmt.Errorf("state: %s: %w%s", dir, ErrInUse, bracketed(string(who)))
	case err != nil:
		return nil, fmt.Errorf("state: %s: %w", path, err)
	}
	if err := settleFormat(db, dir); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Store{dir: dir, db: db}, nil
}

// settleFormat numbers a file that is new, and refuses one with another number.
func settleFormat(db *bbolt.DB, dir string) error {
	found, empty := "", true
	err := db.View(func(tx *bbolt.Tx) error {
		if meta := tx.Bucket(bucketMeta); meta != nil {
			found = string(meta.Get(keyFormat))
		}
		first, _ := tx.Cursor().First()
		empty = first == nil
		return nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("state: %s: %w", dir, err)
	case found == format || empty && db.IsReadOnly():
		return nil
	case empty:
		return putMeta(db, keyFormat, format)
	case found == "":
		return fmt.Errorf("state: %s: %w: its format has no number yet, and this one reads format %s", dir, ErrFormat, format)
	}
	return fmt.Errorf("state: %s: %w: it has format %.20q, and this one reads format %s", dir, ErrFormat, found, format)
}

// owner says who this process is, to people whom it keeps waiting.
func owner() string {
	return fmt.Sprintf("%s, process %d, since %s", strings.Join(os.Args, " "), os.Getpid(), time.Now().Format(time.DateTime))
}

func bracketed(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// Close lets the next process have the directory.
func (s *Store) Close() error {
	if s.db.IsReadOnly() {
		return s.db.Close()
	}
	var err error
	if s.dropped.Load() {
		err = s.db.Update(sweep)
	}
	return errors.Join(err, os.Remove(filepath.Join(s.dir, ownerFile)), s.db.Close())
}

// Lists parses lists and configurations that many phones share once: those of
// the directory, and those that the phones fetch when they are given it.
func (s *Store) Lists() *phone.Lists { return &s.values.lists }

// Manufacturer is the factory of the directory, made on first use.
func (s *Store) Manufacturer() (*core.Manufacturer, error) { return Manufacturer(s.dir) }

// Manufacturer is the factory of a directory, made on first use, so that a real
// cluster can be told once to trust it. With an empty dir it is a new one that
// nobody keeps.
func Manufacturer(dir string) (*core.Manufacturer, error) {
	if dir == "" {
		return core.NewManufacturer(time.Now)
	}
	m, err := core.LoadManufacturer(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	if m, err = core.NewManufacturer(time.Now); err != nil {
		return nil, err
	}
	if err := m.Save(dir); err != nil {
		return nil, fmt.Errorf("keep the manufacturing CA: %w", err)
	}
	return m, nil
}

const clusterDir = "cluster"

// Authority is the PKI of the simulated cluster that the phones of this
// directory trust, made on first use; nodes that it lacks are added. Its
// factory is the directory's.
func (s *Store) Authority(nodes int) (*core.Authority, error) {
	authority, err := core.LoadAuthority(filepath.Join(s.dir, clusterDir))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		authority, err = core.NewAuthority(core.AuthorityOptions{Nodes: nodes})
		if err == nil {
			err = s.KeepAuthority(authority)
		}
	case err == nil && len(authority.CallManagers) < nodes:
		if authority, err = authority.Grow(nodes); err == nil {
			err = s.KeepAuthority(authority)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("state: the cluster of %s: %w", s.dir, err)
	}
	factory, err := s.Manufacturer()
	if err != nil {
		return nil, err
	}
	authority.Manufacturer = *factory
	return authority, nil
}

// KeepAuthority keeps the cluster as it is now.
func (s *Store) KeepAuthority(a *core.Authority) error {
	return a.Save(filepath.Join(s.dir, clusterDir))
}

var (
	bucketMeta = []byte("meta")
	keyAddress = []byte("address") // of the cluster's first node
	keyFormat  = []byte("format")
)

// Address is where the first node of the cluster was: the lists of its phones
// name it. The zero value when there was none.
func (s *Store) Address() (a netip.Addr, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		if meta := tx.Bucket(bucketMeta); meta != nil && meta.Get(keyAddress) != nil {
			return a.UnmarshalText(meta.Get(keyAddress))
		}
		return nil
	})
	if err != nil {
		return a, fmt.Errorf("state: address of the cluster: %w", err)
	}
	return a, nil
}

// KeepAddress keeps where the first node of the cluster is.
func (s *Store) KeepAddress(a netip.Addr) error {
	return putMeta(s.db, keyAddress, a.String())
}

func putMeta(db *bbolt.DB, key []byte, value string) error {
	return db.Update(func(tx *bbolt.Tx) error {
		meta, err := tx.CreateBucketIfNotExists(bucketMeta)
		if err != nil {
			return err
		}
		return meta.Put(key, []byte(value))
	})
}
