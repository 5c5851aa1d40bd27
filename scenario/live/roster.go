package live

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/phonebank/phonebank/phone"
)

// roster is every phone that was switched on, in that order.
type roster struct {
	mu     sync.RWMutex
	all    []*sighting
	byName map[phone.Name]*sighting
}

func newRoster(phones int) *roster {
	return &roster{byName: make(map[phone.Name]*sighting, phones)}
}

func (r *roster) add(s *sighting) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, s)
	r.byName[s.name] = s
}

func (r *roster) find(name phone.Name) *sighting {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.byName[name]
}

// now is the phones of this moment. The slice is only ever appended to.
func (r *roster) now() []*sighting {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.all
}

// count says how many phones are in each state.
func (r *roster) count() map[State]int {
	counts := make(map[State]int)
	for _, s := range r.now() {
		s.mu.Lock()
		counts[s.state]++
		s.mu.Unlock()
	}
	return counts
}

// Query is what is asked of the list of phones. Empty fields ask for nothing.
type Query struct {
	Search  string // part of a name or of an address, in either case
	State   string
	Model   string
	Group   string
	Cause   string // "ctl untrusted", or "untrusted" at any step
	Message string // a status message that the phone has shown, such as "Trust List Update Failed"
	Offset  int
	Limit   int
}

// Listing is a page of the list of phones.
type Listing struct {
	Started  int        `json:"started"`  // phones that were switched on
	Matching int        `json:"matching"` // of them, those that were asked for
	Offset   int        `json:"offset"`
	Phones   []PhoneRow `json:"phones"`

	States   map[string]int `json:"states"` // of all phones: what can be asked for, and how many there are
	Models   map[string]int `json:"models"`
	Groups   map[string]int `json:"groups"`
	Causes   map[string]int `json:"causes"`
	Messages map[string]int `json:"messages"`
}

// PhoneRow is a phone in the list.
type PhoneRow struct {
	Name    phone.Name `json:"name"`
	Model   string     `json:"model"`
	Group   string     `json:"group,omitempty"`
	Address string     `json:"address,omitempty"`
	State   State      `json:"state"`
	Since   time.Time  `json:"since"`
	Step    phone.Step `json:"step,omitempty"` // under way
	Node    string     `json:"node,omitempty"` // registered with
	Cause   string     `json:"cause,omitempty"`
	Message string     `json:"message,omitempty"` // the newest status message
}

// list answers a query.
func (r *roster) list(q Query) Listing {
	l := Listing{
		Offset: q.Offset, Phones: []PhoneRow{}, States: make(map[string]int), Models: make(map[string]int),
		Groups: make(map[string]int), Causes: make(map[string]int), Messages: make(map[string]int),
	}
	search := strings.ToUpper(strings.TrimSpace(q.Search))
	for _, s := range r.now() {
		s.mu.Lock()
		l.take(s, q, search)
		s.mu.Unlock()
	}
	return l
}

// take counts one phone, and lists it if it is on the page. The caller holds
// its lock.
func (l *Listing) take(s *sighting, q Query, search string) {
	l.Started++
	cause := s.cause()
	l.States[string(s.state)]++
	l.Models[s.model.Name]++
	if s.group != "" {
		l.Groups[s.group]++
	}
	if cause != "" {
		l.Causes[cause]++
	}
	shown := false
	said := make([]text, 0, 4)
	for _, m := range s.messages.all() {
		if slices.Contains(said, m.text) {
			continue
		}
		said = append(said, m.text)
		words := m.text.anyone()
		l.Messages[words]++
		shown = shown || words == q.Message
	}
	_, only, _ := strings.Cut(cause, " ")
	if q.State != "" && q.State != string(s.state) || q.Model != "" && q.Model != s.model.Name || q.Group != "" && q.Group != s.group ||
		q.Cause != "" && q.Cause != cause && q.Cause != only || q.Message != "" && !shown ||
		search != "" && !strings.Contains(string(s.name), search) && !strings.Contains(strings.ToUpper(s.address), search) {
		return
	}
	if n := l.Matching; n >= q.Offset && n < q.Offset+q.Limit {
		l.Phones = append(l.Phones, s.row(cause))
	}
	l.Matching++
}

func (s *sighting) row(cause string) PhoneRow {
	row := PhoneRow{Name: s.name, Model: s.model.Name, Group: s.group, Address: s.address, State: s.state, Since: s.since, Cause: cause}
	if s.state == Booting || s.state == Unregistered {
		row.Step = s.step
	}
	if s.state == Registered {
		row.Node = s.link.Node
	}
	if m, ok := s.messages.newest(); ok {
		row.Message = m.text.of(s.name)
	}
	return row
}
