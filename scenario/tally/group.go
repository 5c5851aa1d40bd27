package tally

import (
	"cmp"
	"slices"
)

// groupCount is what the phones of a group did.
type groupCount struct {
	phones Phones // RegisteredAtEnd: now
	steps  [len(steps)]attemptCount
	boot   sparse
	lists  [2]struct{ replaced, refused, none int } // phones, by what they hold now
}

// GroupPlan is a group of phones before the run.
type GroupPlan struct {
	Name    string
	Planned int
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
	g.phones.RegisteredAtEnd += o.phones.RegisteredAtEnd
	for i := range o.steps {
		g.steps[i].add(&o.steps[i])
	}
	g.boot.Merge(&o.boot)
	for i := range o.lists {
		g.lists[i].replaced += o.lists[i].replaced
		g.lists[i].refused += o.lists[i].refused
		g.lists[i].none += o.lists[i].none
	}
}

// groupResults has the groups of the plan in its order, then those it does not
// know. It is empty for a fleet of one nameless group.
func (s *shard) groupResults(plans []GroupPlan) []GroupResult {
	var strangers []GroupPlan
	for name := range s.groups {
		if !slices.ContainsFunc(plans, func(p GroupPlan) bool { return p.Name == name }) {
			strangers = append(strangers, GroupPlan{Name: name})
		}
	}
	slices.SortFunc(strangers, func(a, b GroupPlan) int { return cmp.Compare(a.Name, b.Name) })
	plans = slices.Concat(plans, strangers)
	if len(plans) == 1 && plans[0].Name == "" {
		return nil
	}
	var results []GroupResult
	for _, plan := range plans {
		results = append(results, s.group(&Row{Group: plan.Name}).result(plan))
	}
	return results
}

func (g *groupCount) result(plan GroupPlan) GroupResult {
	r := GroupResult{Group: plan.Name, Phones: g.phones, Boot: g.boot.Latency()}
	r.Planned = max(plan.Planned, r.Started)
	for i, step := range steps {
		c := &g.steps[i]
		r.Steps = append(r.Steps, GroupStep{step, c.ok, c.failed, c.retried, c.took.Latency()})
	}
	for i, l := range g.lists {
		r.Lists = append(r.Lists, GroupList{
			List: listNames[i], Kept: r.Started - l.replaced - l.none, Replaced: l.replaced, None: l.none, Refused: l.refused,
		})
	}
	return r
}

// nodeCount is what phones met at a CallManager node.
type nodeCount struct {
	srst               bool
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
	n.srst = n.srst || o.srst
	n.now += o.now
	n.registrations += o.registrations
	n.register.Merge(&o.register)
	n.boot.Merge(&o.boot)
}

func (s *shard) nodeResults() []NodeResult {
	results := make([]NodeResult, 0, len(s.nodes))
	for name, n := range s.nodes {
		results = append(results, NodeResult{name, n.srst, n.now, n.registrations, n.register.Latency(), n.boot.Latency()})
	}
	slices.SortFunc(results, func(a, b NodeResult) int { return cmp.Compare(a.Node, b.Node) })
	return results
}
