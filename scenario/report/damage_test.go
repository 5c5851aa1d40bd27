package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phonebank/phonebank/scenario/tally"
)

// A result of another version may lack any field, and any list may be empty.
func TestAResultOfAnotherVersionIsRendered(t *testing.T) {
	full := twoGroups(t)
	full.Timeline, full.Rows = nil, nil
	text, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), ResultFile)
	var whole map[string]any
	if err := json.Unmarshal(text, &whole); err != nil {
		t.Fatal(err)
	}
	less := 0
	lessen(whole, 0, func(depth int) {
		less++
		short, err := json.Marshal(whole)
		if err == nil {
			err = os.WriteFile(path, short, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		r, err := Read(path)
		if err != nil {
			return // it says what it is not
		}
		writers := []func(io.Writer, *tally.Result) error{JSON, CSV, Text, Timeline, JUnit}
		if viewOf(r); depth == 0 {
			writers = append(writers, HTML) // which takes its time
		}
		for _, write := range writers {
			if err := write(io.Discard, r); err != nil {
				t.Errorf("%s: %v", short, err)
			}
		}
	})
	if less < 100 {
		t.Errorf("only %d results were tried", less)
	}
}

// lessen takes every field and every element away in turn, and puts it back.
func lessen(v any, depth int, try func(depth int)) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			delete(v, key)
			try(depth)
			v[key] = value
			if list, ok := value.([]any); ok && len(list) > 0 {
				v[key] = []any{}
				try(depth)
				v[key] = list[:len(list)-1]
				try(depth)
				v[key] = value
			}
			lessen(value, depth+1, try)
		}
	case []any:
		for _, element := range v {
			lessen(element, depth+1, try)
		}
	}
}

func TestADamagedTimelineIsNotTakenForAShortOne(t *testing.T) {
	var file bytes.Buffer
	r := storm(t)
	r.Timeline = append(r.Timeline, r.Timeline...)
	if err := Timeline(&file, r); err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(file.String(), "\n")
	lines = lines[:len(lines)-1]
	for situation, text := range map[string]string{
		"a line amid others is cut":          lines[0] + lines[1] + lines[2][:20] + "\n" + strings.Join(lines[3:], ""),
		"a number amid others is none":       lines[0] + strings.Replace(lines[1], ",", ",x", 1) + strings.Join(lines[2:], ""),
		"a number is infinite":               lines[0] + strings.Replace(lines[1], "0,", "Inf,", 1) + strings.Join(lines[2:], ""),
		"a span is longer than time":         lines[0] + strings.Replace(lines[1], "0,", "1e300,", 1) + strings.Join(lines[2:], ""),
		"a spreadsheet has put semicolons":   strings.ReplaceAll(file.String(), ",", ";"),
		"another table":                      "name,model\nSEP0011215A0001,7965\n",
		"nothing but quotes":                 `"`,
		"the names of the columns are twice": lines[0][:len(lines[0])-1] + "," + lines[0] + lines[1],
	} {
		if points, err := ReadTimeline(strings.NewReader(text)); err == nil {
			t.Errorf("%s: %d points and no error", situation, len(points))
		}
	}
	if points, err := ReadTimeline(strings.NewReader(lines[0] + lines[1] + lines[2][:20])); err != nil || len(points) != 1 {
		t.Errorf("the last line is cut: %d points, %v", len(points), err)
	}
	if points, err := ReadTimeline(strings.NewReader("")); err != nil || len(points) != 0 {
		t.Errorf("killed before its first byte: %d points, %v", len(points), err)
	}
}

func TestOpenNamesTheFileThatIsDamaged(t *testing.T) {
	dir := t.TempDir()
	if _, err := Save(dir, storm(t)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, TimelineFile)
	if err := os.WriteFile(path, []byte("name,model\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want the name of the file", err)
	}
}

func TestARunThatWasKilledBeforeItsFirstSnapshot(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, TimelineFile), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "before the first second") {
		t.Errorf("got %v, want that it was killed too early", err)
	}
}

func TestAFileWithoutAnEnd(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("there is no /dev/zero here")
	}
	if _, err := Read("/dev/zero"); err == nil || !strings.Contains(err.Error(), "which no run writes") {
		t.Errorf("got %v", err)
	}
}
