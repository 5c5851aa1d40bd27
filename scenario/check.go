package scenario

import (
	"errors"
	"path/filepath"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/load"
	"github.com/phonebank/phonebank/wire/cnf"
)

// Check says whether the parts of the scenario fit together. The error is a
// *FileError with everything that does not.
func (s *Scenario) Check() error {
	c := checker{s: s, with: s.withDefaults()}
	c.phones()
	c.core()
	c.load()
	if len(c.problems) == 0 {
		return nil
	}
	return &FileError{File: s.File, Problems: c.problems}
}

type checker struct {
	s        *Scenario // places
	with     Scenario  // values
	problems []Problem
}

// fault notes a problem at the place of a key.
func (c *checker) fault(key, format string, args ...any) {
	c.problems = append(c.problems, problem(c.s.at(key), format, args...))
}

func (c *checker) phones() {
	p := c.with.Phones
	switch {
	case p.Count == 0 && p.CSV == "" && c.with.Load.File == "":
		c.fault("phones", "phones: how many? write count: 100, or csv: FILE")
	case p.Count < 0 || p.Count > maxPhones:
		c.fault("phones.count", "phones.count: %d phones; 1 to %d are possible", p.Count, maxPhones)
	case p.CSV != "" && c.s.Phones.First != "":
		c.fault("phones.first", "phones.first: the names come from %s", p.CSV)
	case len(p.Devices) > 0 && p.Count > len(p.Devices):
		c.fault("phones.count", "phones.count: %d phones, but the devices are only %d", p.Count, len(p.Devices))
	}
	if first, err := phone.ParseName(p.First); err != nil {
		c.fault("phones.first", "phones.first: %v", err)
	} else if first.MAC()+uint64(max(p.Count, 0)) > 1<<48 {
		c.fault("phones.first", "phones.first: %d phones from %s on run out of names", p.Count, first)
	}
	if (p.TLSMin != 0 || p.TLSMax != 0) && len(c.problems) == 0 {
		for _, share := range p.Models {
			if m, err := overridden(share.Model, p); err == nil && m.TLSMin > m.TLSMax {
				c.fault("phones.tls", "phones.tls: leaves a %s without any TLS version; give both min and max", share.Model)
			}
		}
	}
}

func (c *checker) core() {
	at, p := c.with.Core, c.with.Phones
	if at.Where.Kind == Remote {
		if p.Trust.Kind == TrustStale || p.Trust.Kind == TrustOutdated {
			c.fault("phones.trust", "phones.trust: only the simulator makes %s lists; name files for %s", p.Trust.Kind, at.Where)
		}
		if p.LSC == LSCInstalled {
			c.fault("phones.lsc", "phones.lsc: only the simulator gives out certificates before the run; let phones enrol with %s", at.Where)
		}
		return
	}
	if at.CAPF.Auth == cnf.CAPFString && at.CAPF.Operation != core.OperationNone && at.AuthString == "" && p.CSV == "" && len(p.Devices) == 0 {
		c.fault("core.capf.auth", "core.capf.auth: string, but neither core nor phones has an auth_string")
	}
	if at.CAPF.Auth == cnf.CAPFNone && at.CAPF.Operation != core.OperationNone && c.s.places["core.capf.auth"].Line > 0 {
		c.fault("core.capf.auth", "core.capf.auth: none, but the operation is %s; write operation: none, or phones.lsc: none", at.CAPF.Operation)
	}
}

func (c *checker) load() {
	err := c.with.Load.Check()
	var stage *load.StageError
	switch {
	case errors.As(err, &stage):
		c.fault(stageKey(stage.Stage), "load: %s", stage.Problem)
		return
	case err != nil:
		c.fault("load", "load: %v", err)
		return
	}
	if times := c.with.Load.Times; times != nil && c.with.Phones.Count > len(times) {
		c.fault("load", "load: %d phones, but %s has the starts of only %d", c.with.Phones.Count, c.with.Load.File, len(times))
	}
	if last := c.with.Load.At(float64(max(c.with.Phones.Count-1, 0))); last > longestLoad {
		c.fault("load", "load: the last of %d phones would start after more than a month", c.with.Phones.Count)
	}
}

// beside resolves a path of the scenario file against the file's directory.
func (s *Scenario) beside(path string) string {
	if filepath.IsAbs(path) || s.File == "" {
		return path
	}
	return filepath.Join(filepath.Dir(s.File), path)
}
