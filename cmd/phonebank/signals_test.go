//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/phonebank/phonebank/scenario/report"
)

// program starts this program as a process group of its own, as a shell does.
func program(t *testing.T, args ...string) (cmd *exec.Cmd, out *bytes.Buffer, errs *bufio.Scanner) {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out = new(bytes.Buffer)
	cmd = &exec.Cmd{Path: path, Args: append([]string{"phonebank"}, args...), Stdout: out, SysProcAttr: &syscall.SysProcAttr{Setpgid: true}}
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // it has ended, unless the test failed
	return cmd, out, bufio.NewScanner(pipe)
}

// TestAnInterruptKeepsTheResults presses Ctrl-C when the first phones have
// registered: they take their leave and the result says what was seen. A core
// in a child process must outlive the interrupt, which goes to the whole
// process group.
func TestAnInterruptKeepsTheResults(t *testing.T) {
	file := scenarioFile(t, "phones: {count: 1000, keys: pool 2}\nload: [hold 20/s]\n")
	for _, where := range []string{"embedded", "local"} {
		cmd, out, errs := program(t, "run", file, "--core", where)
		registered := regexp.MustCompile(`registered=[1-9]`)
		for errs.Scan() {
			if registered.MatchString(errs.Text()) {
				if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
					t.Fatal(err)
				}
				break
			}
		}
		var rest strings.Builder
		for errs.Scan() {
			rest.WriteString(errs.Text() + "\n")
		}
		err := cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
			t.Errorf("%s: exit code %d (%v), want %d\n%s%s", where, code, err, exitInterrupted, out, rest.String())
		}
		for _, want := range []string{"interrupted: this is what was seen until then", "of 1000 planned"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", where, want, out)
			}
		}
		if strings.Contains(out.String(), "connections lost") {
			t.Errorf("%s: the core went before its phones\n%s", where, out)
		}
	}
}

// TestASecondInterruptKills: nobody has to wait for an orderly end, which for
// phones without an answer to their farewell is seconds away.
func TestASecondInterruptKills(t *testing.T) {
	file := scenarioFile(t, "core: {faults: [{fault: silent, on: callmanager, at: 8s}]}\nphones: {count: 2, lsc: none, keys: pool 1}\nload: all at once\nstay: 5m\n")
	cmd, _, errs := program(t, "run", file)
	silent := regexp.MustCompile(`^(9|\d\d)s started=2 registered=2`)
	for errs.Scan() && !silent.MatchString(errs.Text()) {
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for errs.Scan() {
		}
		_ = cmd.Wait() // how it ended is in ProcessState
	}()
	every := time.NewTicker(50 * time.Millisecond)
	defer every.Stop()
	for running := true; running; {
		select {
		case <-ended:
			running = false
		case <-every.C:
			_ = cmd.Process.Signal(syscall.SIGINT) // it may just have ended
		}
	}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
		t.Errorf("ended with %v, want death by the second signal", cmd.ProcessState)
	}
}

// TestAKilledRunHasLostASecond kills a run outright and renders what it left.
func TestAKilledRunHasLostASecond(t *testing.T) {
	file := scenarioFile(t, "phones: {count: 1000, keys: pool 2}\nload: [hold 20/s]\n")
	dir := t.TempDir()
	cmd, _, errs := program(t, "run", file, "--out", dir)
	snapshot := filepath.Join(dir, report.Snapshot)
	for errs.Scan() {
		if _, err := os.Stat(snapshot); err == nil {
			break
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	events, err := os.ReadFile(filepath.Join(dir, report.EventsFile))
	if err != nil || !bytes.HasPrefix(events, []byte(`{"t_ms":`)) {
		t.Errorf("events.jsonl begins %.80q, %v", events, err)
	}
	got := do(t, "report", dir).want(t, exitOK)
	if !strings.Contains(got.out, "interrupted") || !strings.Contains(got.out, "the run was killed") {
		t.Errorf("the report says\n%s", got.out)
	}
	r, err := report.Open(dir)
	if err != nil || r.Phones.Started == 0 || len(r.Timeline) == 0 || r.Generator.MaxRSS == 0 {
		t.Errorf("result %+v, %v", r, err)
	}
	phones, err := os.ReadFile(filepath.Join(dir, report.PhonesFile))
	if lines := bytes.Count(phones, []byte("\nSEP")); err != nil || lines < r.Phones.Registered || !bytes.Contains(phones, []byte(",7965,127.")) {
		t.Errorf("%d phones of %d that had registered, %v:\n%s", lines, r.Phones.Registered, err, phones)
	}
}
