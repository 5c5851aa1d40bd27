package state

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"sync"

	"go.etcd.io/bbolt"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/keyfile"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// Phone is what is kept of one phone.
type Phone struct {
	Name  phone.Name
	Flash phone.Flash
	MIC   *phone.Credential // nil: not minted yet
}

// Keys of a phone's bucket. Lists and configuration are the bytes of their
// files, certificates DER, keys PKCS#8.
const (
	keyCTL    = "ctl"
	keyITL    = "itl"
	keyConfig = "config"
	keyLSC    = "lsc"
	keyMIC    = "mic"
	private   = ".key" // after the name of a certificate
)

var bucketPhones = []byte("phones")

// Save writes phones in one transaction: all or none. What a phone no longer
// holds is removed.
func (s *Store) Save(phones ...Phone) error {
	return s.db.Update(func(tx *bbolt.Tx) error {
		all, err := tx.CreateBucketIfNotExists(bucketPhones)
		if err != nil {
			return err
		}
		for _, p := range phones {
			values, err := p.values()
			if err != nil {
				return fmt.Errorf("state: %s: %w", p.Name, err)
			}
			own, err := all.CreateBucketIfNotExists([]byte(p.Name))
			if err != nil {
				return fmt.Errorf("state: %s: %w", p.Name, err)
			}
			for key, value := range values {
				if err := put(own, key, value); err != nil {
					return fmt.Errorf("state: %s: %w", p.Name, err)
				}
			}
		}
		return nil
	})
}

func put(b *bbolt.Bucket, key string, value []byte) error {
	switch old := b.Get([]byte(key)); {
	case value == nil:
		return b.Delete([]byte(key))
	case bytes.Equal(old, value):
		return nil
	}
	return b.Put([]byte(key), value)
}

// values is the content of the phone's bucket; nil for what it lacks.
func (p Phone) values() (map[string][]byte, error) {
	v := map[string][]byte{keyCTL: listBytes(p.Flash.CTL), keyITL: listBytes(p.Flash.ITL), keyConfig: nil}
	if p.Flash.Config != nil {
		xml, err := p.Flash.Config.XML()
		if err != nil {
			return nil, err
		}
		v[keyConfig] = xml
	}
	for name, credential := range map[string]*phone.Credential{keyLSC: p.Flash.LSC, keyMIC: p.MIC} {
		v[name], v[name+private] = nil, nil
		if credential == nil {
			continue
		}
		key, err := x509.MarshalPKCS8PrivateKey(credential.Key)
		if err != nil {
			return nil, err
		}
		v[name], v[name+private] = credential.Certificate, key
	}
	return v, nil
}

func listBytes(l *ctl.List) []byte {
	if l == nil {
		return nil
	}
	return l.Bytes()
}

// Load reads a phone; one that was never saved holds nothing.
func (s *Store) Load(name phone.Name) (Phone, error) {
	values := map[string][]byte{}
	err := s.db.View(func(tx *bbolt.Tx) error {
		all := tx.Bucket(bucketPhones)
		if all == nil {
			return nil
		}
		own := all.Bucket([]byte(name))
		if own == nil {
			return nil
		}
		return own.ForEach(func(k, v []byte) error {
			values[string(k)] = bytes.Clone(v)
			return nil
		})
	})
	if err != nil {
		return Phone{}, fmt.Errorf("state: %s: %w", name, err)
	}
	p := Phone{Name: name}
	var faults []error
	p.Flash.CTL, faults = s.list(values[keyCTL], faults)
	p.Flash.ITL, faults = s.list(values[keyITL], faults)
	p.Flash.LSC, faults = s.credential(values, keyLSC, faults)
	p.MIC, faults = s.credential(values, keyMIC, faults)
	if xml := values[keyConfig]; xml != nil {
		config, err := cnf.Parse(xml)
		faults = append(faults, err)
		p.Flash.Config = config
	}
	if err := errors.Join(faults...); err != nil {
		return Phone{}, fmt.Errorf("state: %s: %w", name, err)
	}
	return p, nil
}

func (s *Store) list(b []byte, faults []error) (*ctl.List, []error) {
	if b == nil {
		return nil, faults
	}
	list, err := s.lists.Parse(b)
	return list, append(faults, err)
}

func (s *Store) credential(values map[string][]byte, name string, faults []error) (*phone.Credential, []error) {
	der := values[name]
	if der == nil {
		return nil, faults
	}
	key, err := s.keys.parse(values[name+private])
	return &phone.Credential{Certificate: der, Key: key}, append(faults, err)
}

// keyring parses equal keys once: phones whose keys came from a pool share
// them.
type keyring struct {
	mu   sync.Mutex
	keys map[[sha256.Size]byte]crypto.Signer
}

func (k *keyring) parse(der []byte) (crypto.Signer, error) {
	digest := sha256.Sum256(der)
	k.mu.Lock()
	defer k.mu.Unlock()
	if key := k.keys[digest]; key != nil {
		return key, nil
	}
	key, err := keyfile.Parse(der)
	if err != nil {
		return nil, err
	}
	if k.keys == nil {
		k.keys = make(map[[sha256.Size]byte]crypto.Signer)
	}
	k.keys[digest] = key
	return key, nil
}
