package load

import (
	"strconv"
	"strings"

	"github.com/phonebank/phonebank/scenario/internal/phrase"
)

// Rate is a number of phones that start per second.
type Rate float64

// maxRate is beyond what any machine starts, and keeps areas exact enough.
const maxRate = 1_000_000

// ParseRate reads "200/s", "90/m" or "1000/h".
func ParseRate(text string) (Rate, error) {
	digits, unit, found := strings.Cut(text, "/")
	value, err := phrase.Number(digits)
	switch {
	case err != nil:
		return 0, phrase.Faultf(0, "%q is no rate; write it like 200/s", text)
	case !found:
		return 0, phrase.Faultf(0, "%q has no unit; write %s/s", text, text)
	}
	switch unit {
	case "s":
	case "m":
		value /= 60
	case "h":
		value /= 3600
	default:
		return 0, phrase.Faultf(len(digits)+1, "%q is no unit of a rate; write /s, /m or /h", unit)
	}
	if value > maxRate {
		return 0, phrase.Faultf(0, "%q is more than %d/s", text, maxRate)
	}
	return Rate(value), nil
}

// String returns the rate as ParseRate reads it, in phones per second.
func (r Rate) String() string { return strconv.FormatFloat(float64(r), 'g', -1, 64) + "/s" }
