package state

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

func opened(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// lived is a phone that has been through a boot.
func lived(t testing.TB, name phone.Name) Phone {
	t.Helper()
	authority, err := core.NewAuthority(core.AuthorityOptions{Bits: 1024})
	if err != nil {
		t.Fatal(err)
	}
	list := func(b []byte, err error) *ctl.List {
		if err != nil {
			t.Fatal(err)
		}
		l, err := ctl.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	key, err := phone.FreshKeys{}.NewKey(context.Background(), capf.KeySpec{Type: capf.RSA, Bits: 1024})
	if err != nil {
		t.Fatal(err)
	}
	return Phone{
		Name: name,
		Flash: phone.Flash{
			CTL: list(authority.CTL(core.ListOptions{})), ITL: list(authority.ITL(1, core.ListOptions{})),
			LSC:    &phone.Credential{Certificate: authority.CAPF.Certificate.Raw, Key: key},
			Config: &cnf.Config{Full: true, Protocol: "SCCP", SecurityMode: cnf.Encrypted, CallManagers: []cnf.CallManager{{Host: "127.0.0.1"}}},
		},
		MIC: &phone.Credential{Certificate: authority.Manufacturer.Certificate.Raw, Key: key},
	}
}

func TestAPhoneSurvivesItsPowerCut(t *testing.T) {
	dir := t.TempDir()
	want := lived(t, "SEP0011215A1AE3")
	s := opened(t, dir)
	if err := s.Save(want); err != nil {
		t.Fatal(err)
	}
	s.Close()
	got, err := opened(t, dir).Load(want.Name)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Flash.CTL.Equal(want.Flash.CTL) || !got.Flash.ITL.Equal(want.Flash.ITL) {
		t.Error("the lists changed")
	}
	if !bytes.Equal(got.Flash.LSC.Certificate, want.Flash.LSC.Certificate) || !bytes.Equal(got.MIC.Certificate, want.MIC.Certificate) {
		t.Error("the certificates changed")
	}
	if !got.Flash.LSC.Key.(*rsa.PrivateKey).Equal(want.Flash.LSC.Key) {
		t.Error("the key changed")
	}
	if got.Flash.LSC.Key != got.MIC.Key {
		t.Error("the same key is in memory twice")
	}
	reread, err := cnf.Parse(must(t)(want.Flash.Config.XML()))
	if err != nil {
		t.Fatal(err)
	}
	if !got.Flash.Config.Equal(reread) {
		t.Error("the configuration changed")
	}
}

func TestWhatAPhoneNoLongerHoldsIsRemoved(t *testing.T) {
	s := opened(t, t.TempDir())
	p := lived(t, "SEP0011215A1AE3")
	if err := s.Save(p); err != nil {
		t.Fatal(err)
	}
	p.Flash = phone.Flash{ITL: p.Flash.ITL}
	if err := s.Save(p); err != nil {
		t.Fatal(err)
	}
	got, err := s.Load(p.Name)
	if err != nil {
		t.Fatal(err)
	}
	if got.Flash.CTL != nil || got.Flash.LSC != nil || got.Flash.Config != nil || got.Flash.ITL == nil || got.MIC == nil {
		t.Errorf("flash = %+v, MIC %v; want the ITL and the MIC", got.Flash, got.MIC)
	}
}

func TestAPhoneThatWasNeverSavedHoldsNothing(t *testing.T) {
	s := opened(t, t.TempDir())
	for _, when := range []string{"an empty directory", "another phone is there"} {
		got, err := s.Load("SEP000000000001")
		if err != nil || got.Flash != (phone.Flash{}) || got.MIC != nil {
			t.Errorf("%s: %+v, %v", when, got, err)
		}
		if err := s.Save(lived(t, "SEP000000000002")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestASecondWriterIsTold(t *testing.T) {
	dir := t.TempDir()
	opened(t, dir)
	if _, err := Open(dir); !errors.Is(err, ErrInUse) {
		t.Errorf("second Open: %v, want ErrInUse", err)
	}
}

func TestOnlyTheOwnerReadsKeys(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "here")
	s := opened(t, dir)
	if _, err := s.Authority(1); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(lived(t, "SEP0011215A1AE3")); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode().Perm())
		}
		files++
		return nil
	})
	if err != nil || files < 5 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestTheFactoryStaysTheSame(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	first, err := s.Manufacturer()
	if err != nil {
		t.Fatal(err)
	}
	authority, err := s.Authority(1)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Authority(1)
	if err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string]core.Credential{
		"of the cluster": authority.Manufacturer.Credential, "of the cluster, read again": again.Manufacturer.Credential,
	} {
		if !got.Certificate.Equal(first.Certificate) {
			t.Errorf("the factory %s is another one", what)
		}
	}
	if !again.CAPF.Certificate.Equal(authority.CAPF.Certificate) {
		t.Error("the cluster is another one")
	}
	larger, err := s.Authority(2)
	if err != nil {
		t.Fatal(err)
	}
	if !larger.CAPF.Certificate.Equal(authority.CAPF.Certificate) || !larger.CallManagers[0].Certificate.Equal(authority.CallManagers[0].Certificate) {
		t.Error("a larger cluster is another one, whose lists nobody trusts")
	}
	if len(larger.CallManagers) != 2 || !larger.Manufacturer.Certificate.Equal(first.Certificate) {
		t.Errorf("a larger cluster has %d nodes and perhaps another factory", len(larger.CallManagers))
	}
}

func TestADamagedEntryIsAnErrorWithTheName(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	p := lived(t, "SEP0011215A1AE3")
	p.MIC.Certificate = []byte("kept as it is") // parsed on use
	if err := s.Save(p); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(p.Name); err != nil {
		t.Errorf("certificates are not looked at: %v", err)
	}
	if err := damage(s, p.Name); err != nil {
		t.Fatal(err)
	}
	s.Close()
	_, err := opened(t, dir).Load(p.Name)
	if want := "state: SEP0011215A1AE3: "; err == nil || fmt.Sprint(err)[:len(want)] != want {
		t.Errorf("error %q, want one that begins with %q", err, want)
	}
}

func TestADirectoryThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(filepath.Join(file, "below")); err == nil {
		s.Close()
		t.Error("no error")
	}
}

func must(t *testing.T) func([]byte, error) []byte {
	return func(b []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

// damage overwrites a value that the phone's record names.
func damage(s *Store, name phone.Name) error {
	return s.db.Update(func(tx *bbolt.Tx) error {
		var r record
		if err := json.Unmarshal(tx.Bucket(bucketPhones).Get([]byte(name)), &r); err != nil {
			return err
		}
		return tx.Bucket(bucketValues).Put(r.CTL, []byte("no list"))
	})
}

// size counts the entries of the two buckets.
func size(t *testing.T, s *Store) (phones, values int) {
	t.Helper()
	err := s.db.View(func(tx *bbolt.Tx) error {
		for bucket, n := range map[string]*int{string(bucketPhones): &phones, string(bucketValues): &values} {
			if b := tx.Bucket([]byte(bucket)); b != nil {
				*n = b.Stats().KeyN
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return phones, values
}

func TestWhatPhonesShareIsThereOnce(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	first := lived(t, "SEP000000000001")
	second := first
	second.Name = "SEP000000000002"
	own := *first.Flash.Config
	own.CertHash, own.VersionStamp = "00112233445566778899aabbccddeeff", "1700000000-0b0a6a2e-7f8b-4f0e-9a67-1f2e3d4c5b6a"
	second.Flash.Config = &own
	if err := s.Save(first, second); err != nil {
		t.Fatal(err)
	}
	if phones, values := size(t, s); phones != 2 || values != 4 {
		t.Errorf("%d phones and %d values, want two lists, a configuration and a key", phones, values)
	}
	s.Close()
	s = opened(t, dir)
	var got []Phone
	if err := s.Each(func(p Phone) error { got = append(got, p); return nil }); err != nil || len(got) != 2 {
		t.Fatalf("%d phones, %v", len(got), err)
	}
	if got[0].Flash.CTL != got[1].Flash.CTL || got[0].Flash.LSC.Key != got[1].Flash.LSC.Key {
		t.Error("what they share is in memory twice")
	}
	if c := got[1].Flash.Config; c.CertHash != own.CertHash || c.VersionStamp != own.VersionStamp || got[0].Flash.Config.CertHash != "" {
		t.Errorf("the configurations' own parts are %q %q", c.CertHash, c.VersionStamp)
	}
	// What nobody has any more goes when the directory is closed.
	second.Flash = phone.Flash{}
	if err := errors.Join(s.Save(second), s.Delete("SEP000000000001", "SEP00000000000F")); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if phones, values := size(t, opened(t, dir)); phones != 1 || values != 1 {
		t.Errorf("%d phones and %d values are left, want one and the key of its MIC", phones, values)
	}
}

func TestReadingChangesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	if _, err := OpenToRead(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want that there is none", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the directory was made")
	}
	s := opened(t, dir)
	if err := s.Save(lived(t, "SEP000000000001")); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenToRead(dir); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), fmt.Sprint("process ", os.Getpid())) {
		t.Errorf("got %v, want who has it open", err)
	}
	s.Close()
	if _, err := os.Stat(filepath.Join(dir, ownerFile)); err == nil {
		t.Error("the owner's note is still there")
	}
	reader, err := OpenToRead(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if p, err := reader.Load("SEP000000000001"); err != nil || p.Flash.CTL == nil {
		t.Errorf("%+v, %v", p, err)
	}
	if err := reader.Save(Phone{Name: "SEP000000000002"}); err == nil {
		t.Error("a reader has written")
	}
}

func TestDirectoriesOfOtherVersions(t *testing.T) {
	for title, row := range map[string]struct {
		change func(*Store) error
		want   string // "": it opens
	}{
		"of this version": {func(*Store) error { return nil }, ""},
		"of a newer one":  {func(s *Store) error { return putMeta(s.db, keyFormat, "2") }, `it has format "2", and this one reads format 1`},
		"of a stranger":   {func(s *Store) error { return putMeta(s.db, keyFormat, "a\n") }, `it has format "a\n", and this one reads format 1`},
		"from before there were numbers": {func(s *Store) error {
			return s.db.Update(func(tx *bbolt.Tx) error { return tx.DeleteBucket(bucketMeta) })
		}, "its format has no number yet, and this one reads format 1"},
	} {
		t.Run(title, func(t *testing.T) {
			dir := t.TempDir()
			s := opened(t, dir)
			if err := errors.Join(s.Save(lived(t, "SEP000000000001")), row.change(s)); err != nil {
				t.Fatal(err)
			}
			s.Close()
			path := filepath.Join(dir, dbFile)
			before := must(t)(os.ReadFile(path))
			for name, open := range map[string]func(string) (*Store, error){"Open": Open, "OpenToRead": OpenToRead} {
				s, err := open(dir)
				switch {
				case err == nil:
					s.Close()
					if row.want != "" {
						t.Errorf("%s: no error", name)
					}
				case row.want == "" || !errors.Is(err, ErrFormat) || err.Error() != "state: "+dir+": kept by another version of phonebank: "+row.want:
					t.Errorf("%s: %v", name, err)
				}
			}
			if !bytes.Equal(must(t)(os.ReadFile(path)), before) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestWhereTheClusterWas(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	if a, err := s.Address(); err != nil || a.IsValid() {
		t.Errorf("got %v, %v", a, err)
	}
	want := netip.MustParseAddr("127.9.8.1")
	if err := s.KeepAddress(want); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if a, err := opened(t, dir).Address(); err != nil || a != want {
		t.Errorf("got %v, %v", a, err)
	}
}
