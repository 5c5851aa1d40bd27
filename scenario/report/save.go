package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/phonebank/phonebank/internal/whole"
	"github.com/phonebank/phonebank/scenario/tally"
)

// The files of a run's directory. Snapshot is the result of a run under way;
// it goes when the result comes.
const (
	ResultFile   = "result.json"
	PhonesFile   = "phones.csv"
	TimelineFile = "timeline.csv"
	EventsFile   = "events.jsonl"
	HTMLFile     = "report.html"
	Snapshot     = "snapshot.json"
)

// files is what a run leaves in its directory when it ends; a new report is a
// row here. What a result that was read from its directory does not know, such
// as its phones one by one, stays there as it is.
var files = []struct {
	name  string
	write func(io.Writer, *tally.Result) error
	known func(*tally.Result) bool
}{
	{ResultFile, JSON, always},
	{PhonesFile, CSV, func(r *tally.Result) bool { return r.Rows != nil }},
	{TimelineFile, Timeline, func(r *tally.Result) bool { return r.Timeline != nil }},
	{HTMLFile, HTML, always},
}

func always(*tally.Result) bool { return true }

// names are the names of all files that a run leaves in its directory.
func names() []string {
	all := []string{EventsFile}
	for _, f := range files {
		all = append(all, f.name)
	}
	return all
}

// Clear takes away what an earlier run has left in dir, whether it ended or was
// killed.
func Clear(dir string) error {
	for _, name := range append(names(), Snapshot) {
		if err := whole.Remove(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("results of an earlier run: %w", err)
		}
	}
	return nil
}

// Save writes the files of a run into dir, which it makes when needed, and
// returns their paths.
func Save(dir string, r *tally.Result) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("results directory: %w", err)
	}
	return save(dir, r, "")
}

// Again writes the files of a run into the directory that it was opened from.
// The time line stays as it was read: a run that still goes on is writing it.
func Again(dir string, r *tally.Result) ([]string, error) { return save(dir, r, TimelineFile) }

func save(dir string, r *tally.Result, but string) ([]string, error) {
	var paths []string
	for _, f := range files {
		if f.name == but || !f.known(r) {
			continue
		}
		path := filepath.Join(dir, f.name)
		if err := Whole(path, func(w io.Writer) error { return f.write(w, r) }); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// Whole writes a file that everybody may read, complete under its name or not
// at all.
func Whole(path string, write func(io.Writer) error) error { return whole.File(path, 0o644, write) }
