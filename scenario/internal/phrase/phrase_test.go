package phrase

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWordsKeepTheirPlace(t *testing.T) {
	for title, row := range map[string]struct {
		text string
		want []Word
	}{
		"empty":        {"", nil},
		"blanks only":  {" \t ", nil},
		"one word":     {"hold", []Word{{"hold", 0}}},
		"wide gaps":    {"  hold \t200/s", []Word{{"hold", 2}, {"200/s", 8}}},
		"blank at end": {"a b ", []Word{{"a", 0}, {"b", 2}}},
		"quotes":       {`a "b c" 'd  e'`, []Word{{"a", 0}, {"b c", 2}, {"d  e", 8}}},
		"no end quote": {`a "b c`, []Word{{"a", 0}, {`"b`, 2}, {"c", 5}}},
		"a word glued": {`"a"b c`, []Word{{`"a"b`, 0}, {"c", 5}}},
		"empty quotes": {`"" a`, []Word{{"", 0}, {"a", 3}}},
		"inch":         {`7" '`, []Word{{`7"`, 0}, {"'", 3}}},
	} {
		t.Run(title, func(t *testing.T) {
			if diff := cmp.Diff(row.want, Words(row.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDidYouMean(t *testing.T) {
	keys := []string{"count", "first", "model", "trust", "keys"}
	for title, row := range map[string]struct{ got, want string }{
		"swapped letters":  {"modle", `; did you mean "model"?`},
		"missing letter":   {"cout", `; did you mean "count"?`},
		"wrong case":       {"Trust", `; did you mean "trust"?`},
		"plural":           {"models", `; did you mean "model"?`},
		"nothing near":     {"banana", "; known: count, first, model, trust, keys"},
		"one letter":       {"x", "; known: count, first, model, trust, keys"},
		"endless nonsense": {string(make([]byte, 1000)), "; known: count, first, model, trust, keys"},
	} {
		t.Run(title, func(t *testing.T) {
			if got := DidYouMean(row.got, keys); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

func TestAtMovesThePlace(t *testing.T) {
	inner := Faultf(3, "%q is no rate", "x")
	var fault *Error
	if !errors.As(At(10, inner), &fault) || fault.Offset != 13 || fault.Problem != `"x" is no rate` {
		t.Errorf("got %+v", fault)
	}
	if !errors.As(At(4, errors.New("plain")), &fault) || fault.Offset != 4 || fault.Problem != "plain" {
		t.Errorf("got %+v", fault)
	}
}
