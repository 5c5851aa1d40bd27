package load

import (
	"fmt"
	"math"
	"time"

	"github.com/phonebank/phonebank/scenario/internal/phrase"
)

// Stage is a straight piece of the rate curve.
type Stage struct {
	From, To Rate
	For      time.Duration // zero: without end, and then From and To are equal
}

// ParseStage reads "ramp 10/s to 200/s over 30s", "hold 200/s for 1m" or
// "hold 200/s".
func ParseStage(text string) (Stage, error) {
	words := phrase.Words(text)
	if len(words) == 0 {
		return Stage{}, phrase.Faultf(0, "an empty stage; write hold 200/s for 1m, or ramp 10/s to 200/s over 30s")
	}
	r := stageReader{words: words, end: len(text)}
	var s Stage
	switch words[0].Text {
	case "hold":
		r.word("hold")
		s.From = r.rate()
		s.To = s.From
		if r.more() {
			r.word("for")
			s.For = r.duration()
		}
	case "ramp":
		r.word("ramp")
		s.From = r.rate()
		r.word("to")
		s.To = r.rate()
		r.word("over")
		s.For = r.duration()
	default:
		return Stage{}, phrase.Faultf(words[0].Offset, "%q is no stage%s", words[0].Text,
			phrase.DidYouMean(words[0].Text, []string{"hold", "ramp"}))
	}
	if r.err == nil && r.more() {
		r.err = phrase.Faultf(r.words[0].Offset, "%q is one word too many", r.words[0].Text)
	}
	return s, r.err
}

// String returns the stage as ParseStage reads it.
func (s Stage) String() string {
	switch {
	case s.For == 0:
		return fmt.Sprintf("hold %v", s.From)
	case s.From == s.To:
		return fmt.Sprintf("hold %v for %v", s.From, s.For)
	default:
		return fmt.Sprintf("ramp %v to %v over %v", s.From, s.To, s.For)
	}
}

// area is how many phones the whole stage starts.
func (s Stage) area() float64 {
	if s.For == 0 {
		if s.From > 0 {
			return math.Inf(1)
		}
		return 0
	}
	return (float64(s.From) + float64(s.To)) / 2 * s.For.Seconds()
}

// reach is when, in seconds from the start of the stage, the area under it
// reaches n: the root of  From·t + (To-From)/(2·For)·t² = n,  in the form that
// loses no digits when the ramp is nearly flat or starts at zero.
func (s Stage) reach(n float64) float64 {
	if n <= 0 {
		return 0
	}
	from := float64(s.From)
	if s.From == s.To {
		return n / from
	}
	slope := (float64(s.To) - from) / s.For.Seconds()
	return 2 * n / (from + math.Sqrt(max(from*from+2*slope*n, 0)))
}

// stageReader takes the words of a stage one by one; the first fault stays.
type stageReader struct {
	words []phrase.Word
	end   int // length of the text, where a missing word is missed
	err   error
}

func (r *stageReader) more() bool { return len(r.words) > 0 }

func (r *stageReader) next(what string) (phrase.Word, bool) {
	if r.err != nil {
		return phrase.Word{}, false
	}
	if !r.more() {
		r.err = phrase.Faultf(r.end, "the stage ends where %s is expected", what)
		return phrase.Word{}, false
	}
	w := r.words[0]
	r.words = r.words[1:]
	return w, true
}

func (r *stageReader) word(want string) {
	if w, ok := r.next(fmt.Sprintf("%q", want)); ok && w.Text != want {
		r.err = phrase.Faultf(w.Offset, "%q stands where %q is expected", w.Text, want)
	}
}

func (r *stageReader) rate() Rate {
	w, ok := r.next("a rate such as 200/s")
	if !ok {
		return 0
	}
	rate, err := ParseRate(w.Text)
	if err != nil {
		r.err = phrase.At(w.Offset, err)
	}
	return rate
}

func (r *stageReader) duration() time.Duration {
	w, ok := r.next("a duration such as 30s")
	if !ok {
		return 0
	}
	d, err := phrase.Duration(w.Text)
	switch {
	case err != nil:
		r.err = phrase.At(w.Offset, err)
	case d == 0:
		r.err = phrase.Faultf(w.Offset, "a stage of %q starts nobody", w.Text)
	}
	return d
}
