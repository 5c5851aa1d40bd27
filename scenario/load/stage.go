package load

import (
	"fmt"
	"math"
	"time"
)

// Stage is a straight piece of the rate curve, or a burst: a step of the area
// under it that takes no time.
type Stage struct {
	From, To Rate
	For      time.Duration // zero: without end, and then From and To are equal
	Burst    int           // phones that start at once; then the other fields are zero
}

// Everybody is the Burst of a stage that starts all phones that are left.
const Everybody = math.MaxInt32

// String returns the stage as a sentence of a schedule.
func (s Stage) String() string {
	switch {
	case s.Burst == Everybody:
		return "all at once"
	case s.Burst > 0:
		return fmt.Sprintf("burst %d", s.Burst)
	case s.For == 0:
		return fmt.Sprintf("hold %v", s.From)
	case s.From == s.To:
		return fmt.Sprintf("hold %v for %v", s.From, s.For)
	default:
		return fmt.Sprintf("ramp %v to %v over %v", s.From, s.To, s.For)
	}
}

// endless says that no stage can come after this one.
func (s Stage) endless() bool { return math.IsInf(s.area(), 1) || s.For == 0 && s.Burst == 0 }

// area is how many phones the whole stage starts.
func (s Stage) area() float64 {
	switch {
	case s.Burst == Everybody:
		return math.Inf(1)
	case s.Burst > 0:
		return float64(s.Burst)
	case s.For > 0:
		return (float64(s.From) + float64(s.To)) / 2 * s.For.Seconds()
	case s.From > 0:
		return math.Inf(1)
	}
	return 0
}

// reach is when, in seconds from the start of the stage, the area under it
// reaches n: the root of  From·t + (To-From)/(2·For)·t² = n,  in the form that
// loses no digits when the ramp is nearly flat or starts at zero.
func (s Stage) reach(n float64) float64 {
	if n <= 0 || s.Burst > 0 {
		return 0
	}
	from := float64(s.From)
	if s.From == s.To {
		return n / from
	}
	slope := (float64(s.To) - from) / s.For.Seconds()
	return 2 * n / (from + math.Sqrt(max(from*from+2*slope*n, 0)))
}
