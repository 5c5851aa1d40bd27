package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/phonebank/phonebank/scenario/tally"
)

// mostRead is more than any result has.
const mostRead = 64 << 20

// Open reads the result of a run from its directory: result.json or, for a run
// that was killed, its last snapshot, with timeline.csv. It has no rows.
func Open(dir string) (*tally.Result, error) {
	r, err := Read(filepath.Join(dir, ResultFile))
	snapshot, missing := Read(filepath.Join(dir, Snapshot))
	switch {
	case err == nil && (missing != nil || snapshot.Elapsed <= r.Elapsed):
	case missing == nil && (err == nil || errors.Is(err, fs.ErrNotExist)):
		// Beside a result it is newer: somebody has looked at the run while it went on.
		r = snapshot
		r.Notes = append(r.Notes, "the run was killed, or still goes on: this is what it had written until then")
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	case errors.Is(missing, fs.ErrNotExist):
		return nil, nothing(dir)
	default:
		return nil, missing
	}
	path := filepath.Join(dir, TimelineFile)
	text, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil // of an older program
	}
	if err != nil {
		return nil, err
	}
	if r.Timeline, err = ReadTimeline(bytes.NewReader(text)); err != nil {
		return nil, fmt.Errorf("%s: %w; mend it, or take it away to do without", path, err)
	}
	return r, nil
}

// nothing says why a directory has no result.
func nothing(dir string) error {
	err := fmt.Errorf("%s has neither %s nor %s: %w", dir, ResultFile, Snapshot, fs.ErrNotExist)
	if _, begun := os.Stat(filepath.Join(dir, TimelineFile)); begun == nil {
		return fmt.Errorf("%w; a run began there, and ended or was killed before the first second of its load was over", err)
	}
	return err
}

// readFile reads a file that is no bigger than any of ours, whatever the system
// says of its size.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostRead+1))
	if err == nil && len(text) > mostRead {
		err = fmt.Errorf("%s: more than %d bytes, which no run writes", path, mostRead)
	}
	return text, err
}

// Read reads a result.json.
func Read(path string) (*tally.Result, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	r := new(tally.Result)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s is no result of a run: %w", path, err)
	}
	if len(r.Steps) == 0 {
		return nil, fmt.Errorf("%s is JSON, but no result of a run", path)
	}
	return r, nil
}
