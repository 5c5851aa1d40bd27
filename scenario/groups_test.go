package scenario

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

func TestEveryPrefixOfAFleetHasItsGroups(t *testing.T) {
	groups := []Group{{Count: 600}, {Count: 301}, {Count: 99}, {Count: 1}}
	order := interleave(groups)
	given := make([]int, len(groups))
	for n, m := range order {
		if int(m.place) != given[m.group] {
			t.Fatalf("phone %d is %d of its group, want %d", n, m.place, given[m.group])
		}
		given[m.group]++
		for i, g := range groups {
			share := float64(g.Count) * float64(n+1) / float64(len(order))
			if strays := float64(given[i]) - share; strays > 1.000001 || strays < -1.000001 {
				t.Fatalf("after %d phones there are %d of group %d, want %v", n+1, given[i], i, share)
			}
		}
	}
	for i, g := range groups {
		if given[i] != g.Count {
			t.Errorf("group %d has %d phones, want %d", i, given[i], g.Count)
		}
	}
}

func TestGroupsKeepTheirProportions(t *testing.T) {
	for title, c := range map[string]struct {
		counts []int
		phones int
		want   string
	}{
		"half":                 {[]int{600, 300, 100}, 500, "[300 150 50]"},
		"remainders go round":  {[]int{1, 1, 1}, 10, "[4 3 3]"},
		"each keeps one":       {[]int{1000, 1, 1}, 10, "[8 1 1]"},
		"as many as groups":    {[]int{1000, 10, 1}, 3, "[1 1 1]"},
		"more":                 {[]int{2, 1}, 200_000, "[133333 66667]"},
		"one group":            {[]int{7}, 3, "[3]"},
		"fewer than groups":    {[]int{5, 3, 1}, 2, "[1 1 0]"},
		"a fleet of no phones": {nil, 4, "[4]"},
	} {
		var s Scenario
		for _, n := range c.counts {
			s.Phones = append(s.Phones, Group{Count: n})
		}
		var got []int
		for _, g := range s.scaled(c.phones) {
			got = append(got, g.Count)
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v scaled to %d is %v, want %s", title, c.counts, c.phones, got, c.want)
		}
		for i, n := range c.counts {
			if s.Phones[i].Count != n {
				t.Errorf("%s: the scenario itself has changed", title)
			}
		}
	}
	s := parse(t, "phones: [{count: 5}, {count: 5}]")
	if err := s.Override(Overrides{Phones: 1}); err == nil || err.Error() != "--phones: the scenario has 2 groups, and each needs a phone" {
		t.Errorf("got %v", err)
	}
}

func TestTrustIsMixedApartFromModels(t *testing.T) {
	text := "seed: 3\nphones: {count: 1000, model: {7965: 90%, 7940: 10%}, trust: {held: 90%, stale: 10%}}"
	f := fleetOf(t, parse(t, text))
	g := f.groups[0]
	stale, both := 0, 0
	for n := range f.count() {
		if g.trust.of(n) == 1 {
			stale++
			if g.model(n).Name == "7940" {
				both++
			}
		}
		if (n+1)%10 == 0 && stale != (n+1)/10 {
			t.Fatalf("%d of the first %d phones are stale", stale, n+1)
		}
	}
	if both < 2 || both > 30 {
		t.Errorf("%d of 100 stale phones are 7940s, want about 10", both)
	}
	if again := fleetOf(t, parse(t, text)).groups[0].trust; *again != *g.trust {
		t.Error("the same seed mixes differently")
	}
	if other := fleetOf(t, parse(t, strings.Replace(text, "3", "4", 1))).groups[0].trust; *other == *g.trust {
		t.Error("another seed mixes alike")
	}
}

func TestGroupsInOneFleet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, `
phones:
  - {group: office, count: 6, trust: {held: 50%, none: 50%}, keys: pool 2, auth_string: "11"}
  - {group: old, count: 3, model: 7940, trust: stale, lsc: installed, keys: pool 2}
  - {group: lobby, count: 3, first: SEP00AA00000001, lsc: none}
core: {capf: {auth: string}}
load: hold 10/s
`)
		var said journal
		r := runInMemory(t, t.Context(), s, Options{Watch: said.watch})
		lists := func(keptCTL, newCTL, keptITL, newITL, noITL int) []tally.GroupList {
			return []tally.GroupList{{List: "CTL", Kept: keptCTL, Replaced: newCTL}, {List: "ITL", Kept: keptITL, Replaced: newITL, None: noITL}}
		}
		want := []tally.GroupResult{
			{Group: "office", Phones: tally.Phones{Planned: 6, Started: 6, Registered: 6, RegisteredAtEnd: 6}, Lists: lists(3, 3, 3, 3, 0)},
			{Group: "old", Phones: tally.Phones{Planned: 3, Started: 3, Registered: 3, RegisteredAtEnd: 3}, Lists: lists(0, 3, 0, 0, 3)},
			{Group: "lobby", Phones: tally.Phones{Planned: 3, Started: 3, Registered: 3, RegisteredAtEnd: 3}, Lists: lists(3, 0, 3, 0, 0)},
		}
		for i := range r.Groups {
			r.Groups[i].Steps, r.Groups[i].Boot = nil, tally.Latency{}
		}
		if diff := cmp.Diff(want, r.Groups); diff != "" {
			t.Error(diff)
		}
		var trust []string
		for _, h := range r.Lists[0].Held {
			trust = append(trust, fmt.Sprint(h.Trust, " ", h.Phones, " ", h.Kept, " ", h.SHA1 != ""))
		}
		if diff := cmp.Diff([]string{"held 6 6 true", "none 3 0 false", "stale 3 0 true"}, trust); diff != "" {
			t.Error(diff)
		}
		issued := make(map[phone.Name]bool)
		for _, e := range said.records {
			if _, ok := e.Event.(phone.CertificateIssued); ok {
				issued[e.Phone] = true
			}
		}
		for _, row := range r.Rows {
			if issued[row.Name] != (row.Group == "office") {
				t.Errorf("%s of %s: certificate issued: %v", row.Name, row.Group, issued[row.Name])
			}
			if strings.HasPrefix(string(row.Name), "SEP00AA") != (row.Group == "lobby") {
				t.Errorf("%s is of group %s", row.Name, row.Group)
			}
		}
		if got := r.Rows[3].Group + r.Rows[0].Group; got == "officeoffice" && r.Rows[1].Group == "office" {
			t.Error("the groups do not start interleaved")
		}
	})
}
