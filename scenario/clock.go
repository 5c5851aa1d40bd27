package scenario

import (
	"strings"
	"time"

	"github.com/phonebank/phonebank/scenario/internal/phrase"
	"github.com/phonebank/phonebank/scenario/timeline"
)

// Clock is what a clock shows that is not right: so much more or less than the
// true time, or a date at the start of the run. The zero value is right.
type Clock struct {
	By   time.Duration
	Date time.Time // zero: By counts
}

// offset is how far the clock is off, now.
func (c Clock) offset(now time.Time) time.Duration {
	if c.Date.IsZero() {
		return c.By
	}
	return c.Date.Sub(now).Round(time.Second)
}

// parseClock reads a date, "2031-06-01", or a span, "5y" or "-30d".
func parseClock(text string) (Clock, error) {
	if date, err := time.Parse(time.DateOnly, text); err == nil {
		return Clock{Date: date}, nil
	}
	by, err := timeline.ParseSpan(text)
	if err != nil && strings.Count(text, "-") == 2 {
		err = phrase.Faultf(0, "%q is no date; write it like 2031-06-01", text)
	}
	return Clock{By: by}, err
}

// lifetime reads how long a certificate is good.
func lifetime(text string) (time.Duration, error) {
	d, err := timeline.ParseSpan(text)
	if err == nil && d < time.Minute {
		err = phrase.Faultf(0, "%q is too short a life for a certificate; write it like 5y, 90d or 12h", text)
	}
	return d, err
}
