package check

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/terminal"
)

var update = flag.Bool("update", false, "write the golden files anew")

// steady replaces what changes from run to run.
func steady(text string) string {
	for _, r := range []struct{ pattern, with string }{
		{`127\.\d+\.\d+\.(\d+)`, "192.0.2.$1"},
		{`(192\.0\.2\.1):(69|6969)\b`, "$1:69"},
		{`\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?`, "2011-10-19"},
		{`[0-9A-F]{2}(:[0-9A-F]{2}){7}`, "SERIAL"},
		{`(SAST-PB|CAPF-)[0-9a-f]{8}`, "${1}0"},
		{`\d+ bytes, MD5 [0-9a-f]{32}`, "0 bytes, MD5 0"},
		{`\d+ bytes`, "0 bytes"},
	} {
		text = regexp.MustCompile(r.pattern).ReplaceAllString(text, r.with)
	}
	return text
}

func TestWhatPeopleRead(t *testing.T) {
	for name, lab := range map[string]func(*testing.T) *lab{"capf-regenerated.txt": capfRegenerated, "nobody.txt": nobody} {
		var out bytes.Buffer
		lab(t).run(t, nil).Print(terminal.New(&out))
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(steady(out.String())), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := steady(out.String()); got != string(want) {
			t.Errorf("%s differs; with -update it becomes\n%s", path, got)
		}
	}
}

func TestWhatAServerSendsCannotSpoilTheTerminal(t *testing.T) {
	var out bytes.Buffer
	r := Report{}
	r.add(Finding{Check: "config", Step: 7, Outcome: Failed, Text: "a\x1b[2J\nb", Details: []string{"c\rd"}, Repair: []string{"e\x9bf"}})
	r.Print(terminal.New(&out))
	if strings.ContainsAny(out.String(), "\x1b\r\u009b") || strings.Contains(out.String(), "\nb") {
		t.Errorf("%q", out.String())
	}
}

func TestCounts(t *testing.T) {
	if got := (Counts{OK: 3, Failed: 1}).String(); got != "3 ✔, 1 ✘" {
		t.Error(got)
	}
}
