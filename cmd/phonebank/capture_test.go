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
