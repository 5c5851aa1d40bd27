package scenario

import (
	"cmp"
	"math/rand/v2"

	"github.com/phonebank/phonebank/phone"
)

// mix assigns kinds to the phones of a group so that every prefix of it has
// each kind's share, to within one phone: the next phone gets the kind that is
// furthest behind.
//
//	60 % 7965, 10 % 7940, 30 % 8945:   7965 8945 7965 7965 7965 8945 7940 …
//
// The assignment repeats after a thousand phones, so it is a table.
type mix [mixLength]uint16

const mixLength = 1000

func newMix(percents []float64) *mix {
	var m mix
	given := make([]float64, len(percents))
	for n := range m {
		best, behind := 0, 0.0
		for i, percent := range percents {
			if lack := percent/100*float64(n+1) - given[i]; lack > behind+1e-9 {
				best, behind = i, lack
			}
		}
		given[best]++
		m[n] = uint16(best)
	}
	return &m
}

// of returns the kind of phone n.
func (m *mix) of(n int) int { return int(m[n%mixLength]) }

// shuffled is the mix with every ten phones in an order of the seed's. Of two
// mixes for the same phones, such as models and trust, one is shuffled: else
// the tenth of one kind would be the tenth of the other.
func (m *mix) shuffled(seed uint64) *mix {
	const block = 10
	s := *m
	random := rand.New(rand.NewPCG(seed, mixLength))
	for at := 0; at < len(s); at += block {
		part := s[at : at+block]
		random.Shuffle(block, func(i, k int) { part[i], part[k] = part[k], part[i] })
	}
	return &s
}

func (g Group) modelMix() *mix {
	percents := make([]float64, len(g.Models))
	for i, share := range g.Models {
		percents[i] = share.Percent
	}
	return newMix(percents)
}

func (g Group) trustMix(seed uint64) *mix {
	percents := make([]float64, len(g.Trust))
	for i, trust := range g.Trust {
		percents[i] = cmp.Or(trust.Percent, 100)
	}
	return newMix(percents).shuffled(seed)
}

// overridden is a model with what the group changes about it.
func overridden(name string, g Group) (*phone.Model, error) {
	known, err := phone.FindModel(name)
	if err != nil || g.TLSMin == 0 && g.TLSMax == 0 {
		return known, err
	}
	m := *known
	if g.TLSMin != 0 {
		m.TLSMin = g.TLSMin
		m.TLSMax = max(m.TLSMax, g.TLSMin)
	}
	if g.TLSMax != 0 {
		m.TLSMax = g.TLSMax
	}
	return &m, nil
}
