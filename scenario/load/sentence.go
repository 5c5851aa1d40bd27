package load

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/phonebank/phonebank/scenario/internal/phrase"
)

// shape is one row of the table of sentences.
type shape struct {
	word    string
	example string
	read    func(*sentence, *Schedule)
}

// shapes is everything a schedule can be told: one function and one row each.
//
//	hold    ────────      a constant rate
//	ramp    ────/         from one rate to another
//	steps   _.-'‾         a staircase; each step holds for the same time
//	spike   __/\__        up and down again
//	saw     /|/|/|        the same ramp again and again
//	burst   __|__         so many phones at one instant
//	all     |             everybody who is left, at one instant
//	keep    ~~~~~~        closed: as many booting at any time
//	times   . .. .  .     as a file says
func shapes() []shape {
	return []shape{
		{"hold", "hold 200/s for 1m", readHold},
		{"ramp", "ramp 10/s to 200/s over 30s", readRamp},
		{"steps", "steps 50/s to 200/s by 50/s every 30s", readSteps},
		{"spike", "spike 20/s to 500/s over 10s", readSpike},
		{"saw", "saw 10/s to 200/s every 20s for 2m", readSaw},
		{"burst", "burst 500", readBurst},
		{"all", "all at once", readAll},
		{"keep", "keep 200 booting", readKeep},
		{"times", "times starts.csv", readTimes},
	}
}

// Examples is a sentence of every shape.
func Examples() []string {
	var list []string
	for _, s := range shapes() {
		list = append(list, s.example)
	}
	return list
}

// Parse makes a schedule of sentences. The error is a *phrase.Error.
func Parse(sentences ...string) (Schedule, error) {
	var s Schedule
	for _, text := range sentences {
		if err := s.Add(text); err != nil {
			return Schedule{}, err
		}
	}
	return s, nil
}

// Add reads one sentence, such as "ramp 10/s to 200/s over 30s", and puts it at
// the end of the schedule. The error is a *phrase.Error.
func (s *Schedule) Add(text string) error {
	r := sentence{words: phrase.Words(text), end: len(text)}
	if len(r.words) == 0 {
		return phrase.Faultf(0, "an empty stage; write hold 200/s for 1m, or ramp 10/s to 200/s over 30s")
	}
	verb := r.words[0]
	r.words = r.words[1:]
	var known []string
	for _, shape := range shapes() {
		if shape.word == verb.Text {
			next := *s
			shape.read(&r, &next)
			if r.err == nil && r.more() {
				r.err = phrase.Faultf(r.words[0].Offset, "%q is one word too many", r.words[0].Text)
			}
			if r.err == nil {
				r.err = next.alone(verb)
			}
			if r.err == nil {
				*s = next
			}
			return r.err
		}
		known = append(known, shape.word)
	}
	return phrase.Faultf(verb.Offset, "%q is no stage%s", verb.Text, phrase.DidYouMean(verb.Text, known))
}

// alone refuses the mixture of stages with a schedule that is not made of any.
func (s *Schedule) alone(verb phrase.Word) error {
	kinds := 0
	for _, is := range []bool{len(s.Stages) > 0, s.Booting > 0, s.File != ""} {
		if is {
			kinds++
		}
	}
	if kinds > 1 {
		return phrase.Faultf(verb.Offset, "%q cannot stand beside other sentences; keep and times are a whole load each", verb.Text)
	}
	return nil
}

func readHold(r *sentence, s *Schedule) {
	stage := Stage{From: r.rate()}
	stage.To = stage.From
	if r.more() {
		stage.For = r.after("for")
	}
	s.Stages = append(s.Stages, stage)
}

func readRamp(r *sentence, s *Schedule) {
	stage := r.fromTo()
	stage.For = r.after("over")
	s.Stages = append(s.Stages, stage)
}

// maxPieces bounds what one sentence may expand to.
const maxPieces = 10_000

func readSteps(r *sentence, s *Schedule) {
	span := r.fromTo()
	r.word("by")
	at := r.offset()
	by := r.rate()
	each := r.after("every")
	if r.err != nil {
		return
	}
	way := float64(span.To - span.From)
	if by == 0 || math.Abs(way)/float64(by) > maxPieces {
		r.err = phrase.Faultf(at, "steps of %v from %v to %v are more than %d", by, span.From, span.To, maxPieces)
		return
	}
	count := int(math.Ceil(math.Abs(way)/float64(by) - 1e-9))
	for i := range count {
		level := span.From + Rate(math.Copysign(float64(i)*float64(by), way))
		s.Stages = append(s.Stages, Stage{From: level, To: level, For: each})
	}
	s.Stages = append(s.Stages, Stage{From: span.To, To: span.To, For: each})
}

func readSpike(r *sentence, s *Schedule) {
	up := r.fromTo()
	up.For = r.after("over") / 2
	s.Stages = append(s.Stages, up, Stage{From: up.To, To: up.From, For: up.For})
}

func readSaw(r *sentence, s *Schedule) {
	tooth := r.fromTo()
	tooth.For = r.after("every")
	at := r.offset()
	whole := tooth.For
	if r.more() {
		whole = r.after("for")
	}
	if r.err != nil {
		return
	}
	if whole%tooth.For != 0 || whole/tooth.For > maxPieces {
		r.err = phrase.Faultf(at, "%v is no whole number of teeth of %v, up to %d", whole, tooth.For, maxPieces)
		return
	}
	for range whole / tooth.For {
		s.Stages = append(s.Stages, tooth)
	}
}

func readBurst(r *sentence, s *Schedule) {
	s.Stages = append(s.Stages, Stage{Burst: r.count()})
}

func readAll(r *sentence, s *Schedule) {
	r.word("at")
	r.word("once")
	s.Stages = append(s.Stages, Stage{Burst: Everybody})
}

func readKeep(r *sentence, s *Schedule) {
	s.Booting = r.count()
	r.word("booting")
}

// readTimes takes the rest of the text: a path may have blanks in it.
func readTimes(r *sentence, s *Schedule) {
	var words []string
	for w, ok := r.next("the path of a file"); ok; w, ok = r.next("") {
		words = append(words, w.Text)
		if !r.more() {
			break
		}
	}
	s.File = strings.Join(words, " ")
}

// sentence gives the words of a text one by one; the first fault stays.
type sentence struct {
	words []phrase.Word
	end   int // length of the text, where a missing word is missed
	err   error
}

func (r *sentence) more() bool { return len(r.words) > 0 }

// offset is where the next word stands.
func (r *sentence) offset() int {
	if r.more() {
		return r.words[0].Offset
	}
	return r.end
}

func (r *sentence) next(what string) (phrase.Word, bool) {
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

func (r *sentence) word(want string) {
	if w, ok := r.next(fmt.Sprintf("%q", want)); ok && w.Text != want {
		r.err = phrase.Faultf(w.Offset, "%q stands where %q is expected", w.Text, want)
	}
}

func (r *sentence) rate() Rate {
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

func (r *sentence) fromTo() Stage {
	from := r.rate()
	r.word("to")
	return Stage{From: from, To: r.rate()}
}

// after reads a word and the duration behind it.
func (r *sentence) after(word string) time.Duration {
	r.word(word)
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

func (r *sentence) count() int {
	w, ok := r.next("a number of phones")
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(strings.ReplaceAll(w.Text, "_", ""))
	if err != nil || n < 1 || n >= Everybody {
		r.err = phrase.Faultf(w.Offset, "%q is no number of phones", w.Text)
	}
	return n
}
