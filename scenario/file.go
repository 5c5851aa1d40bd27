package scenario

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/phonebank/phonebank/scenario/internal/phrase"
	"github.com/phonebank/phonebank/scenario/internal/tree"
	"github.com/phonebank/phonebank/scenario/load"
	"github.com/phonebank/phonebank/scenario/record"
)

// Problem is one thing that is wrong with a scenario.
type Problem = tree.Problem

// FileError is a scenario that cannot be run, with everything that is wrong.
type FileError struct {
	File     string
	Problems []Problem // at least one, in the order of the file
}

// Error returns a line for each problem: "storm.yaml:7:3: unknown key …".
func (e *FileError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		switch {
		case p.Line > 0 && e.File != "":
			lines[i] = fmt.Sprintf("%s:%d:%d: %s", e.File, p.Line, p.Column, p.Text)
		case p.Line > 0:
			lines[i] = fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Text)
		case e.File != "":
			lines[i] = e.File + ": " + p.Text
		default:
			lines[i] = p.Text
		}
	}
	return strings.Join(lines, "\n")
}

// Load reads a scenario and the files it names: the CSV of its devices and the
// trust lists its phones hold. The error is a *FileError.
func Load(path string) (*Scenario, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &FileError{Problems: []Problem{{Text: err.Error()}}}
	}
	s, err := Parse(path, text)
	if err != nil {
		return nil, err
	}
	return s, s.ReadFiles()
}

// Parse reads the text of a scenario; name is what messages call it, and the
// files it mentions are looked for beside that. It reads none of them: that is
// ReadFiles. The error is a *FileError with every problem.
func Parse(name string, text []byte) (*Scenario, error) {
	doc, root := tree.Parse(text)
	s := &Scenario{File: name, Text: string(text), places: make(map[string]tree.Place)}
	if root != nil {
		s.read(root)
	}
	if len(doc.Problems) > 0 {
		return nil, &FileError{File: name, Problems: doc.Sorted()}
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	return s, nil
}

// Overrides are what a command line may change about a scenario. Zero fields
// change nothing.
type Overrides struct {
	Phones int           // in all; groups keep their proportions
	Rate   string        // "200/s": hold it, instead of the file's load
	For    time.Duration // how long phones start: it decides how many there are, up to Phones
	Stages string        // sentences with commas between them, instead of the file's load
	Core   string
	Seed   *uint64
	Events string // "all", "off" or "sample 100"
}

// Override changes the scenario and checks it again.
func (s *Scenario) Override(o Overrides) error {
	fault := func(flag string, err error) error {
		return &FileError{Problems: []Problem{{Text: "--" + flag + ": " + err.Error()}}}
	}
	if o.Phones < 0 {
		return fault("phones", fmt.Errorf("%d is negative", o.Phones))
	}
	if o.Phones > 0 {
		if o.Phones < len(s.Phones) {
			return fault("phones", fmt.Errorf("the scenario has %d groups, and each needs a phone", len(s.Phones)))
		}
		s.Phones = s.scaled(o.Phones)
	}
	if flag, err := s.overrideLoad(o); err != nil {
		return fault(flag, err)
	}
	if o.Core != "" {
		where, err := ParseWhere(o.Core)
		if err != nil {
			return fault("core", err)
		}
		s.Core.Where = where
	}
	if o.Events != "" {
		keep, err := record.ParseKeep(o.Events)
		if err != nil {
			return fault("events", err)
		}
		s.Events = keep
	}
	if o.Seed != nil {
		s.Seed = *o.Seed
	}
	return s.Check()
}

// overrideLoad replaces the load, and returns the name of the flag that was wrong.
func (s *Scenario) overrideLoad(o Overrides) (flag string, err error) {
	texts := strings.Split(o.Stages, ",")
	switch {
	case o.Rate != "" && o.Stages != "":
		return "rate", errors.New("--stages says the rates already")
	case o.Rate != "":
		flag, texts = "rate", []string{"hold " + o.Rate}
	case o.Stages != "":
		flag = "stages"
	}
	if flag != "" {
		loaded, err := load.Parse(texts...)
		if err != nil {
			return flag, err
		}
		loaded.Arrivals = s.Load.Arrivals
		if loaded.Stages == nil {
			loaded.Arrivals = ""
		}
		s.Load = loaded
		if loaded.File != "" {
			if err := s.readTimes(loaded.File); err != nil {
				return flag, err
			}
		}
	}
	return s.overrideFor(o)
}

// overrideFor has the load last for a given time.
func (s *Scenario) overrideFor(o Overrides) (flag string, err error) {
	switch {
	case o.For < 0:
		return "for", fmt.Errorf("%v is negative", o.For)
	case o.For == 0:
		return "", nil
	}
	lasting := s.withDefaults().Load
	if err := lasting.Check(); err != nil {
		return "for", err
	}
	if lasting.Booting > 0 {
		return "for", fmt.Errorf("%q knows no time; give the number of phones", "keep")
	}
	most := maxPhones
	if o.Phones > 0 {
		most = o.Phones
	} else if len(s.Phones) == 1 && len(s.Phones[0].Devices) > 0 {
		most = len(s.Phones[0].Devices)
	}
	n := lasting.Phones(o.For, most)
	switch {
	case n == 0:
		return "for", fmt.Errorf("no phone starts within %v", o.For)
	case n < len(s.Phones):
		return "for", fmt.Errorf("%d phones start within %v, and the scenario has %d groups", n, o.For, len(s.Phones))
	}
	s.Phones = s.scaled(n)
	return "", nil
}

// note remembers where a key stands, for checks that come later.
func (s *Scenario) note(path string, read func(*tree.Node)) func(*tree.Node) {
	return func(n *tree.Node) {
		s.places[path] = n.Place()
		read(n)
	}
}

// at is where a key stands; the start of the file when it is not there.
func (s *Scenario) at(path string) tree.Place {
	if place, ok := s.places[path]; ok {
		return place
	}
	return s.places[""]
}

// choice is a word of the file and what it means.
type choice[T any] struct {
	word  string
	value T
}

// oneOf makes a parser of an enumeration.
func oneOf[T any](choices ...choice[T]) func(string) (T, error) {
	words := make([]string, len(choices))
	for i, c := range choices {
		words[i] = c.word
	}
	return func(text string) (T, error) {
		for _, c := range choices {
			if c.word == text {
				return c.value, nil
			}
		}
		var none T
		unknown := phrase.Unknown(text, "is unknown", words)
		unknown.Closed = true
		return none, unknown
	}
}
