package scenario

import (
	"testing"
	"testing/synctest"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

// TestWhoeverMeetsAPhoneHearsOnlyThatPhone holds Meet to what the result says.
func TestWhoeverMeetsAPhoneHearsOnlyThatPhone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type acquaintance struct {
			who   tally.Row
			said  journal
			holds phone.Flash
		}
		met := make(map[phone.Name]*acquaintance)
		r := runInMemory(t, t.Context(), parse(t, "phones: {count: 4, model: {7965: 50%, 7940: 50%}, keys: pool 2}\nload: hold 2/s\nstay: 1s"), Options{
			Meet: func(id phone.Identity, holds phone.Flash, who tally.Row) func(phone.Record) {
				a := &acquaintance{who: who, holds: holds}
				met[id.Name] = a
				return a.said.watch
			},
		})
		if len(met) != len(r.Rows) {
			t.Fatalf("met %d of %d phones", len(met), len(r.Rows))
		}
		for _, row := range r.Rows {
			a := met[row.Name]
			if a == nil || a.who.Model != row.Model || a.holds.CTL == nil || (a.holds.ITL == nil) != (row.Model == "7940") {
				t.Fatalf("%s: met as %+v", row.Name, a)
			}
			registered := 0
			for _, said := range a.said.records {
				if said.Phone != row.Name {
					t.Fatalf("%s: heard %s", row.Name, said.Phone)
				}
				if _, ok := said.Event.(phone.Registered); ok {
					registered++
				}
			}
			if registered != row.Registrations {
				t.Errorf("%s: heard %d registrations of %d", row.Name, registered, row.Registrations)
			}
		}
	})
}
