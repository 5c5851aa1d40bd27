package core

import (
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/signed"
)

// build signs the configurations of all devices ahead: as they are now and,
// where CAPF is to do something, as they will be when it has. What cannot be
// known before a phone has a certificate is signed when it is asked for.
func (f *files) build() error {
	names := f.db.names()
	files := make([][]recentFile, len(names))
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, device := range names {
		work.Go(func() (err error) {
			files[i], err = f.buildFor(device)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	f.built = make(map[string][]recentFile, len(names))
	for i, device := range names {
		f.built[signedName(device)] = files[i]
	}
	return nil
}

func (f *files) buildFor(device string) (built []recentFile, err error) {
	d := f.db.find(device)
	v := f.variantOf(d)
	v.partial = v.encrypted
	if v.encrypted {
		_, v.certHash = d.sealingKey()
	}
	variants := []variant{v}
	if d.pending() != OperationNone {
		v.capf = d.profile().Auth
		if v.encrypted { // the file after CAPF names a certificate that is yet to come
			variants = nil
		}
		variants = append(variants, v)
	}
	for _, v := range variants {
		xml, err := f.xml(v)
		if err != nil {
			return nil, err
		}
		file, err := signed.Sign(f.header(signedName(device)), xml, f.signer.Key)
		if err != nil {
			return nil, err
		}
		built = append(built, recentFile{xml, file})
	}
	return built, nil
}

func signedName(device string) string { return cnf.Name(device) + ".sgn" }
