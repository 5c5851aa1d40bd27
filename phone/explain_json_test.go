package phone

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

var updateTrust = flag.Bool("update-trust", false, "write testdata/trust-*.json anew")

// The shape that "ctl verify --json" and "config verify --json" promise, on
// files whose bytes never change.
func TestSummariesKeepTheirShape(t *testing.T) {
	example := readHex(t, "../wire/ctl/testdata/example-ctl.hex")
	held := Held{CTL: parse(t, example)}
	published := readFile(t, "../wire/ctl/testdata/real/ITLFile.tlv")
	config := readHex(t, "../wire/signed/testdata/example.sgn.hex")
	old, ctx := model(t, "7940"), context.Background()
	for name, summary := range map[string]any{
		"first-use":        Held{}.JudgeList(ctx, ctl.CTL, example, old, nil).Summary(),
		"unchanged":        held.JudgeList(ctx, ctl.CTL, example, old, nil).Summary(),
		"flipped-bit":      held.JudgeList(ctx, ctl.CTL, flipped(example, 1), old, nil).Summary(),
		"truncated":        held.JudgeList(ctx, ctl.CTL, example[:300], old, nil).Summary(),
		"unknown-signer":   held.JudgeList(ctx, ctl.CTL, published, old, nil).Summary(),
		"config":           held.JudgeConfig(ctx, testConfigName, config, old, nil).Summary(),
		"config-for-other": held.JudgeConfig(ctx, "SEP0011223344FF.cnf.xml.sgn", config, old, nil).Summary(),
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			encoder := json.NewEncoder(&b)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			if err := encoder.Encode(summary); err != nil {
				t.Fatal(err)
			}
			golden := "testdata/trust-" + name + ".json"
			if *updateTrust {
				if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := readFile(t, golden); !bytes.Equal(b.Bytes(), want) {
				t.Errorf("got\n%s\nwant\n%s", b.Bytes(), want)
			}
		})
	}
}

func TestSummarySaysWhatTVSSaid(t *testing.T) {
	answer := TVSAnswer{Server: "10.0.0.1:2445", Valid: true, Roles: []ctl.Role{ctl.RoleSAST, ctl.RoleTFTP}, TTL: time.Minute, Cached: true}
	for _, row := range []struct {
		situation string
		verdict   Verdict
		want      *TVSSummary
	}{
		{"not asked", Verdict{}, nil},
		{"vouches", Verdict{TVS: &answer}, &TVSSummary{Server: "10.0.0.1:2445", Valid: true, Roles: []string{"SAST", "TFTP"}, TTLSeconds: 60, Cached: true}},
		{"does not answer", Verdict{TVSErr: errors.New("no answer")}, &TVSSummary{Roles: []string{}, Error: "no answer"}},
	} {
		t.Run(row.situation, func(t *testing.T) {
			if got := row.verdict.Summary().TVS; !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
		})
	}
}

// Names come from the wire: they may not move the reader's cursor.
func TestNamesFromTheWireAreHarmless(t *testing.T) {
	for _, row := range []struct{ situation, text, want string }{
		{"token with trailing blanks and a missing quote", `cn="SAST-ADN5bbd7b14        ";ou=IPCBU;o="Cisco Systems`, `cn="SAST-ADN5bbd7b14        ";ou=IPCBU;o="Cisco Systems`},
		{"escape sequence", "CN=\x1b[2Jgone", "CN=?[2Jgone"},
		{"line end", "CN=a\nCN=b", "CN=a?CN=b"},
		{"Latin-1", "CN=Z\xfcrich", "CN=Z?rich"},
		{"UTF-8", "CN=Zürich", "CN=Zürich"},
		{"endless", strings.Repeat("x", 1000), strings.Repeat("x", 160) + "…"},
	} {
		t.Run(row.situation, func(t *testing.T) {
			if got := printable(row.text); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
	if got := named(signed.Signer{}); got != "a certificate without a name (no serial)" {
		t.Errorf("nobody is %q", got)
	}
	if got := len(named(signed.Signer{Name: "CN=a", Serial: make([]byte, 4096)})); got > 200 {
		t.Errorf("a serial of 4096 bytes takes %d characters", got)
	}
}

func TestEnumerationsAreBounded(t *testing.T) {
	for want, names := range map[string]string{
		"none":                        "",
		"a":                           "a",
		"a and b":                     "a b",
		"a, b and c":                  "a b c",
		"a, b, c, d, e, f and 2 more": "a b c d e f g h",
		"a and c":                     "a a c",
		"a, b, c, d, e and f":         "a b c d e f",
	} {
		if got := enumerate("and", strings.Fields(names)); got != want {
			t.Errorf("%s: got %q", names, got)
		}
	}
}
