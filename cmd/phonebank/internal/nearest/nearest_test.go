package nearest

import "testing"

func TestTo(t *testing.T) {
	known := []string{"verify", "show", "held", "held-ctl", "json", "tvs", "v", "completion"}
	for _, c := range []struct{ situation, word, want string }{
		{"a letter swapped for another", "shaw", "show"},
		{"a letter missing", "verfy", "verify"},
		{"two letters swapped", "hsow", "show"},
		{"only the beginning", "comp", "completion"},
		{"more than the word", "tvserver", "tvs"},
		{"nothing like it", "frobnicate", ""},
		{"a short word far from everything", "x", ""},
		{"an empty word", "", ""},
		{"as good as two of them: the first", "held-itl", "held-ctl"},
	} {
		if got := To(c.word, known); got != c.want {
			t.Errorf("%s: To(%q) = %q, want %q", c.situation, c.word, got, c.want)
		}
	}
}
