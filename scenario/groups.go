package scenario

import (
	"cmp"
	"slices"

	"github.com/phonebank/phonebank/scenario/tally"
)

// Count is how many phones the scenario has, all groups together. Where nobody
// says, there is one for each time of the load.
func (s *Scenario) Count() int {
	if total := sizes(s.Phones); total > 0 {
		return total
	}
	return len(s.Load.Times)
}

func sizes(groups []Group) (total int) {
	for _, g := range groups {
		total += g.size()
	}
	return total
}

func (g Group) size() int {
	if g.Count == 0 {
		return len(g.Devices)
	}
	return g.Count
}

// member is a phone's place in its group.
type member struct{ group, place int32 }

// interleave puts the phones of all groups in one order, so that every prefix
// of the fleet has each group's share of phones, to within one: the next phone
// is of the group that is furthest behind.
//
//	60 office, 30 lobby, 10 lab:   office lobby office office lobby office office lab …
func interleave(groups []Group) []member {
	total := 0
	for _, g := range groups {
		total += g.Count
	}
	order := make([]member, total)
	given := make([]int32, len(groups))
	for n := range order {
		best, behind := 0, 0.0
		for i, g := range groups {
			if lack := float64(g.Count)*float64(n+1)/float64(total) - float64(given[i]); lack > behind+1e-9 {
				best, behind = i, lack
			}
		}
		order[n] = member{int32(best), given[best]}
		given[best]++
	}
	return order
}

// scaled returns the groups with n phones in all, in the proportions they have
// now. Each keeps at least one phone, if there are enough.
func (s *Scenario) scaled(n int) []Group {
	groups := slices.Clone(s.Phones)
	if len(groups) == 0 {
		groups = make([]Group, 1)
	}
	total := sizes(groups)
	if total == 0 {
		groups[0].Count = n
		return groups
	}
	type remainder struct{ group, rest int }
	var rests []remainder
	left := n
	for i, g := range groups {
		share := g.size() * n
		groups[i].Count = share / total
		left -= groups[i].Count
		rests = append(rests, remainder{i, share % total})
	}
	slices.SortStableFunc(rests, func(a, b remainder) int { return cmp.Compare(b.rest, a.rest) })
	for _, r := range rests[:left] {
		groups[r.group].Count++
	}
	for i := range groups {
		largest := 0
		for k := range groups {
			if groups[k].Count > groups[largest].Count {
				largest = k
			}
		}
		if groups[i].Count == 0 && groups[largest].Count > 1 {
			groups[i].Count, groups[largest].Count = 1, groups[largest].Count-1
		}
	}
	return groups
}

// plans tells the tally which groups there are.
func (s *Scenario) plans() []tally.GroupPlan {
	plans := make([]tally.GroupPlan, len(s.Phones))
	for i, g := range s.Phones {
		plans[i] = tally.GroupPlan{Name: g.Name, Planned: g.Count}
	}
	return plans
}
