package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// outcome is what a command line did.
type outcome struct {
	code     int
	out, err string
}

func do(t *testing.T, args ...string) outcome { return doIn(t, context.Background(), "", args...) }

func doIn(t *testing.T, ctx context.Context, in string, args ...string) outcome {
	t.Helper()
	var out, err bytes.Buffer
	code := run(ctx, args, strings.NewReader(in), &out, &err)
	return outcome{code, out.String(), err.String()}
}

// want fails unless the exit code is the given one.
func (o outcome) want(t *testing.T, code int) outcome {
	t.Helper()
	if o.code != code {
		t.Fatalf("exit code %d, want %d\n%s%s", o.code, code, o.out, o.err)
	}
	return o
}

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; with -update it becomes\n%s", path, got)
	}
}

// steady replaces what changes from run to run.
func steady(text string) string {
	for _, r := range []struct{ pattern, with string }{
		{`127\.\d+\.\d+\.(\d+)`, "127.0.0.$1"},
		{`127\.0\.0\.1:(69|6969)\b`, "127.0.0.1:TFTP"},
		{`(_ms": )[0-9.]+`, "${1}0"},
		{`\([0-9.]+ ms\)`, "(0 ms)"},
		{`after [0-9.]+( ms|s)`, "after 0 ms"},
		{`(?m)\b\d\d:\d\d:\d\d(\.\d{6})?\b`, "00:00:00"},
		{`[0-9A-F]{2}(:[0-9A-F]{2}){7,}`, "SERIAL"},
		{`"[0-9a-f]{40}"`, `"SHA1"`},
		{`(SAST-PB|CAPF-)[0-9a-f]{8}`, "${1}0"},
		{`<\d+>`, "<0>"},
		{`rcvd \d+`, "rcvd 0"},
	} {
		text = regexp.MustCompile(r.pattern).ReplaceAllString(text, r.with)
	}
	return text
}

// fixtures writes the worked examples of the wire packages, which are hex for
// the reader's sake, into a directory and returns it.
func fixtures(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := writeFixtures(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func writeFixtures(dir string) error {
	wire := filepath.Join("..", "..", "wire")
	if err := os.Mkdir(filepath.Join(dir, "keys"), 0o755); err != nil {
		return err
	}
	for name, from := range map[string]string{
		"CTLFile.tlv":                     "ctl/testdata/example-ctl.hex",
		"SEP001122334455.cnf.xml.sgn":     "signed/testdata/example.sgn.hex",
		"SEP001122334455.cnf.xml.enc.sgn": "signed/testdata/example.enc.sgn.hex",
		"companion.sgn":                   "signed/testdata/example-companion.sgn.hex",
		"phone-key.pem":                   "signed/testdata/phone-key.pem",
		"ITLFile.tlv":                     "ctl/testdata/real/ITLFile.tlv",
		"keys/rsa-1024.pem":               "signed/testdata/keys/rsa-1024.pem",
		"keys/rsa-2048.pem":               "signed/testdata/keys/rsa-2048.pem",
		"keys/rsa-3072.pem":               "signed/testdata/keys/rsa-3072.pem",
		"keys/rsa-4096.pem":               "signed/testdata/keys/rsa-4096.pem",
	} {
		b, err := os.ReadFile(filepath.Join(wire, from))
		if err != nil {
			return err
		}
		if strings.HasSuffix(from, ".hex") {
			if b, err = hex.DecodeString(strings.Join(strings.Fields(string(b)), "")); err != nil {
				return err
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}
