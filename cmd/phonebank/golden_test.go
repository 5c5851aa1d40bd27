package main

import (
	"path/filepath"
	"testing"
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
