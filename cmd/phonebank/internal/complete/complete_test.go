package complete

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// program has every case: files, words, nothing, commands below, quotes.
var program = Command{
	Name:  "pb",
	Flags: []Flag{{Names: []string{"help", "h"}, Usage: "show help"}},
	Below: []Command{
		{Name: "boot", Usage: "it's one phone", Words: []string{}, Flags: []Flag{
			{Names: []string{"v", "verbose"}, Usage: "more"},
			{Names: []string{"json"}, Value: true, Usage: "write [JSON]: all of it"},
			{Names: []string{"model"}, Value: true, Words: []string{"7940", "7965"}, Usage: "the model"},
		}},
		{Name: "ctl", Usage: "lists", Below: []Command{
			{Name: "show", Usage: "print"},
			{Name: "verify", Usage: "judge", Flags: []Flag{{Names: []string{"held"}, Value: true}}},
		}},
		{Name: "completion", Usage: "scripts", Words: []string{"bash", "zsh"}},
	},
}

func TestShells(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		script, ok := Script(shell, program)
		if !ok {
			t.Fatalf("no script for %s", shell)
		}
		for _, word := range []string{"boot", "verify", "held", "completion", "7940 7965"} {
			if !strings.Contains(script, word) {
				t.Errorf("%s: %q is missing", shell, word)
			}
		}
		path, err := exec.LookPath(shell)
		if err != nil {
			continue // the words above are held anyway
		}
		check := exec.Command(path, "-n")
		check.Stdin = strings.NewReader(script)
		if out, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s -n: %v\n%s", shell, err, out)
		}
	}
	if _, ok := Script("tcsh", program); ok {
		t.Error("a script for a shell that nobody wrote one for")
	}
}

// TestBashAnswers asks bash itself what it would offer.
func TestBashAnswers(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Log("no bash here; TestShells holds the words")
		return
	}
	script, _ := Script("bash", program)
	dir := t.TempDir()
	for _, name := range []string{"CTLFile.tlv", "ITLFile.tlv"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ situation, typed, want string }{
		{"nothing yet", "pb ", "boot completion ctl"},
		{"the beginning of a command", "pb co", "completion"},
		{"a command below", "pb ctl ", "show verify"},
		{"the flags of a command", "pb boot --", "--json --model --verbose"},
		{"a short flag", "pb boot -v", "-v"},
		{"a flag of a command below", "pb ctl verify --", "--held"},
		{"a flag behind an argument", "pb ctl verify NEW --he", "--held"},
		{"words instead of files", "pb completion z", "zsh"},
		{"files", "pb ctl show ", "CTLFile.tlv ITLFile.tlv"},
		{"a file", "pb ctl show CTL", "CTLFile.tlv"},
		{"the value of a flag", "pb boot --json I", "ITLFile.tlv"},
		{"the value of a flag that takes words", "pb boot --model ", "7940 7965"},
		{"the beginning of one", "pb boot --model 796", "7965"},
		{"no argument at all", "pb boot x", ""},
	} {
		var quoted []string
		for _, w := range strings.Split(c.typed, " ") {
			quoted = append(quoted, quote(w))
		}
		ask := script + "\nCOMP_WORDS=(" + strings.Join(quoted, " ") + ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_pb\necho \"${COMPREPLY[@]}\"\n"
		cmd := exec.Command(bash, "--norc", "-c", ask)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", c.situation, err, out)
		}
		got := strings.Fields(string(out))
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q offers %q, want %q", c.situation, c.typed, got, c.want)
		}
	}
}
