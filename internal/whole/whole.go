// Package whole writes files that are complete under their name, or not there:
// a reader, and whoever comes back after a crash, finds the old bytes or the
// new ones and nothing between.
package whole

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// File writes a file with the given permissions. The bytes go to a temporary
// neighbour, which takes the name once they are on the disk. When write fails
// the file stays as it was. What is no file, such as /dev/null or a pipe, is
// written to, unless the file is to be for its owner alone: a secret goes where
// nobody can have put anything.
func File(path string, perm fs.FileMode, write func(io.Writer) error) (err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() && perm&0o077 != 0 {
		return through(path, write)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(f.Name())))
		}
	}()
	buffered := bufio.NewWriter(f)
	err = errors.Join(write(buffered), buffered.Flush(), f.Chmod(perm), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	settle(filepath.Dir(path))
	return nil
}

// through writes to what is no file.
func through(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// Remove takes a file away, and with it what File left beside it when its
// process was killed. A file that is not there is none to take away.
func Remove(path string) error {
	dir, name := filepath.Split(path)
	entries, err := os.ReadDir(cmp.Or(dir, "."))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == name || strings.HasPrefix(e.Name(), "."+name+".") && e.Type().IsRegular() {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// Bytes is File for bytes that are there already.
func Bytes(path string, perm fs.FileMode, b []byte) error {
	return File(path, perm, func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(b))
		return err
	})
}

// settle has the new name on the disk too. Where a directory cannot be synced,
// the name may be the old one after a power cut: either way the file is whole.
func settle(dir string) {
	if runtime.GOOS == "windows" {
		return
	}
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
}
