package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/terminal"
)

func newTool() *tool {
	return &tool{in: strings.NewReader(""), out: terminal.New(io.Discard), err: terminal.New(io.Discard)}
}

func TestArrange(t *testing.T) {
	for _, c := range []struct{ situation, typed, want string }{
		{"nothing", "", ""},
		{"flags first", "ctl show --json FILE", "ctl show --json -- FILE"},
		{"flags last", "ctl show FILE --json", "ctl show --json -- FILE"},
		{"flags on both sides", "ctl verify --held A NEW --held B --json", "ctl verify --held A --held B --json -- NEW"},
		{"a value after an equals sign", "run S.yaml --phones=5 --rate 9/s", "run --phones=5 --rate 9/s -- S.yaml"},
		{"one dash", "run S.yaml -quiet", "run -quiet -- S.yaml"},
		{"a short flag", "boot -v", "boot -v"},
		{"a value that looks like a flag", "boot --auth-string --mac", "boot --auth-string --mac"},
		{"standard input as argument", "ctl show - --json", "ctl show --json -- -"},
		{"standard output as value", "boot --json -", "boot --json -"},
		{"two dashes end the flags", "ctl show --json -- --odd-name", "ctl show --json -- --odd-name"},
		{"help anywhere", "ctl verify NEW --held --help -h", "ctl verify --help"},
		{"help before the command", "--help ctl", "ctl --help"},
		{"too many arguments are not hidden", "ctl show A B", "ctl show -- A B"},
	} {
		got, err := arrange(newTool().app(), strings.Fields(c.typed))
		if err != nil || !slices.Equal(got, strings.Fields(c.want)) {
			t.Errorf("%s: %q becomes %q (%v), want %q", c.situation, c.typed, got, err, c.want)
		}
	}
}

func TestArrangeRefuses(t *testing.T) {
	for _, c := range []struct{ situation, typed, want string }{
		{"a flag mistyped", "boot --modle 7965", "phonebank boot does not know --modle; did you mean --model?"},
		{"a flag of another command", "ctl show X --held Y", "phonebank ctl show does not know --held; see phonebank ctl show --help"},
		{"a flag without its value", "boot --mac", "phonebank boot: --mac needs a value"},
		{"a number that is none", "run X --phones ten", `phonebank run: --phones "ten": want a whole number`},
		{"a number that is none, after =", "run X --phones=1.5", `phonebank run: --phones "1.5": want a whole number`},
		{"a time that is none", "run X --for 10", `phonebank run: --for "10": want a time, such as 90s or 5m`},
		{"a share that is none", "search X --resolution 5%", `phonebank search: --resolution "5%": want a number`},
		{"a command mistyped", "rnu", `phonebank has no command "rnu"; did you mean phonebank run?`},
		{"a command below mistyped", "ctl verfy NEW", `phonebank ctl has no command "verfy"; did you mean phonebank ctl verify?`},
		{"no command at all", "ctl frobnicate", `phonebank ctl has no command "frobnicate"; it has show, verify, diff, create, update`},
	} {
		_, err := arrange(newTool().app(), strings.Fields(c.typed))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %q gives %q, want %q", c.situation, c.typed, err, c.want)
		}
	}
}
