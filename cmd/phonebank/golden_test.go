package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/keyfile"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/state"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// What other programs read is a contract: a field that changes here changes
// for them. Times, addresses and keys of a run are made steady first.
func TestGolden(t *testing.T) {
	dir := fixtures(t)
	file := func(name string) string { return filepath.Join(dir, name) }
	for _, c := range []struct {
		golden string
		args   []string
	}{
		{"ctl-show.json", []string{"ctl", "show", "--json", file("CTLFile.tlv")}},
		{"itl-show.json", []string{"ctl", "show", "--json", file("ITLFile.tlv")}},
		{"config-show-signed.json", []string{"config", "show", "--json", file("SEP001122334455.cnf.xml.sgn")}},
		{"config-show-encrypted.json", []string{"config", "show", "--json", file("SEP001122334455.cnf.xml.enc.sgn"), "--key", file("phone-key.pem")}},
		{"ctl-verify.json", []string{"ctl", "verify", "--json", file("CTLFile.tlv")}},
		{"config-verify.json", []string{"config", "verify", "--json", file("SEP001122334455.cnf.xml.sgn"), "--held", file("CTLFile.tlv")}},
	} {
		got := do(t, c.args...).want(t, exitOK)
		golden(t, c.golden, got.out)
		if got.err != "" {
			t.Errorf("%s: standard error has %q", c.golden, got.err)
		}
	}
}

func TestGoldenBoot(t *testing.T) {
	got := do(t, "boot", "--json", "-").want(t, exitOK)
	golden(t, "boot.json", steady(got.out))
	golden(t, "boot.txt", steady(got.err)) // the story gives way to the JSON
	golden(t, "boot-v.txt", steady(do(t, "boot", "-v", "--model", "7940").want(t, exitOK).out))
}

// TestGoldenState has two phones of one flash, made of the worked examples.
func TestGoldenState(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	keepExamples(t, dir)
	for name, args := range map[string][]string{
		"state-ls.txt":    {"ls"},
		"state-ls.json":   {"ls", "--json", "SEP001122334455"},
		"state-show.txt":  {"show", "001122334455"},
		"state-show.json": {"show", "--json", "001122334455"},
		"state-bare.txt":  {"show", "*66"},
	} {
		golden(t, name, do(t, append(append([]string{"state"}, args...), "--state", dir)...).want(t, exitOK).out)
	}
}

func keepExamples(t *testing.T, dir string) {
	t.Helper()
	from := fixtures(t)
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	list := func(name string) *ctl.List {
		l, err := ctl.Parse(read(name))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	key, err := keyfile.Parse(read("phone-key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := signed.Parse(read("SEP001122334455.cnf.xml.sgn"))
	if err != nil {
		t.Fatal(err)
	}
	config, err := cnf.Parse(envelope.Payload)
	if err != nil {
		t.Fatal(err)
	}
	lists := phone.Flash{CTL: list("CTLFile.tlv"), ITL: list("ITLFile.tlv"), Config: config}
	lists.LSC = &phone.Credential{Certificate: lists.CTL.Records[0].Certificate, Key: key} // any will do
	store, err := state.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	err = store.Save(state.Phone{Name: "SEP001122334455", Model: "7965", Flash: lists}, state.Phone{Name: "SEP001122334466"})
	if err := errors.Join(err, store.Close()); err != nil {
		t.Fatal(err)
	}
}
