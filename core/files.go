package core

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/signed"
)

// ErrNotFound is the answer for a file that the cluster does not have.
var ErrNotFound = errors.New("file not found")

// files is the TFTP service of a node as it was started: it answers file names.
// The lists were signed then; configurations are made and signed when they are
// asked for, because they name the file they are.
type files struct {
	stored
	node   int
	signer Credential // the node's CallManager
	db     *database
	itl    []byte
	signed recent
	built  map[string][]recentFile // by name, never changes: see build

	mu       sync.Mutex
	variants map[variant][]byte
}

func newFiles(s stored, node int, db *database) (*files, error) {
	f := &files{stored: s, node: node, signer: s.authority.CallManagers[node-1], db: db, variants: map[variant][]byte{}}
	var err error
	if f.itl, err = s.authority.ITL(node, f.listOptions()); err != nil {
		return nil, err
	}
	if s.config.BuildFiles {
		err = f.build()
	}
	return f, err
}

// mixed says whether the cluster starts in mixed mode: some device is secure.
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
	v := f.variantOf(d)
	if d.pending() != OperationNone {
		v.capf = d.profile().Auth
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
		return signed.Seal(f.header(name), xml, key, f.signer.Key)
	})
	return File{Name: name, Bytes: b}, err
}

// signedByRecovery is the same service with its ITL signed by the recovery key.
func (f *files) signedByRecovery() (*files, error) {
	o := f.listOptions()
	o.Signer, o.Time = SignerRecovery, f.now()
	itl, err := f.authority.ITL(f.node, o)
	return &files{
		stored: f.stored, node: f.node, signer: f.signer, db: f.db, itl: itl, built: f.built, variants: map[variant][]byte{},
	}, err
}

// variantOf is what a device's profile makes of its configuration. Outside
// mixed mode the device is non-secure, whatever its profile says.
func (f *files) variantOf(d *device) variant {
	profile := d.profile()
	if !f.mixed {
		profile.Security = cnf.NonSecure
	}
	return variant{security: profile.Security, encrypted: profile.EncryptedConfig}
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
		return signed.Sign(f.header(name), xml, f.signer.Key)
	})
	return File{Name: name, Bytes: b}, err
}

func (f *files) header(name string) signed.Header {
	return signed.Header{
		Signer: signed.SignerOf(f.signer.Certificate, signed.VendorSeparator),
		Digest: f.config.Digest, Filename: name, Timestamp: f.now(),
	}
}
