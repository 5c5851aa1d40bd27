package phone

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Spread is a time that differs from one occasion to the next. The zero value
// is no time at all.
type Spread struct {
	From, To time.Duration // drawn evenly from between the two
	// Deviation, where it is not 0, makes it a normal distribution about the
	// middle of From and To, cut off at three deviations and at 0.
	Deviation time.Duration
}

// IsZero says that there is nothing to draw.
func (s Spread) IsZero() bool { return s == Spread{} }

// Draw returns the time for one occasion.
func (s Spread) Draw(r *rand.Rand) time.Duration {
	switch {
	case s.IsZero():
		return 0
	case s.Deviation > 0:
		off := min(max(r.NormFloat64(), -3), 3)
		return max(0, s.From+(s.To-s.From)/2+time.Duration(off*float64(s.Deviation)))
	default:
		return s.From + time.Duration(r.Int64N(int64(s.To-s.From)+1))
	}
}

// String writes the time as a scenario file does: "13s", "10s to 16s" or
// "13s ± 2s".
func (s Spread) String() string {
	switch {
	case s.Deviation > 0:
		return fmt.Sprintf("%v ± %v", s.From+(s.To-s.From)/2, s.Deviation)
	case s.From == s.To:
		return s.From.String()
	default:
		return fmt.Sprintf("%v to %v", s.From, s.To)
	}
}

// makeKey makes the key that CAPF asked for. Where the phone has a time for
// that, the rest of it is spent asleep: a key from a pool then takes as long as
// on the phone, and costs this machine nothing.
func (b *boot) makeKey(ctx context.Context, watch *stopwatch, e *enrolment) error {
	left := b.env.KeyTime.Draw(b.env.Rand)
	err := watch.within(ctx, b.env.Limits.KeyGenerations, func() (err error) {
		began := time.Now()
		e.key, err = b.env.Keys.NewKey(ctx, *e.asked)
		left -= time.Since(began)
		return err
	})
	if err != nil || left <= 0 {
		return err
	}
	return sleep(ctx, left)
}
