package state

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"iter"

	"go.etcd.io/bbolt"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
)

// Phone is what is kept of one phone.
type Phone struct {
	Name  phone.Name
	Model string // "": not known
	Flash phone.Flash
	MIC   *phone.Credential // nil: not minted yet
}

// bucketPhones holds a record a phone, by its name.
var bucketPhones = []byte("phones")

// record is a phone on disk: what it shares with others by digest, what is its
// own as it is. A configuration is shared without its version stamp and the
// hash of the certificate that it was encrypted for.
type record struct {
	Model    string `json:"model,omitempty"`
	CTL      digest `json:"ctl,omitempty"`
	ITL      digest `json:"itl,omitempty"`
	Config   digest `json:"config,omitempty"`
	CertHash string `json:"cert_hash,omitempty"`
	Stamp    string `json:"version_stamp,omitempty"`
	LSC      []byte `json:"lsc,omitempty"` // DER
	LSCKey   digest `json:"lsc_key,omitempty"`
	MIC      []byte `json:"mic,omitempty"` // DER
	MICKey   digest `json:"mic_key,omitempty"`
}

func (r *record) digests() []digest { return []digest{r.CTL, r.ITL, r.Config, r.LSCKey, r.MICKey} }

// Save writes phones in one transaction: all or none. What a phone no longer
// holds is removed.
func (s *Store) Save(phones ...Phone) error {
	return s.db.Update(func(tx *bbolt.Tx) error {
		all, err := tx.CreateBucketIfNotExists(bucketPhones)
		for _, p := range phones {
			var line []byte
			if err == nil {
				line, err = s.record(tx, p)
			}
			before := all.Get([]byte(p.Name))
			if err == nil && !bytes.Equal(before, line) {
				s.dropped.Store(s.dropped.Load() || before != nil)
				err = all.Put([]byte(p.Name), line)
			}
			if err != nil {
				return fmt.Errorf("state: %s: %w", p.Name, err)
			}
		}
		return err
	})
}

func (s *Store) record(tx *bbolt.Tx, p Phone) ([]byte, error) {
	r := record{Model: p.Model}
	var err error
	share := func(d *digest, who any, value func() ([]byte, error)) {
		if err == nil {
			*d, err = s.keep(tx, who, value)
		}
	}
	if list := p.Flash.CTL; list != nil {
		share(&r.CTL, list, func() ([]byte, error) { return list.Bytes(), nil })
	}
	if list := p.Flash.ITL; list != nil {
		share(&r.ITL, list, func() ([]byte, error) { return list.Bytes(), nil })
	}
	if own := p.Flash.Config; own != nil {
		r.CertHash, r.Stamp = own.CertHash, own.VersionStamp
		share(&r.Config, own, func() ([]byte, error) {
			shared := *own
			shared.CertHash, shared.VersionStamp = "", ""
			return shared.XML()
		})
	}
	for _, c := range []struct {
		credential *phone.Credential
		der        *[]byte
		key        *digest
	}{{p.Flash.LSC, &r.LSC, &r.LSCKey}, {p.MIC, &r.MIC, &r.MICKey}} {
		if c.credential == nil {
			continue
		}
		*c.der = c.credential.Certificate
		share(c.key, c.credential.Key, func() ([]byte, error) { return x509.MarshalPKCS8PrivateKey(c.credential.Key) })
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(r)
}

// Load reads a phone; one that was never saved holds nothing.
func (s *Store) Load(name phone.Name) (Phone, error) {
	p := Phone{Name: name}
	err := s.LoadAll(func(yield func(phone.Name) bool) { yield(name) }, func(found Phone) error {
		p = found
		return nil
	})
	return p, err
}

// LoadAll reads those of the named phones that have been saved.
func (s *Store) LoadAll(names iter.Seq[phone.Name], found func(Phone) error) error {
	return s.db.View(func(tx *bbolt.Tx) error {
		all := tx.Bucket(bucketPhones)
		if all == nil {
			return nil
		}
		for name := range names {
			line := all.Get([]byte(name))
			if line == nil {
				continue
			}
			p, err := s.phone(tx, name, line)
			if err != nil {
				return fmt.Errorf("state: %s: %w", name, err)
			}
			if err := found(p); err != nil {
				return err
			}
		}
		return nil
	})
}

// Each reads every phone, in the order of their names.
func (s *Store) Each(found func(Phone) error) error {
	return s.db.View(func(tx *bbolt.Tx) error {
		return records(tx, func(name phone.Name, r *record) error {
			p, err := s.unpack(tx, name, r)
			if err != nil {
				return fmt.Errorf("state: %s: %w", name, err)
			}
			return found(p)
		})
	})
}

func records(tx *bbolt.Tx, each func(phone.Name, *record) error) error {
	all := tx.Bucket(bucketPhones)
	if all == nil {
		return nil
	}
	return all.ForEach(func(name, line []byte) error {
		var r record
		if err := json.Unmarshal(line, &r); err != nil {
			return fmt.Errorf("state: %s: %w", name, err)
		}
		return each(phone.Name(name), &r)
	})
}

func (s *Store) phone(tx *bbolt.Tx, name phone.Name, line []byte) (Phone, error) {
	var r record
	if err := json.Unmarshal(line, &r); err != nil {
		return Phone{}, err
	}
	return s.unpack(tx, name, &r)
}

func (s *Store) unpack(tx *bbolt.Tx, name phone.Name, r *record) (p Phone, err error) {
	p = Phone{Name: name, Model: r.Model}
	if p.Flash.CTL, err = s.values.listOf(tx, r.CTL); err != nil {
		return p, fmt.Errorf("CTL: %w", err)
	}
	if p.Flash.ITL, err = s.values.listOf(tx, r.ITL); err != nil {
		return p, fmt.Errorf("ITL: %w", err)
	}
	if p.Flash.Config, err = s.values.configOf(tx, r.Config); err != nil {
		return p, fmt.Errorf("configuration: %w", err)
	}
	p.Flash.Config = marked(p.Flash.Config, r)
	if p.Flash.LSC, err = s.credential(tx, r.LSC, r.LSCKey); err != nil {
		return p, fmt.Errorf("LSC: %w", err)
	}
	if p.MIC, err = s.credential(tx, r.MIC, r.MICKey); err != nil {
		return p, fmt.Errorf("MIC: %w", err)
	}
	return p, nil
}

// marked gives a shared configuration back what is the phone's own about it.
func marked(shared *cnf.Config, r *record) *cnf.Config {
	if shared == nil || r.CertHash == "" && r.Stamp == "" {
		return shared
	}
	own := *shared
	own.CertHash, own.VersionStamp = r.CertHash, r.Stamp
	return &own
}

func (s *Store) credential(tx *bbolt.Tx, der []byte, key digest) (*phone.Credential, error) {
	if der == nil {
		return nil, nil
	}
	signer, err := s.values.keyOf(tx, key)
	return &phone.Credential{Certificate: der, Key: signer}, err
}

// Delete forgets phones. Names that were never saved are no error.
func (s *Store) Delete(names ...phone.Name) error {
	return s.db.Update(func(tx *bbolt.Tx) error {
		all := tx.Bucket(bucketPhones)
		for _, name := range names {
			if all == nil || all.Get([]byte(name)) == nil {
				continue
			}
			s.dropped.Store(true)
			if err := all.Delete([]byte(name)); err != nil {
				return fmt.Errorf("state: %s: %w", name, err)
			}
		}
		return nil
	})
}

// Names are the phones that have been saved, in order. It reads none of what
// they hold.
func (s *Store) Names() (names []phone.Name, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		all := tx.Bucket(bucketPhones)
		if all == nil {
			return nil
		}
		return all.ForEach(func(name, _ []byte) error {
			names = append(names, phone.Name(name))
			return nil
		})
	})
	return names, err
}
