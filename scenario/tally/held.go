package tally

import (
	"cmp"
	"slices"
)

// heldList is a list, or none, that phones held at power-on.
type heldList struct{ trust, sha1 string }

// heldCount is the phones that held one list, and those of them that no longer
// do.
type heldCount struct{ phones, replaced int }

func (s *shard) held(r *Row, kind int) *heldCount {
	key := heldList{r.Trust, r.Held[kind]}
	c := s.holds[kind][key]
	if c == nil {
		c = new(heldCount)
		s.holds[kind][key] = c
	}
	return c
}

// replacedList counts a phone whose held list has changed for the first time.
func (s *shard) replacedList(r *Row, kind int) {
	r.replaced[kind] = true
	s.held(r, kind).replaced++
	mine := &s.group(r).lists[kind]
	mine.replaced++
	if r.Held[kind] == "" {
		mine.none--
	}
}

// refusedList counts a phone that has refused a list for the first time.
func (s *shard) refusedList(r *Row, kind int) {
	r.refused[kind] = true
	s.group(r).lists[kind].refused++
}

func (s *shard) heldResults(kind int) []HeldResult {
	results := make([]HeldResult, 0, len(s.holds[kind]))
	for list, c := range s.holds[kind] {
		results = append(results, HeldResult{Trust: list.trust, SHA1: list.sha1, Phones: c.phones, Kept: c.phones - c.replaced})
	}
	slices.SortFunc(results, func(a, b HeldResult) int {
		return cmp.Or(b.Phones-a.Phones, cmp.Compare(a.Trust, b.Trust), cmp.Compare(a.SHA1, b.SHA1))
	})
	return results
}

// theOne is the list that all phones with a list held.
func theOne(held []HeldResult) (sum string, same bool) {
	for _, h := range held {
		switch {
		case h.SHA1 == "" || h.SHA1 == sum:
		case sum != "":
			return "", false
		default:
			sum = h.SHA1
		}
	}
	return sum, true
}
