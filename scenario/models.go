package scenario

import (
	"github.com/phonebank/phonebank/phone"
)

// mix assigns models to phones so that every prefix of the fleet has each
// model's share, to within one phone: phone n gets the model that is furthest
// behind.
//
//	60 % 7965, 10 % 7940, 30 % 8945:   7965 8945 7965 7965 7965 8945 7940 …
//
// The assignment repeats after a thousand phones, so it is a table.
type mix [mixLength]uint16

const mixLength = 1000

func newMix(shares []Share) *mix {
	var m mix
	given := make([]float64, len(shares))
	for n := range m {
		best, behind := 0, 0.0
		for i, share := range shares {
			if lack := share.Percent/100*float64(n+1) - given[i]; lack > behind+1e-9 {
				best, behind = i, lack
			}
		}
		given[best]++
		m[n] = uint16(best)
	}
	return &m
}

// of returns the place of phone n's model among the shares.
func (m *mix) of(n int) int { return int(m[n%mixLength]) }

// overridden is a model with what the fleet changes about it.
func overridden(name string, p Phones) (*phone.Model, error) {
	known, err := phone.FindModel(name)
	if err != nil || p.TLSMin == 0 && p.TLSMax == 0 {
		return known, err
	}
	m := *known
	if p.TLSMin != 0 {
		m.TLSMin = p.TLSMin
		m.TLSMax = max(m.TLSMax, p.TLSMin)
	}
	if p.TLSMax != 0 {
		m.TLSMax = p.TLSMax
	}
	return &m, nil
}
