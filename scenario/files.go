package scenario

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/internal/phrase"
	"github.com/phonebank/phonebank/scenario/internal/tree"
	"github.com/phonebank/phonebank/scenario/load"
	"github.com/phonebank/phonebank/wire/ctl"
)

// maxCSV bounds a list of devices, in bytes.
const maxCSV = 32 << 20

// ReadFiles reads the files that the scenario names, so that Run needs none of
// them. The error is a *FileError.
func (s *Scenario) ReadFiles() error {
	for i := range s.Phones {
		if s.Phones[i].CSV != "" {
			if err := s.readCSV(i); err != nil {
				return err
			}
		}
		if err := s.readLists(i); err != nil {
			return err
		}
	}
	if s.Load.File != "" {
		if err := s.readTimes(s.beside(s.Load.File)); err != nil {
			return err
		}
	}
	return s.Check()
}

// unread says that ReadFiles is still to be called.
func (s *Scenario) unread() bool {
	return s.Load.File != "" && s.Load.Times == nil || slices.ContainsFunc(s.Phones, func(g Group) bool {
		return g.CSV != "" && len(g.Devices) == 0 ||
			slices.ContainsFunc(g.Trust, func(t Trust) bool { return len(t.Files) > len(t.Lists) })
	})
}

func (s *Scenario) readCSV(i int) error {
	g := &s.Phones[i]
	path := s.beside(g.CSV)
	text, err := readBounded(path, maxCSV)
	if err != nil {
		return s.fault(i, "csv", "%w", err)
	}
	devices, problems := parseDevices(text)
	if len(problems) > 0 {
		return &FileError{File: path, Problems: problems}
	}
	g.Devices = devices
	return nil
}

func (s *Scenario) readTimes(path string) error {
	text, err := readBounded(path, maxCSV)
	if err == nil {
		s.Load.Times, err = load.ReadTimes(bytes.NewReader(text))
	}
	if err != nil {
		return s.faultAt("load", fmt.Errorf("load: times %s: %w", s.Load.File, err))
	}
	return nil
}

func (s *Scenario) readLists(i int) error {
	for k := range s.Phones[i].Trust {
		t := &s.Phones[i].Trust[k]
		t.Lists = nil
		for _, path := range t.Files {
			file, err := readBounded(s.beside(path), 1<<20)
			if err != nil {
				return s.fault(i, "trust", "%w", err)
			}
			list, err := ctl.Parse(file)
			if err == nil && list.Kind() == ctl.KindUnknown {
				err = fmt.Errorf("its file name %q says neither CTL nor ITL", list.Filename)
			}
			if err == nil && slices.ContainsFunc(t.Lists, func(o *ctl.List) bool { return o.Kind() == list.Kind() }) {
				err = fmt.Errorf("a second %s; a phone holds one", list.Kind())
			}
			if err != nil {
				return s.fault(i, "trust", "%s: %w", path, err)
			}
			t.Lists = append(t.Lists, list)
		}
	}
	return nil
}

// fault is a problem with a key of group i.
func (s *Scenario) fault(i int, key, format string, args ...any) error {
	return s.faultAt(groupKey(i, key), fmt.Errorf(s.groupPath(i, key)+": "+format, args...))
}

func (s *Scenario) faultAt(key string, err error) error {
	return &FileError{File: s.File, Problems: []Problem{{Place: s.at(key), Text: err.Error()}}}
}

// groupPath names a key of group i as people do: "phones.count", of several
// groups "phones[2].count".
func (s *Scenario) groupPath(i int, key string) string {
	path := groupKey(i, key)
	if len(s.Phones) < 2 {
		path = strings.Replace(path, "[1]", "", 1)
	}
	return path
}

func readBounded(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("%s is longer than %d bytes", path, most)
	}
	return b, err
}

// deviceColumns is what the CSV may hold, in any order; name is needed.
var deviceColumns = []struct {
	name string
	set  func(*Device, string) error
}{
	{"name", func(d *Device, text string) error {
		name, err := phone.ParseName(text)
		d.Name = string(name)
		return err
	}},
	{"model", func(d *Device, text string) (err error) {
		if text != "" {
			d.Model, err = parseModel(text)
		}
		return err
	}},
	{"auth_string", func(d *Device, text string) (err error) {
		if text != "" {
			d.AuthString, err = words(longestAuthString)(text)
		}
		return err
	}},
	{"address", func(d *Device, text string) error {
		if a, err := netip.ParseAddr(text); text != "" && (err != nil || !a.Is4()) {
			return fmt.Errorf("%q is no IPv4 address", text)
		}
		d.Address = text
		return nil
	}},
}

// longestAuthString is what CAPF takes, in bytes.
const longestAuthString = 31

// parseDevices reads the administrator's devices; the first line names the
// columns. Where a comma writes fractions, spreadsheets separate columns by
// semicolons.
func parseDevices(text []byte) (devices []Device, problems []Problem) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	in.ReuseRecord, in.FieldsPerRecord = true, -1
	if first, _, _ := bytes.Cut(text, []byte("\n")); !bytes.ContainsRune(first, ',') && bytes.ContainsRune(first, ';') {
		in.Comma = ';'
	}
	in.TrimLeadingSpace = true
	place := func(column int) tree.Place {
		line, at := in.FieldPos(column)
		return tree.Place{Line: line, Column: at}
	}
	header, err := in.Read()
	if err != nil {
		return nil, []Problem{csvProblem(err, "the file is empty; its first line names the columns: name,model,auth_string,address")}
	}
	setters := make([]func(*Device, string) error, len(header))
	var names []string
	for _, c := range deviceColumns {
		names = append(names, c.name)
	}
	known := make([]bool, len(names))
	for i, title := range header {
		k := slices.Index(names, strings.ToLower(strings.TrimSpace(title)))
		if k < 0 {
			problems = append(problems, problem(place(i), "%q is no column%s", title, phrase.DidYouMean(title, names)))
			continue
		}
		if known[k] {
			problems = append(problems, problem(place(i), "the column %s is there already", names[k]))
		}
		setters[i], known[k] = deviceColumns[k].set, true
	}
	if !slices.Contains(known, true) {
		return nil, []Problem{problem(top, "the first line names no column; it says which follow: %s", strings.Join(names, ","))}
	}
	if !slices.ContainsFunc(header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), "name") }) {
		problems = append(problems, problem(top, "there is no column name"))
	}
	seen := make(map[string]int)
	for len(problems) < 50 {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return devices, append(problems, csvProblem(err, ""))
		}
		if len(record) != len(setters) {
			problems = append(problems, problem(place(0), "wrong number of fields: %d, where the first line names %d columns", len(record), len(setters)))
			continue
		}
		var d Device
		for i, cell := range record {
			if setters[i] == nil {
				continue
			}
			if err := setters[i](&d, strings.TrimSpace(cell)); err != nil {
				problems = append(problems, problem(place(i), "%v", err))
			}
		}
		at := place(0)
		if before, twice := seen[d.Name]; twice && d.Name != "" {
			problems = append(problems, problem(at, "%s is listed already in line %d", d.Name, before))
		}
		seen[d.Name] = at.Line
		devices = append(devices, d)
	}
	switch {
	case len(problems) == 0 && len(devices) == 0:
		problems = append(problems, problem(top, "there is no device below the titles"))
	case len(devices) > maxPhones:
		problems = append(problems, problem(top, "%d devices; at most %d are possible", len(devices), maxPhones))
	}
	return devices, problems
}

func csvProblem(err error, empty string) Problem {
	var fault *csv.ParseError
	if errors.As(err, &fault) {
		return problem(tree.Place{Line: fault.Line, Column: fault.Column}, "%v", fault.Err)
	}
	return problem(top, "%s", empty)
}

// top is the first line of a file.
var top = tree.Place{Line: 1, Column: 1}

func problem(at tree.Place, format string, args ...any) Problem {
	return Problem{Place: at, Text: fmt.Sprintf(format, args...)}
}
