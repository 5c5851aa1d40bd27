package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestABootIsCaptured(t *testing.T) {
	dir := t.TempDir()
	traffic, secrets := filepath.Join(dir, "boot.pcapng"), filepath.Join(dir, "keys.log")
	t.Setenv("SSLKEYLOGFILE", secrets)
	r := do(t, "boot", "--pcap", traffic)
	r.want(t, exitOK)
	for _, said := range []string{"boot.pcapng: ", " packets of 1 phone; the secrets of their TLS are inside", "warning: SSLKEYLOGFILE is set"} {
		if !strings.Contains(r.err, said) {
			t.Errorf("no %q in %q", said, r.err)
		}
	}
	for path, holds := range map[string]string{traffic: "CLIENT_RANDOM", secrets: "CLIENT_RANDOM"} {
		text, err := os.ReadFile(path)
		if err != nil || strings.Count(string(text), holds) < 2 { // CAPF and CallManager
			t.Errorf("%s: %d times %s, %v", path, strings.Count(string(text), holds), holds, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s may be read by others: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestCapturesThatCannotBe(t *testing.T) {
	const storm = "../../examples/boot-storm.yaml"
	nowhere := filepath.Join(t.TempDir(), "no", "x.pcapng")
	for _, c := range []struct {
		situation string
		args      []string
		code      int
		says      string
	}{
		{"no such directory", []string{"boot", "--pcap", nowhere}, exitFailed, "--pcap: open"},
		{"no such directory, of a run", []string{"run", storm, "--pcap", nowhere}, exitFailed, "hint: name a file that you may write"},
		{"standard output", []string{"boot", "--pcap", "-"}, exitUsage, "--pcap -: a capture goes to a file, or to a pipe that mkfifo has made"},
		{"phones without a file", []string{"run", storm, "--pcap-phones", "3"}, exitUsage, "there is none"},
		{"no phone", []string{"run", storm, "--pcap", nowhere, "--pcap-phones", "SEP1"}, exitUsage, "--pcap-phones: \"SEP1\" is no device name"},
	} {
		r := do(t, c.args...)
		r.want(t, c.code)
		if !strings.Contains(r.err, c.says) {
			t.Errorf("%s: %q", c.situation, r.err)
		}
	}
}

// TestAPhoneOfARunIsReplayed runs phones that fail with CAPF, and boots one of
// them again.
func TestAPhoneOfARunIsReplayed(t *testing.T) {
	dir := t.TempDir()
	file, out := filepath.Join(dir, "x.yaml"), filepath.Join(dir, "out")
	text := "name: refused\nseed: 3\ncore: {capf: {key: rsa-1024}, faults: [{fault: reject, on: capf}]}\nphones: {count: 3, keys: pool 2}\nload: all at once\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	do(t, "run", file, "--out", out, "--quiet").want(t, exitOK)
	if got := steps(boot(t, exitOK, "--replay", filepath.Join(out, "SEP0011215A0002"))); !strings.Contains(got, "capf:failed register:ok") {
		t.Errorf("replayed: %s", got)
	}
	for _, c := range []struct {
		situation string
		args      []string
		code      int
	}{
		{"a phone of another run", []string{"--replay", filepath.Join(out, "SEP001122334455")}, exitUnready},
		{"no run", []string{"--replay", filepath.Join(dir, "SEP0011215A0002")}, exitFailed},
		{"no phone", []string{"--replay", out}, exitUsage},
		{"another model", []string{"--replay", filepath.Join(out, "SEP0011215A0002"), "--model", "8945"}, exitUsage},
	} {
		t.Log(c.situation)
		do(t, append([]string{"boot"}, c.args...)...).want(t, c.code)
	}
}
