package state

import (
	"bytes"
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// lived is a phone that has been through a boot.
func lived(t *testing.T, name phone.Name) Phone {
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
	s := open(t, dir)
	if err := s.Save(want); err != nil {
		t.Fatal(err)
	}
	s.Close()
	got, err := open(t, dir).Load(want.Name)
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
	s := open(t, t.TempDir())
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
	s := open(t, t.TempDir())
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
	open(t, dir)
	if _, err := Open(dir); !errors.Is(err, ErrInUse) {
		t.Errorf("second Open: %v, want ErrInUse", err)
	}
}

func TestOnlyTheOwnerReadsKeys(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "here")
	s := open(t, dir)
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
	s := open(t, dir)
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
	if len(larger.CallManagers) != 2 || !larger.Manufacturer.Certificate.Equal(first.Certificate) {
		t.Errorf("a larger cluster has %d nodes and perhaps another factory", len(larger.CallManagers))
	}
}

func TestADamagedEntryIsAnErrorWithTheName(t *testing.T) {
	s := open(t, t.TempDir())
	p := lived(t, "SEP0011215A1AE3")
	p.MIC.Certificate = []byte("kept as it is") // parsed on use
	if err := s.Save(p); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(p.Name); err != nil {
		t.Errorf("certificates are not looked at: %v", err)
	}
	if err := damage(s, p.Name, keyCTL); err != nil {
		t.Fatal(err)
	}
	_, err := s.Load(p.Name)
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

// damage overwrites a value.
func damage(s *Store, name phone.Name, key string) error {
	return s.db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketPhones).Bucket([]byte(name)).Put([]byte(key), []byte("no list"))
	})
}
