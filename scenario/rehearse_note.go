package scenario

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/phonebank/phonebank/scenario/tally"
	"github.com/phonebank/phonebank/wire/ctl"
)

// note writes down how the phones stand after the step that was taken last.
func (h *rehearsal) note(ctx context.Context) {
	seats := h.started()
	step := h.last
	step.Groups = []tally.PlanGroup{}
	var served [maxClusters][2]*ctl.List
	for cluster := range served {
		served[cluster] = h.served(ctx, cluster, seats)
	}
	for _, name := range groupsOf(seats) {
		g := tally.PlanGroup{Group: name, Needs: []tally.Need{}}
		for _, s := range seats {
			if s.group == name {
				s.count(&g, served[h.moved[s.n].Load()])
			}
		}
		slices.SortStableFunc(g.Needs, func(a, b tally.Need) int { return cmp.Compare(b.Phones, a.Phones) })
		step.Groups = append(step.Groups, g)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.plan = append(h.plan, step)
}

// outcome is what came of the steps so far.
func (h *rehearsal) outcome() []tally.PlanStep {
	if h == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.plan)
}

// groupsOf are the groups of phones in the order of their first ones.
func groupsOf(seats []*seat) (names []string) {
	for _, s := range seats {
		if !slices.Contains(names, s.group) {
			names = append(names, s.group)
		}
	}
	return names
}

// count adds the phone to its group, and begins the next step for it.
func (s *seat) count(g *tally.PlanGroup, served [2]*ctl.List) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.Phones++
	g.Off += btoi(!s.on)
	g.Registered += btoi(s.registered)
	g.ListsUpdated += btoi(s.updated)
	s.updated = false
	g.ListsKept.CTL += btoi(old(s.held[0], served[0]))
	g.ListsKept.ITL += btoi(old(s.held[1], served[1]))
	trouble := s.trouble()
	if trouble == nil {
		return
	}
	g.LockedOut++
	i := slices.IndexFunc(g.Needs, func(n tally.Need) bool { return n.Need == trouble.need })
	if i < 0 {
		i = len(g.Needs)
		g.Needs = append(g.Needs, tally.Need{Need: trouble.need, Hands: trouble.hands, Reason: trouble.reason, Phone: s.phone.Name()})
	}
	g.Needs[i].Phones++
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// old says that a phone holds a list and TFTP serves another.
func old(held, served *ctl.List) bool { return held != nil && served != nil && !held.Equal(served) }

// served are the lists that the TFTP servers of a cluster, from 0, serve to the
// first phone now, nil where they serve none or do not answer.
func (h *rehearsal) served(ctx context.Context, cluster int, seats []*seat) (lists [2]*ctl.List) {
	if len(seats) == 0 || cluster > 0 && h.run.place.other == nil {
		return lists
	}
	name := string(seats[0].phone.Name())
	files := h.run.filesOf(cluster+1, h.run.fleet.identity(seats[0].n), nil)
	ctx, cancel := context.WithTimeout(ctx, servedLimit)
	defer cancel()
	for i, names := range [][]string{{"CTL" + name + ".tlv"}, {"ITL" + name + ".tlv", "ITLFile.tlv"}} {
		file, err := fetchFirst(ctx, files, names)
		if err != nil {
			continue
		}
		if list, err := ctl.Parse(file); err == nil {
			lists[i] = list
		}
	}
	return lists
}

// servedLimit is how long TFTP has to say what it serves.
const servedLimit = 10 * time.Second
