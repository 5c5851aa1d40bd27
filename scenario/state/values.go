package state

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"sync"

	"go.etcd.io/bbolt"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// bucketValues holds lists, configurations and keys once, however many phones
// have them, by their SHA-256.
var bucketValues = []byte("values")

// digest names a value; nil for none.
type digest []byte

// keep puts a value into its bucket. What many phones share, named by the
// pointer who, is printed and hashed when it is first met.
func (s *Store) keep(tx *bbolt.Tx, who any, value func() ([]byte, error)) (digest, error) {
	all, err := tx.CreateBucketIfNotExists(bucketValues)
	if err != nil {
		return nil, err
	}
	if d := s.values.met(who); d != nil && all.Get(d) != nil {
		return d, nil
	}
	b, err := value()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	s.values.meet(who, sum[:])
	if all.Get(sum[:]) != nil {
		return sum[:], nil
	}
	return sum[:], all.Put(sum[:], b)
}

func find(tx *bbolt.Tx, d digest) ([]byte, error) {
	if all := tx.Bucket(bucketValues); all != nil {
		if value := all.Get(d); value != nil {
			if sum := sha256.Sum256(value); !bytes.Equal(sum[:], d) {
				return nil, fmt.Errorf("value %x is damaged", []byte(d))
			}
			return value, nil
		}
	}
	return nil, fmt.Errorf("value %x is missing", []byte(d))
}

// values are what phones share, parsed once. Lists and configurations are
// parsed by the same table that phones use for what they fetch.
type values struct {
	lists phone.Lists

	mu      sync.Mutex
	list    map[string]*ctl.List
	configs map[string]*cnf.Config
	keys    map[string]crypto.Signer
	digests map[any]digest // of what was saved lately, by pointer
}

// remembered is how many digests are kept in memory: fresh keys are as many as
// phones, and each is met once.
const remembered = 4096

func (v *values) met(who any) digest {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.digests[who]
}

func (v *values) meet(who any, d digest) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.digests == nil || len(v.digests) >= remembered {
		v.digests = make(map[any]digest)
	}
	v.digests[who] = d
}

func (v *values) listOf(tx *bbolt.Tx, d digest) (*ctl.List, error) {
	return once(v, &v.list, tx, d, v.lists.Parse)
}

func (v *values) configOf(tx *bbolt.Tx, d digest) (*cnf.Config, error) {
	return once(v, &v.configs, tx, d, v.lists.ParseConfig)
}

func (v *values) keyOf(tx *bbolt.Tx, d digest) (crypto.Signer, error) {
	return once(v, &v.keys, tx, d, parseKey)
}

func parseKey(der []byte) (crypto.Signer, error) {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a %T signs nothing", key)
	}
	return signer, nil
}

// once parses a value when it is first asked for. Parsers may keep parts of
// what they are given, so they get a copy.
func once[T any](v *values, known *map[string]T, tx *bbolt.Tx, d digest, parse func([]byte) (T, error)) (parsed T, err error) {
	if d == nil {
		return parsed, nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if parsed, ok := (*known)[string(d)]; ok {
		return parsed, nil
	}
	value, err := find(tx, d)
	if err != nil {
		return parsed, err
	}
	if parsed, err = parse(append([]byte(nil), value...)); err != nil {
		return parsed, err
	}
	if *known == nil {
		*known = make(map[string]T)
	}
	(*known)[string(d)] = parsed
	return parsed, nil
}

// sweep deletes the values that no phone has any more.
func sweep(tx *bbolt.Tx) error {
	all := tx.Bucket(bucketValues)
	if all == nil {
		return nil
	}
	used := make(map[string]bool)
	err := records(tx, func(_ phone.Name, r *record) error {
		for _, d := range r.digests() {
			used[string(d)] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	var unused [][]byte
	err = all.ForEach(func(k, _ []byte) error {
		if !used[string(k)] {
			unused = append(unused, append([]byte(nil), k...))
		}
		return nil
	})
	for _, k := range unused {
		if err == nil {
			err = all.Delete(k)
		}
	}
	return err
}
