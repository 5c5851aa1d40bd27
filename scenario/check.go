package scenario

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/internal/phrase"
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
	c.timeline()
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

// faultIn notes a problem with a key of group i.
func (c *checker) faultIn(i int, key, format string, args ...any) {
	c.fault(groupKey(i, key), "%s: %s", c.s.groupPath(i, key), fmt.Sprintf(format, args...))
}

func (c *checker) phones() {
	if len(c.s.Phones) == 0 && c.with.Load.File == "" {
		c.fault("phones", "phones: how many? write count: 100, or csv: FILE")
		return
	}
	for i, g := range c.with.Phones {
		c.group(i, g)
	}
	if total := c.with.Count(); len(c.problems) == 0 && total > maxPhones {
		c.fault("phones", "phones: %d phones in all groups; 1 to %d are possible", total, maxPhones)
	}
	if len(c.problems) == 0 {
		c.names()
	}
}

func (c *checker) group(i int, g Group) {
	before := len(c.problems)
	switch {
	case g.Count == 0 && g.CSV == "" && (len(c.s.Phones) > 1 || c.with.Load.File == ""):
		c.fault(groupKey(i, ""), "%s: how many? write count: 100, or csv: FILE", c.s.groupPath(i, ""))
	case g.Count < 0 || g.Count > maxPhones:
		c.faultIn(i, "count", "%d phones; 1 to %d are possible", g.Count, maxPhones)
	case g.CSV != "" && c.s.Phones[i].First != "":
		c.faultIn(i, "first", "the names come from %s", g.CSV)
	case len(g.Devices) > 0 && g.Count > len(g.Devices):
		c.faultIn(i, "count", "%d phones, but the devices are only %d", g.Count, len(g.Devices))
	}
	if first, err := phone.ParseName(g.First); err != nil {
		c.faultIn(i, "first", "%v", err)
	} else if first.MAC()+uint64(max(g.Count, 0)) > 1<<48 {
		c.faultIn(i, "first", "%d phones from %s on run out of names", g.Count, first)
	}
	if g.KeyTime.Model && !slices.ContainsFunc(g.Models, func(share Share) bool {
		m, err := phone.FindModel(share.Model)
		return err == nil && !m.KeyTime.IsZero()
	}) && len(g.Devices) == 0 {
		c.faultIn(i, "key_time", "no source says how long a %s makes a key; give a time, such as 13s", g.Models[0].Model)
	}
	if (g.TLSMin != 0 || g.TLSMax != 0) && len(c.problems) == before {
		for _, share := range g.Models {
			if m, err := overridden(share.Model, g); err == nil && m.TLSMin > m.TLSMax {
				c.faultIn(i, "tls", "leaves a %s without any TLS version; give both min and max", share.Model)
			}
		}
	}
}

// names says whether every group, and every phone, has a name of its own.
func (c *checker) names() {
	groups := make(map[string]int)
	var runs []nameRun
	for i, g := range c.with.Phones {
		if before, twice := groups[g.Name]; twice {
			c.faultIn(i, "group", "%q is the name of group %d already", g.Name, before+1)
		}
		groups[g.Name] = i
		runs = append(runs, namesOf(i, g)...)
	}
	slices.SortStableFunc(runs, func(a, b nameRun) int { return cmp.Compare(a.first, b.first) })
	for i := 1; i < len(runs); i++ {
		a, b := runs[i-1], runs[i]
		if b.first >= a.after {
			continue
		}
		later, earlier := b, a
		if later.group < earlier.group {
			later, earlier = a, b
		}
		key := "first"
		if c.with.Phones[later.group].CSV != "" {
			key = "csv"
		}
		c.faultIn(later.group, key, "%s is a phone of group %s, too; give each group names of its own",
			phone.NameFromMAC(b.first), c.with.Phones[earlier.group].Name)
		return
	}
}

// nameRun is names in a row that belong to one group.
type nameRun struct {
	group        int
	first, after uint64
}

func namesOf(i int, g Group) (runs []nameRun) {
	if len(g.Devices) == 0 {
		first := phone.Name(g.First).MAC()
		return []nameRun{{i, first, first + uint64(g.Count)}}
	}
	for _, d := range g.Devices[:min(g.Count, len(g.Devices))] {
		mac := phone.Name(d.Name).MAC()
		runs = append(runs, nameRun{i, mac, mac + 1})
	}
	return runs
}

// silent says that nobody types an authentication string that CAPF may ask for.
func (g Group) silent() bool {
	return g.AuthString == "" && g.CSV == "" && len(g.Devices) == 0 && g.LSC == LSCEnrol
}

func (c *checker) core() {
	at := c.with.Core
	for i, g := range c.with.Phones {
		if at.Where.Kind != Remote {
			if at.CAPF.Auth == cnf.CAPFString && at.CAPF.Operation != core.OperationNone && at.AuthString == "" && g.silent() {
				c.fault("core.capf.auth", "core.capf.auth: string, but neither core nor %s has an auth_string", c.s.groupPath(i, ""))
			}
			continue
		}
		for _, t := range g.Trust {
			if t.Kind == TrustStale || t.Kind == TrustOutdated {
				c.faultIn(i, "trust", "only the simulator makes %s lists; name files for %s", t.Kind, at.Where)
			}
		}
		if g.LSC.installed() {
			c.faultIn(i, "lsc", "only the simulator gives out certificates before the run; let phones enrol with %s", at.Where)
		}
	}
	if at.TFTPServers > at.Nodes {
		c.fault("core", "core.tftp.servers: %d TFTP servers on %d nodes; a node runs one", at.TFTPServers, at.Nodes)
	}
	if at.Where.Kind != Remote && at.CAPF.Auth == cnf.CAPFNone && at.CAPF.Operation != core.OperationNone && c.s.places["core.capf.auth"].Line > 0 {
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
	c.gentle()
	if times := c.with.Load.Times; times != nil && c.with.Count() > len(times) {
		c.fault("load", "load: %d phones, but %s has the starts of only %d", c.with.Count(), c.with.Load.File, len(times))
	}
	if last := c.with.Load.At(float64(max(c.with.Count()-1, 0))); last > longestLoad {
		c.fault("load", "load: the last of %d phones would start after more than a month", c.with.Count())
	}
}

// timeline holds the plan's times and names against the rest.
func (c *checker) timeline() {
	var last time.Duration
	for i, step := range c.with.Timeline {
		key := stepKey(i)
		if c.with.Core.Where.Kind == Remote && step.Action.Order.Do != "" {
			c.fault(key, "timeline: %q is for the simulator; %s is somebody else's", step.Text, c.with.Core.Where)
		}
		if !step.Settled {
			if step.At < last {
				c.fault(key, "timeline: %v is before the step above it", step.At)
			}
			last = max(last, step.At)
		}
		if name := step.Action.Who.Group; name != "" && !slices.ContainsFunc(c.with.Phones, func(g Group) bool { return g.Name == name }) {
			var names []string
			for _, g := range c.with.Phones {
				names = append(names, g.Name)
			}
			c.fault(key, "timeline: %q: there is no group %q%s", step.Text, name, phrase.DidYouMean(name, names))
		}
		if most := c.with.Core.Nodes; step.Action.Order.Node > most {
			c.fault(key, "timeline: %q: the cluster has %d nodes", step.Text, most)
		}
	}
}

// beside resolves a path of the scenario file against the file's directory.
func (s *Scenario) beside(path string) string {
	if filepath.IsAbs(path) || s.File == "" {
		return path
	}
	return filepath.Join(filepath.Dir(s.File), path)
}
