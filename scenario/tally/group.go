package tally

import (
	"cmp"
	"slices"
)

// groupCount is what the phones of a group did.
type groupCount struct {
	phones struct{ Started, Registered, Failed int }
	steps  [len(steps)]attemptCount
	boot   sparse
}

func (s *shard) group(r *Row) *groupCount {
	g := s.groups[r.Group]
	if g == nil {
		g = new(groupCount)
		s.groups[r.Group] = g
	}
	return g
}

func (g *groupCount) add(o *groupCount) {
	g.phones.Started += o.phones.Started
	g.phones.Registered += o.phones.Registered
	g.phones.Failed += o.phones.Failed
	for i := range o.steps {
		g.steps[i].add(&o.steps[i])
	}
	g.boot.Merge(&o.boot)
}

// groupResults is empty for a fleet of one nameless group.
func (s *shard) groupResults() []GroupResult {
	var results []GroupResult
	for name, g := range s.groups {
		if name == "" && len(s.groups) == 1 {
			return nil
		}
		r := GroupResult{Group: name, Started: g.phones.Started, Registered: g.phones.Registered, Failed: g.phones.Failed, Boot: g.boot.Latency()}
		for i, step := range steps {
			c := &g.steps[i]
			r.Steps = append(r.Steps, GroupStep{step, c.ok, c.failed, c.retried, c.took.Latency()})
		}
		results = append(results, r)
	}
	slices.SortFunc(results, func(a, b GroupResult) int { return cmp.Compare(a.Group, b.Group) })
	return results
}

// nodeCount is what phones met at a CallManager node.
type nodeCount struct {
	now, registrations int
	register, boot     sparse
}

func (s *shard) node(name string) *nodeCount {
	n := s.nodes[name]
	if n == nil {
		n = new(nodeCount)
		s.nodes[name] = n
	}
	return n
}

func (n *nodeCount) add(o *nodeCount) {
	n.now += o.now
	n.registrations += o.registrations
	n.register.Merge(&o.register)
	n.boot.Merge(&o.boot)
}

func (s *shard) nodeResults() []NodeResult {
	results := make([]NodeResult, 0, len(s.nodes))
	for name, n := range s.nodes {
		results = append(results, NodeResult{name, n.now, n.registrations, n.register.Latency(), n.boot.Latency()})
	}
	slices.SortFunc(results, func(a, b NodeResult) int { return cmp.Compare(a.Node, b.Node) })
	return results
}
