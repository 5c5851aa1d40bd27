package capture

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/phonebank/phonebank/phone"
)

// Choice says whose traffic is captured: the first phones and those that fail,
// or the named ones and nobody else.
type Choice struct {
	First int
	Names []phone.Name
}

// Usual is the first ten phones, and those that fail.
var Usual = Choice{First: 10}

// mostFirst bounds the phones that are captured from the start.
const mostFirst = 1000

// ParseChoice reads "20", or "SEP0011215A0001,SEP0011215A0002"; nothing is the
// usual choice.
func ParseChoice(text string) (Choice, error) {
	if text == "" {
		return Usual, nil
	}
	if n, err := strconv.Atoi(text); err == nil && len(text) < 12 {
		if n < 0 || n > mostFirst {
			return Choice{}, fmt.Errorf("%d phones; 0 to %d can be captured from the start", n, mostFirst)
		}
		return Choice{First: n}, nil
	}
	var c Choice
	for part := range strings.SplitSeq(text, ",") {
		name, err := phone.ParseName(part)
		if err != nil {
			return Choice{}, fmt.Errorf("%w; or write a number of phones", err)
		}
		c.Names = append(c.Names, name)
	}
	if len(c.Names) > mostFirst {
		return Choice{}, fmt.Errorf("%d phones are named; at most %d can be captured", len(c.Names), mostFirst)
	}
	return c, nil
}

// fate is what becomes of a phone's packets.
type fate int

const (
	ignored fate = iota // never recorded
	held                // kept in memory until it is known whether the phone fails
	spilled             // what was held is gone, for want of memory: it is cut if it fails
	chosen              // written
)

func (c Choice) fate(n int, name phone.Name) fate {
	switch {
	case slices.Contains(c.Names, name):
		return chosen
	case len(c.Names) > 0:
		return ignored
	case n < c.First:
		return chosen
	}
	return held
}
