package core

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/signed"
)

// ErrNotFound is the answer for a file that the cluster does not have.
var ErrNotFound = errors.New("file not found")

// files answers file names. The lists are signed once; configurations are made
// and signed when they are asked for, because they name the file they are.
type files struct {
	config    Config
	authority *Authority
	places    []Place
	db        *database
	ctl, itl  []byte // nil: not served
	signed    recent
	built     map[string][]recentFile // by name, never changes: see build

	mu       sync.Mutex
	variants map[variant][]byte
}

func newFiles(c Config, a *Authority, places []Place, db *database) (*files, error) {
	f := &files{config: c, authority: a, places: places, db: db, variants: map[variant][]byte{}}
	o := f.listOptions()
	var err error
	if f.itl, err = a.ITL(1, o); err != nil {
		return nil, err
	}
	if c.mixed() || c.WasSecure {
		if f.ctl, err = a.CTL(o); err != nil {
			return nil, err
		}
	}
	if c.BuildFiles {
		err = f.build()
	}
	return f, err
}

// mixed says whether the cluster is in mixed mode: some device is secure.
func (c Config) mixed() bool {
	if c.Security > cnf.NonSecure {
		return true
	}
	for _, d := range c.Devices {
		if d.Security > cnf.NonSecure {
			return true
		}
	}
	return false
}

// listOptions are those of the lists that are served.
func (f *files) listOptions() ListOptions {
	o := ListOptions{
		Signer: f.config.Signer, Digest: f.config.Digest,
		NonSecure: !f.config.mixed(), Rollback: f.config.Rollback,
	}
	for _, p := range f.places {
		o.Addresses = append(o.Addresses, p.Address)
	}
	return o
}

// answer is the TFTP service's Handler.
func (f *files) answer(_ context.Context, r Request) (Reply, error) {
	request, ok := r.Message.(FileRequest)
	if !ok {
		return Reply{}, fmt.Errorf("core: TFTP does not answer %T", r.Message)
	}
	file, err := f.file(request.Name)
	if err != nil {
		return Reply{}, err
	}
	return Reply{Messages: []any{file}}, nil
}

func (f *files) file(name string) (File, error) {
	asked := parseFileName(name)
	switch asked.kind {
	case fileCTL:
		return list("CTLFile.tlv", f.ctl)
	case fileITL:
		return list("ITLFile.tlv", f.itl)
	case fileDefault:
		return f.fallback(name, asked)
	case fileConfig:
		if d := f.db.find(asked.device); d != nil {
			return f.configuration(name, asked, d)
		}
	}
	return File{}, ErrNotFound
}

func list(name string, b []byte) (File, error) {
	if b == nil {
		return File{}, ErrNotFound
	}
	return File{Name: name, Bytes: b}, nil
}

// fallback is XMLDefault.cnf.xml: CallManagers on the clear port, and no
// security (signed configuration, section 6).
func (f *files) fallback(name string, asked askedFile) (File, error) {
	xml, err := f.xml(variant{fallback: true})
	if err != nil {
		return File{}, err
	}
	return f.finish(name, asked, xml)
}

// configuration is a device's file: whole, or the partial one that goes with an
// encrypted one, or the encrypted one (signed configuration, sections 3 to 5).
func (f *files) configuration(name string, asked askedFile, d *device) (File, error) {
	v := variant{security: d.Security, encrypted: f.config.EncryptedConfig}
	if d.pending() != OperationNone {
		v.capf = f.config.CAPF.Auth
	}
	if !v.encrypted {
		if asked.suffix == ".enc.sgn" {
			return File{}, ErrNotFound
		}
		xml, err := f.xml(v)
		if err != nil {
			return File{}, err
		}
		return f.finish(name, asked, xml)
	}
	key, certHash := d.sealingKey()
	v.certHash = certHash
	if asked.suffix != ".enc.sgn" {
		v.partial = true
		xml, err := f.xml(v)
		if err != nil {
			return File{}, err
		}
		return f.finish(name, asked, xml)
	}
	if key == nil {
		return File{}, ErrNotFound
	}
	xml, err := f.xml(v)
	if err != nil {
		return File{}, err
	}
	b, err := f.signed.get(name, xml, func() ([]byte, error) {
		return signed.Seal(f.header(name), xml, key, f.authority.TFTP.Key)
	})
	return File{Name: name, Bytes: b}, err
}

// finish signs a file whose name asks for that.
func (f *files) finish(name string, asked askedFile, xml []byte) (File, error) {
	if asked.suffix == "" {
		return File{Name: name, Bytes: xml}, nil
	}
	for _, b := range f.built[name] {
		if bytes.Equal(b.content, xml) {
			return File{Name: name, Bytes: b.file}, nil
		}
	}
	b, err := f.signed.get(name, xml, func() ([]byte, error) {
		return signed.Sign(f.header(name), xml, f.authority.TFTP.Key)
	})
	return File{Name: name, Bytes: b}, err
}

func (f *files) header(name string) signed.Header {
	return signed.Header{
		Signer: signed.SignerOf(f.authority.TFTP.Certificate, signed.VendorSeparator),
		Digest: f.config.Digest, Filename: name, Timestamp: time.Now(),
	}
}
