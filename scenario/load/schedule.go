package load

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
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
// are left to start.
type Schedule struct {
	Stages   []Stage
	Arrivals Arrivals
	Seed     uint64 // decides the gaps of Poisson arrivals
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
	if len(s.Stages) == 0 {
		return errors.New("no stage: no phone would ever start")
	}
	last := len(s.Stages) - 1
	for i, stage := range s.Stages {
		switch {
		case i < last && stage.For == 0:
			return &StageError{i, fmt.Sprintf("%q never ends, so the stages after it never come; give it a duration (for 1m)", stage)}
		case i == last && stage.area() == 0:
			return &StageError{i, fmt.Sprintf("%q is the last stage and starts nobody, so phones would be left over", stage)}
		}
	}
	return nil
}

// At returns when the area under the rate curve reaches n: the start of phone n
// (counting from 0) with constant arrivals. The schedule must pass Check.
func (s Schedule) At(n float64) time.Duration {
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
// begin of the schedule, never decreasing.
func (s Schedule) Starts() iter.Seq[time.Duration] {
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

// never stands for every time that is too far away to be told: a century.
const never = 100 * 365 * 24 * time.Hour

// seconds rounds to the nanosecond, so that steps of 5 ms come out exactly.
func seconds(s float64) time.Duration {
	if s > never.Seconds() {
		return never
	}
	return time.Duration(math.Round(s * float64(time.Second)))
}
