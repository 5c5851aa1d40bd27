package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/phonebank/phonebank/scenario/tally"
)

// files is what a run leaves in its directory; a new report is a row here.
var files = []struct {
	name  string
	write func(io.Writer, *tally.Result) error
}{
	{"result.json", JSON},
	{"phones.csv", CSV},
	{"timeline.csv", Timeline},
}

// Save writes the files of a run into dir, which it makes when needed, and
// returns their paths.
func Save(dir string, r *tally.Result) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("results directory: %w", err)
	}
	var paths []string
	for _, f := range files {
		path := filepath.Join(dir, f.name)
		if err := Whole(path, func(w io.Writer) error { return f.write(w, r) }); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// Whole writes a file that is complete under its name or does not change: the
// bytes go to a temporary neighbour, which then takes the name.
func Whole(path string, write func(io.Writer) error) (err error) {
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
	err = errors.Join(write(buffered), buffered.Flush(), f.Chmod(0o644), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
