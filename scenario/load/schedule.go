package load

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"time"
)

// Arrivals says how phones keep to the rate.
type Arrivals string

// How phones keep to the rate.
const (
	Constant Arrivals = "constant" // evenly spaced; the zero value means this
	Poisson  Arrivals = "poisson"  // at random, independent of each other
)

// Schedule is a whole load shape. The last stage repeats for as long as phones
// are left to start. Add builds one from sentences.
type Schedule struct {
	Stages   []Stage
	Arrivals Arrivals
	Seed     uint64 // decides the gaps of Poisson arrivals

	// Booting, in place of stages, closes the loop: as many phones boot at any
	// time, and the next starts when one has registered or given up. Then the
	// core sets the rate, and a slow one is asked less.
	Booting int
	// Times, in place of stages, is when each phone starts; File is where they
	// are read from.
	Times []time.Duration
	File  string
}

// IsZero says that nothing was said about the load.
func (s Schedule) IsZero() bool {
	return len(s.Stages) == 0 && s.Booting == 0 && s.File == "" && s.Times == nil
}

// StageError says which stage of a schedule cannot be.
type StageError struct {
	Stage   int // index
	Problem string
}

// Error returns "stage 2: …", counting from 1.
func (e *StageError) Error() string { return fmt.Sprintf("stage %d: %s", e.Stage+1, e.Problem) }

// Check says whether every phone that is asked of the schedule gets its start.
// An error about one stage is a *StageError.
func (s Schedule) Check() error {
	if s.Booting > 0 || s.File != "" || s.Times != nil {
		if s.Arrivals == Poisson {
			return errors.New("poisson arrivals need a rate; leave arrivals out")
		}
		return nil
	}
	if len(s.Stages) == 0 {
		return errors.New("no stage: no phone would ever start")
	}
	last := len(s.Stages) - 1
	for i, stage := range s.Stages {
		switch {
		case i < last && stage.Burst == Everybody:
			return &StageError{i, fmt.Sprintf("%q leaves nobody for the stages after it", stage)}
		case i == last && stage.Burst > 0 && stage.Burst < Everybody:
			return &StageError{i, fmt.Sprintf("%q is the last stage; say when the others come, or write all at once", stage)}
		case i < last && stage.endless():
			return &StageError{i, fmt.Sprintf("%q never ends, so the stages after it never come; give it a duration (for 1m)", stage)}
		case i == last && stage.area() == 0:
			return &StageError{i, fmt.Sprintf("%q is the last stage and starts nobody, so phones would be left over", stage)}
		}
	}
	return nil
}

// At returns when the area under the rate curve reaches n: the start of phone n
// (counting from 0) with constant arrivals. The schedule must pass Check. It is
// zero where Booting decides, and while the Times of a File are not read.
func (s Schedule) At(n float64) time.Duration {
	switch {
	case len(s.Stages) == 0 && len(s.Times) == 0:
		return 0
	case len(s.Times) > 0:
		return s.Times[min(int(n), len(s.Times)-1)]
	}
	var begin time.Duration
	last := len(s.Stages) - 1
	for _, stage := range s.Stages[:last] {
		area := stage.area()
		if n < area {
			return begin + seconds(stage.reach(n))
		}
		n -= area
		begin += stage.For
	}
	stage := s.Stages[last]
	if area := stage.area(); stage.For > 0 {
		rounds := math.Floor(n / area)
		begin += seconds(rounds * stage.For.Seconds())
		n -= rounds * area
	}
	return begin + seconds(stage.reach(n))
}

// Starts yields the start of phone 0, 1, 2 … without end, as time since the
// begin of the schedule, never decreasing. Times end when they end.
func (s Schedule) Starts() iter.Seq[time.Duration] {
	if s.Times != nil {
		return slices.Values(s.Times)
	}
	return func(yield func(time.Duration) bool) {
		gaps := rand.New(rand.NewPCG(s.Seed, 0x6c6f6164)) // a stream of its own: the phones draw from others
		area := 0.0
		for {
			if s.Arrivals == Poisson {
				area += gaps.ExpFloat64()
			}
			if !yield(s.At(area)) {
				return
			}
			if s.Arrivals != Poisson {
				area++
			}
		}
	}
}

// Phones is how many phones start within a span of time, at most the given
// number; with constant arrivals, as every phone of a rate does on average.
func (s Schedule) Phones(within time.Duration, most int) int {
	return sort.Search(most, func(n int) bool { return s.At(float64(n)) >= within })
}

// Peak is how many of so many phones start within a second at the most: the
// highest rate that is reached, or a burst. A closed loop may start as many as it
// keeps booting.
func (s Schedule) Peak(phones int) float64 {
	switch {
	case s.Booting > 0:
		return float64(min(s.Booting, phones))
	case len(s.Times) > 0:
		return float64(busiest(s.Times[:min(phones, len(s.Times))]))
	}
	peak, left := 0.0, float64(phones)
	for _, stage := range s.Stages {
		if left <= 0 {
			break
		}
		top := max(stage.From, stage.To)
		if area := stage.area(); stage.Burst > 0 {
			top = Rate(min(area, left))
		} else if area > left && stage.From < stage.To { // the ramp ends before its top
			top = stage.From + Rate(float64(stage.To-stage.From)*stage.reach(left)/stage.For.Seconds())
		}
		peak = max(peak, float64(top))
		left -= stage.area()
	}
	return peak
}

// busiest is how many of these times lie within one second.
func busiest(times []time.Duration) (most int) {
	first := 0
	for last := range times {
		for times[last]-times[first] >= time.Second {
			first++
		}
		most = max(most, last-first+1)
	}
	return most
}

// never stands for every time that is too far away to be told: a century.
const never = 100 * 365 * 24 * time.Hour

// seconds rounds to the nanosecond, so that steps of 5 ms come out exactly.
func seconds(s float64) time.Duration {
	if s > never.Seconds() {
		return never
	}
	return time.Duration(math.Round(s * float64(time.Second)))
}
