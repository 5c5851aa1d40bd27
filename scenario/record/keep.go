package record

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/phonebank/phonebank/phone"
)

// Keep says which phones' events are written: those of every Nth phone. The
// zero value means that the size of the fleet decides.
type Keep struct {
	text  string
	every int // 0: none
}

// ParseKeep reads "all", "off" or "sample 100".
func ParseKeep(text string) (Keep, error) {
	words := strings.Fields(text)
	switch {
	case text == "all":
		return Keep{text, 1}, nil
	case text == "off":
		return Keep{text, 0}, nil
	case len(words) == 2 && words[0] == "sample":
		if n, err := strconv.Atoi(words[1]); err == nil && n > 0 {
			return Keep{text, n}, nil
		}
	}
	return Keep{}, fmt.Errorf("%q says not whose events are kept; write all, off, or sample 100 for every 100th phone", text)
}

// usual keeps about a thousand phones of a fleet.
const usual = 1000

// orUsual replaces the zero value.
func (k Keep) orUsual(phones int) Keep {
	switch {
	case k.text != "":
		return k
	case phones <= 2*usual:
		return Keep{"all", 1}
	}
	every := (phones + usual - 1) / usual
	return Keep{fmt.Sprintf("sample %d", every), every}
}

func (k Keep) String() string { return k.text }

// chosen says whether the phone is one of those that are always kept. Names
// count up in a fleet, so this is every Nth phone of it.
func (k Keep) chosen(name phone.Name) bool {
	return k.every == 1 || k.every > 1 && name.MAC()%uint64(k.every) == 0
}
