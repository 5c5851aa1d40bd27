package core

import (
	"bytes"
	"testing"

	"github.com/phonebank/phonebank/wire/cnf"
)

// TestFilesBuiltAheadAreTheOnesServed asks for a device's configuration before
// and after CAPF has done its work: both were signed before anybody asked.
func TestFilesBuiltAheadAreTheOnesServed(t *testing.T) {
	f := newTestFiles(t, Config{
		Security: cnf.Encrypted, BuildFiles: true,
		CAPF: CAPFPolicy{Auth: cnf.CAPFNullString, Operation: OperationInstall},
	})
	name := signedName(testDevice)
	if n := len(f.built[name]); n != 2 {
		t.Fatalf("%d files were built, want one before and one after CAPF", n)
	}
	d := f.db.find(testDevice)
	for _, want := range []cnf.AuthMode{cnf.CAPFNullString, cnf.CAPFNone} {
		file, err := f.file(name)
		if err != nil {
			t.Fatal(err)
		}
		ahead := false
		for _, b := range f.built[name] {
			ahead = ahead || &b.file[0] == &file.Bytes[0]
		}
		config, err := cnf.Parse(opened(t, f, name).Payload)
		if err != nil || config.CAPFAuthMode != want || !ahead {
			t.Errorf("mode %d (%v), built ahead %v; want mode %d", config.CAPFAuthMode, err, ahead, want)
		}
		d.done(OperationInstall, nil)
	}
}

func TestWithoutBuildFilesFilesSayTheSame(t *testing.T) {
	config := Config{Security: cnf.Encrypted}
	lazy := newTestFiles(t, config)
	config.BuildFiles = true
	ahead := newTestFiles(t, config)
	name := signedName(testDevice)
	if len(lazy.built) != 0 || len(ahead.built[name]) != 1 {
		t.Fatalf("%d and %d files were built", len(lazy.built), len(ahead.built[name]))
	}
	if !bytes.Equal(opened(t, lazy, name).Payload, opened(t, ahead, name).Payload) {
		t.Error("the file built ahead says something else")
	}
}
