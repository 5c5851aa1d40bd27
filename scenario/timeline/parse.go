package timeline

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/phonebank/phonebank/scenario/internal/phrase"
)

// ParseTime reads when a step is taken: "20s", or "settled".
func ParseTime(text string) (Step, error) {
	if text == "settled" {
		return Step{Settled: true}, nil
	}
	if near := phrase.Nearest(text, []string{"settled"}); near != "" {
		return Step{}, phrase.Faultf(0, "%q is no time; did you mean %q?", text, near)
	}
	at, err := phrase.Duration(text)
	return Step{At: at}, err
}

// ParseAction reads a sentence. An error says at which byte nobody understands
// it any more, and what was probably meant.
func ParseAction(text string) (Action, error) {
	words := phrase.Words(text)
	if len(words) == 0 {
		return Action{}, phrase.Faultf(0, "nothing is to be done; write it like %q", sentences[0].words)
	}
	var nearest failed
	for i, s := range sentences {
		action, fault := s.read(words)
		if fault == nil {
			return action, nil
		}
		if i == 0 || fault.understood > nearest.understood {
			nearest = *fault
		}
	}
	return Action{}, nearest.explain(words, len(text))
}

// failed is a sentence that the words did not fit, and up to where they did.
type failed struct {
	understood int   // words
	err        error // of a word in capitals; nil: another word was due
}

// read holds words against a sentence.
func (s sentence) read(words []phrase.Word) (Action, *failed) {
	var values said
	at := 0
	for pattern := range strings.FieldsSeq(s.words) {
		if at == len(words) {
			return Action{}, &failed{understood: at}
		}
		if kind := kinds[pattern]; kind != nil {
			read, err := kind(words[at:], &values)
			if err != nil {
				return Action{}, &failed{understood: at, err: err}
			}
			at += read
			continue
		}
		if words[at].Text != pattern {
			return Action{}, &failed{understood: at}
		}
		at++
	}
	if at < len(words) {
		return Action{}, &failed{understood: at}
	}
	return s.do(values), nil
}

// explain says what is wrong with the word that nobody understood.
func (f failed) explain(words []phrase.Word, end int) error {
	next := due(words[:f.understood])
	switch {
	case f.understood == len(words):
		return phrase.Faultf(end, "the sentence goes on with %s", strings.Join(next, " or "))
	case f.err != nil && len(next) == 1:
		return f.err
	}
	word := words[f.understood]
	if f.understood == 0 {
		return phrase.Faultf(word.Offset, "nobody knows how to %q%s", word.Text, phrase.DidYouMean(word.Text, next))
	}
	if n := f.understood; len(next) == 0 && n > 1 && words[n-2].Text == "group" {
		return phrase.Faultf(word.Offset, "%q is one word too many; a name with blanks is written in quotes", word.Text)
	}
	if len(next) == 0 {
		return phrase.Faultf(word.Offset, "%q is one word too many", word.Text)
	}
	if near := phrase.Nearest(word.Text, next); near != "" {
		return phrase.Faultf(word.Offset, "%q is unknown here; did you mean %q?", word.Text, near)
	}
	if f.err != nil {
		return f.err
	}
	return phrase.Faultf(word.Offset, "%q is unknown here; the sentence goes on with %s", word.Text, strings.Join(next, " or "))
}

// due are the words that may follow those of the beginning of a sentence.
func due(begin []phrase.Word) []string {
	next := make(map[string]bool)
	for _, s := range sentences {
		at := 0
		for pattern := range strings.FieldsSeq(s.words) {
			if at == len(begin) {
				next[pattern] = true
				break
			}
			if kind := kinds[pattern]; kind != nil {
				read, err := kind(begin[at:], new(said))
				if err != nil {
					break
				}
				at += read
			} else if begin[at].Text == pattern {
				at++
			} else {
				break
			}
		}
	}
	return sortedKeys(next)
}

func sortedKeys[T any](m map[string]T) []string {
	return slices.SortedFunc(maps.Keys(m), func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
}
