package scenario

import (
	"fmt"
	"strconv"
)

// PreflightError says why a run would fail on this machine, and what to do.
type PreflightError struct{ Problem, Fix string }

// Error returns the problem and what to do about it.
func (e *PreflightError) Error() string { return e.Problem + "; " + e.Fix }

// reserve is what a process has open besides phones: logs, files, listeners.
const reserve = 100

// Need is how much of a machine a fleet takes.
type Need struct {
	Generator int // descriptors of the process with the phones
	Core      int // descriptors of the simulator's process; the same one when embedded
	Ports     int // source ports on the busiest source address
}

// Need counts what the scenario takes when its core is at the given place:
// a connection a phone, two with a stand-by link or while phones look for a
// node to fail back to, and the transfers under way.
func (s *Scenario) Need(where WhereKind, m Machine) Need {
	with := s.withDefaults()
	phones, links := with.Count(), with.links()
	need := Need{Generator: links + with.Limits.Transfers + reserve, Ports: links}
	switch where {
	case Embedded:
		need.Generator += links + with.Limits.Transfers + with.Core.Nodes*4
		need.Core = need.Generator
	case Local:
		need.Core = links + with.Limits.Transfers + with.Core.Nodes*4 + reserve
	}
	if m.Spread && (where != Remote || with.Core.Where.loopback()) {
		need.Ports = (links + sources(phones) - 1) / sources(phones)
	}
	return need
}

// links is how many connections the fleet has open at the same time.
func (s *Scenario) links() int {
	links := 0
	for _, g := range s.Phones {
		links += g.size() * s.linksPerPhone(g)
	}
	return links
}

func (s *Scenario) linksPerPhone(g Group) int {
	if g.Standby {
		return 2
	}
	for _, fault := range s.Core.Faults {
		if fault.Fault == "stop" && s.Core.Nodes > 1 {
			return 2
		}
	}
	return 1
}

// Preflight says where the core of the scenario can be on this machine: where
// it was asked for, or in a process of its own (note says why) when the two
// would not fit into one and children says that there can be such a process.
// The error is a *PreflightError.
func (s *Scenario) Preflight(m Machine, children bool) (where WhereKind, note string, err error) {
	where = s.withDefaults().Core.Where.Kind
	problem := s.lacks(where, m)
	if problem == nil {
		return where, "", nil
	}
	if where == Embedded && children && s.lacks(Local, m) == nil {
		return Local, "the core runs in a process of its own: " + problem.Problem, nil
	}
	if where == Embedded && s.lacks(Local, m) == nil {
		problem.Fix = "run the core in a process of its own (--core local), or " + problem.Fix
	}
	return where, "", problem
}

// lacks says what is missing for the scenario with its core at the given place.
func (s *Scenario) lacks(where WhereKind, m Machine) *PreflightError {
	need, with := s.Need(where, m), s.withDefaults()
	most := s.most(where, m)
	if have := m.Descriptors; have > 0 && uint64(max(need.Generator, need.Core)) > have {
		return &PreflightError{
			fmt.Sprintf("%s phones need %s open descriptors in one process, and %s are allowed",
				thousands(with.Count()), thousands(max(need.Generator, need.Core)), thousands(int(have))),
			fmt.Sprintf("raise the limit (ulimit -n %d), or start at most %s phones", max(need.Generator, need.Core), thousands(most)),
		}
	}
	if need.Ports > m.Ports {
		return &PreflightError{
			fmt.Sprintf("%s connections from one source address need as many ports, and the system gives %s",
				thousands(need.Ports), thousands(m.Ports)),
			fmt.Sprintf("widen net.ipv4.ip_local_port_range, or start at most %s phones", thousands(most)),
		}
	}
	return nil
}

// most is the largest fleet of the scenario's kind that fits.
func (s *Scenario) most(where WhereKind, m Machine) int {
	low, high := 0, maxPhones
	for low < high {
		smaller, middle := *s, (low+high+1)/2
		smaller.Phones = s.scaled(middle)
		need := smaller.Need(where, m)
		if m.Descriptors > 0 && uint64(max(need.Generator, need.Core)) > m.Descriptors || need.Ports > m.Ports {
			high = middle - 1
		} else {
			low = middle
		}
	}
	return low
}

// Capacity is how many phones of the usual kind this machine carries with the
// core at the given place.
func (m Machine) Capacity(where WhereKind) int {
	return new(Scenario).most(where, m)
}

// thousands writes 20000 as 20,000.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
