package whole

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// only is what is in a directory.
func only(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(b)
	}
	return all
}

func TestAFileIsOldOrNewAndNothingBetween(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "capf.pem")
	if err := Bytes(path, 0o600, []byte("old")); err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	err := File(path, 0o600, func(w io.Writer) error {
		if _, err := io.WriteString(w, strings.Repeat("new", 10_000)); err != nil {
			t.Error(err)
		}
		if got := only(t, dir)["capf.pem"]; got != "old" {
			t.Errorf("while it is written the file is %q", got)
		}
		return full
	})
	if !errors.Is(err, full) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want what and where", err)
	}
	if got := only(t, dir); len(got) != 1 || got["capf.pem"] != "old" {
		t.Errorf("a failed write leaves %q", got)
	}
	if err := Bytes(path, 0o600, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if got := only(t, dir); len(got) != 1 || got["capf.pem"] != "new" {
		t.Errorf("a write leaves %q", got)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: want a file of its owner's alone", info.Mode(), err)
	}
}

func TestADirectoryThatIsNotThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "capf.pem")
	if err := Bytes(path, 0o600, nil); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

func TestRemoveTakesWhatAKilledProcessLeft(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.json", ".a.json.123", ".a.json", "b.a.json.1", ".b.json.4"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time there is nothing
		if err := Remove(filepath.Join(dir, "a.json")); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("%v, %v", entries, err)
	}
	if Remove(filepath.Join(dir, "none", "a.json")) == nil {
		t.Error("a directory that is not there")
	}
}

// TestADeviceStaysOne: --json /dev/null, said by root, must not put a file in
// its place.
func TestADeviceStaysOne(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need rights here")
	}
	dir := t.TempDir()
	nowhere, secret := filepath.Join(dir, "nowhere"), filepath.Join(dir, "secret")
	if err := errors.Join(os.Symlink(os.DevNull, nowhere), os.Symlink(os.DevNull, secret)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(Bytes(nowhere, 0o644, []byte("new")), Bytes(secret, 0o600, []byte("new"))); err != nil {
		t.Error(err)
	}
	if info, err := os.Lstat(nowhere); err != nil || info.Mode().IsRegular() {
		t.Errorf("the device is a file now: %v, %v", info.Mode(), err)
	}
	if got, err := os.ReadFile(secret); string(got) != "new" {
		t.Errorf("a secret went elsewhere: %q, %v", got, err)
	}
	full := errors.New("disk full")
	if err := File(nowhere, 0o644, func(io.Writer) error { return full }); !errors.Is(err, full) || !strings.Contains(err.Error(), nowhere) {
		t.Errorf("got %v", err)
	}
}
