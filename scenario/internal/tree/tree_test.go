package tree

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/scenario/internal/phrase"
)

// sample is a small kind of file.
type sample struct {
	Name  string
	Stay  time.Duration
	Words []string
	Inner struct{ Auth string }
}

func text(s string) (string, error) { return s, nil }

func read(input string) (sample, []Problem) {
	var s sample
	doc, root := Parse([]byte(input))
	if root != nil {
		root.Mapping(
			Key{"name", Into(&s.Name, text)},
			Key{"stay", Into(&s.Stay, phrase.Duration)},
			Key{"words", func(n *Node) {
				n.List(func(n *Node) {
					if word, ok := n.Scalar(); ok {
						s.Words = append(s.Words, word)
					}
				})
			}},
			Key{"inner", func(n *Node) { n.Mapping(Key{"auth", Into(&s.Inner.Auth, text)}) }},
		)
	}
	return s, doc.Sorted()
}

func TestValuesAreReadAsTheyStand(t *testing.T) {
	want := sample{Name: "a b", Stay: time.Minute, Words: []string{"1", "true", "x y"}}
	want.Inner.Auth = "00123"
	for title, input := range map[string]string{
		"block":       "name: a b\nstay: 1m\nwords:\n  - 1\n  - true\n  - x y\ninner:\n  auth: 00123\n",
		"flow":        "{name: a b, stay: 1m, words: [1, true, x y], inner: {auth: 00123}}",
		"quoted":      "name: \"a b\"\nstay: '1m'\nwords: ['1', \"true\", x y]\ninner: {auth: \"00123\"}",
		"commented":   "# a file\nname: a b # with a name\nstay: 1m\nwords:\n  # some\n  - 1\n  - true # two\n  - x y\ninner:\n  # the string\n  auth: 00123\n",
		"one literal": "name: a b\nstay: 1m\nwords: [1, true, x y]\ninner:\n  auth: |-\n    00123\n",
		"marked":      "---\nname: a b\nstay: 1m\nwords: [1, true, x y]\ninner: {auth: 00123}\n...\n",
	} {
		t.Run(title, func(t *testing.T) {
			got, problems := read(input)
			if diff := cmp.Diff(want, got); diff != "" || len(problems) > 0 {
				t.Errorf("%v\n%s", problems, diff)
			}
		})
	}
}

func TestProblemsHaveTheirPlace(t *testing.T) {
	for title, row := range map[string]struct {
		input string
		want  []Problem
	}{
		"empty":                {"", []Problem{{Place{1, 1}, "the file is empty"}}},
		"comments only":        {"# nothing\n\n", []Problem{{Place{1, 1}, "the file is empty"}}},
		"a list":               {"- a\n", []Problem{{Place{1, 1}, "a list stands where a mapping (key: value) is expected"}}},
		"a word":               {"hello\n", []Problem{{Place{1, 1}, `"hello" stands where a mapping (key: value) is expected`}}},
		"unknown key":          {"name: x\nstat: 1m\n", []Problem{{Place{2, 1}, `unknown key "stat"; did you mean "stay"?`}}},
		"unknown inner key":    {"inner:\n  aut: 1\n", []Problem{{Place{2, 3}, `inner: unknown key "aut"; did you mean "auth"?`}}},
		"value missing":        {"name: x\nstay:\n", []Problem{{Place{2, 1}, "stay: the value is missing"}}},
		"null":                 {"stay: null\n", []Problem{{Place{1, 1}, "stay: the value is missing"}}},
		"list for a value":     {"stay: [1m]\n", []Problem{{Place{1, 7}, "stay: a list stands where a single value is expected"}}},
		"mapping for a value":  {"stay: {a: 1}\n", []Problem{{Place{1, 7}, "stay: a mapping stands where a single value is expected"}}},
		"block for a value":    {"stay:\n  a: 1\n", []Problem{{Place{2, 3}, "stay: a mapping stands where a single value is expected"}}},
		"value for a list":     {"words: 1\n", []Problem{{Place{1, 8}, `words: "1" stands where a list (- item) is expected`}}},
		"value for a mapping":  {"inner: x\n", []Problem{{Place{1, 8}, `inner: "x" stands where a mapping (key: value) is expected`}}},
		"bad value":            {"stay:  1\n", []Problem{{Place{1, 8}, `stay: "1" has no unit; write 1s, 1m or 1ms`}}},
		"bad item":             {"words:\n  - a\n  - [b]\n", []Problem{{Place{3, 5}, "words[2]: a list stands where a single value is expected"}}},
		"twice":                {"name: x\nname: y\n", []Problem{{Place{2, 1}, `not YAML: mapping key "name" already defined at [1:1]`}}},
		"two documents":        {"name: x\n---\nname: y\n", []Problem{{Place{3, 1}, "a second document begins here; one file is one scenario"}}},
		"alias":                {"name: &n x\nwords: [*n]\n", []Problem{{Place{1, 7}, "name: an anchor stands where a single value is expected"}, {Place{2, 9}, "words[1]: an alias stands where a single value is expected"}}},
		"merge":                {"<<: {name: x}\n", []Problem{{Place{1, 1}, `"<<" is no key of a scenario file`}}},
		"tag":                  {"name: !!str x\n", []Problem{{Place{1, 7}, "name: a tag stands where a single value is expected"}}},
		"all at once, sorted":  {"stay: 1\nx: 2\nname: []\n", []Problem{{Place{1, 7}, `stay: "1" has no unit; write 1s, 1m or 1ms`}, {Place{2, 1}, `unknown key "x"; known: name, stay, words, inner`}, {Place{3, 7}, "name: a list stands where a single value is expected"}}},
		"after wide letters":   {"{name: grüße, stay: 5}\n", []Problem{{Place{1, 21}, `stay: "5" has no unit; write 5s, 5m or 5ms`}}},
		"brackets without end": {strings.Repeat("[", 1000), []Problem{{Place{1, 65}, "nested more than 64 deep"}}},
		"dashes without end":   {"a:\n" + strings.Repeat("- ", 1000), []Problem{{Place{2, 513}, "more than 256 dashes, colons and question marks in a line"}}},
		"a line without end":   {"a: 1\nb: " + strings.Repeat("x", 70_000), []Problem{{Place{2, 1}, "a line of more than 65536 bytes"}}},
		"a key of a page":      {strings.Repeat("k", 4000) + ": 1\n", []Problem{{Place{1, 1}, "unknown key \"" + strings.Repeat("k", 487) + " …"}}},
		"too long":             {strings.Repeat("#", 300<<10), []Problem{{Place{1, 1}, "the file has 307200 bytes; more than 262144 is no scenario"}}},
	} {
		t.Run(title, func(t *testing.T) {
			_, problems := read(row.input)
			if diff := cmp.Diff(row.want, problems); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("name: x\nstay: 1m\nwords: [a, 'b']\ninner: {auth: 1}\n"))
	f.Add([]byte("? a\n: - b\n  - |\n   c\n"))
	f.Add([]byte("a: &x [*x]\n<<: *x\n"))
	f.Fuzz(func(t *testing.T, input []byte) {
		_, problems := read(string(input))
		for _, p := range problems {
			if p.Line < 1 || p.Column < 1 || p.Text == "" {
				t.Errorf("%+v has no place or no text", p)
			}
		}
	})
}
