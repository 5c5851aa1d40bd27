//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestACaptureThatBreaksOffIsNoRunThatDoes captures into a pipe whose reader
// goes away, as a disk fills up.
func TestACaptureThatBreaksOffIsNoRunThatDoes(t *testing.T) {
	dir := t.TempDir()
	pipe, file := filepath.Join(dir, "x.pcapng"), filepath.Join(dir, "x.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	if err := os.WriteFile(file, []byte("core: {capf: {key: rsa-1024}}\nphones: {count: 1, keys: pool 1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		if reader, err := os.Open(pipe); err == nil {
			reader.Read(make([]byte, 8))
			reader.Close()
		}
	}()
	r := do(t, "run", file, "--pcap", pipe, "--quiet")
	r.want(t, exitFailed)
	if !strings.Contains(r.out, "1 phone registered") {
		t.Errorf("no result: %q", r.out)
	}
	if strings.Contains(r.err, "the run broke") || !strings.Contains(r.err, "x.pcapng is not complete") || !strings.Contains(r.err, "hint: ") {
		t.Errorf("%q", r.err)
	}
}
