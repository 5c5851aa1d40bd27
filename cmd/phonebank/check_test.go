package main

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/check"
	"github.com/phonebank/phonebank/cmd/phonebank/internal/local"
)

// coreProcess runs "phonebank core" in a process of its own until the test ends.
func coreProcess(t *testing.T, args ...string) local.Ready {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := &exec.Cmd{Path: path, Args: append([]string{"phonebank", "core", "--quiet"}, args...), Stderr: os.Stderr}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the core said nothing")
	}
	ready, err := local.ParseReady(lines.Text())
	if err != nil {
		t.Fatal(err)
	}
	return ready
}

const checkedCluster = `
core: {run: embedded, nodes: 2, security: encrypted, capf: {auth: string}, auth_string: "12345"}
phones: {count: 1, first: SEP0011215A1AE3}
`

// steadyCheck is steady for dates, digests and sizes, too.
func steadyCheck(text string) string {
	text = steady(text)
	for _, r := range []struct{ pattern, with string }{
		{`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`, "2011-10-19T00:00:00Z"},
		{`\d{4}-\d\d-\d\d`, "2011-10-19"},
		{`the latest is [^,]*`, "the latest is a file"},
		{`\b[0-9a-f]{32}\b`, "MD5"},
		{`\d+ bytes`, "0 bytes"},
		{`("(size|offset|length|header_length)": )\d+`, "${1}0"},
	} {
		text = regexp.MustCompile(r.pattern).ReplaceAllString(text, r.with)
	}
	return text
}

// checked runs the checklist and returns its JSON.
func checked(t *testing.T, code int, args ...string) check.Report {
	t.Helper()
	got := do(t, append([]string{"check", "--json", "-"}, args...)...).want(t, code)
	var r check.Report
	if err := json.Unmarshal([]byte(got.out), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestGoldenCheckOfACoreInAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	state, ca := filepath.Join(dir, "state"), filepath.Join(dir, "ca.pem")
	do(t, "ca", "export", "--state", state, "--out", ca).want(t, exitOK)
	ready := coreProcess(t, "--scenario", scenarioFile(t, checkedCluster), "--mic-ca", ca)

	got := do(t, "check", ready.TFTP, "--mac", "0011215A1AE3", "--json", "-").want(t, exitOK)
	golden(t, "check.json", steadyCheck(got.out))
	golden(t, "check.txt", steadyCheck(got.err))

	wrong := checked(t, exitFailed, ready.TFTP, "--mac", "0011215A1AE3", "--state", state, "--enrol", "--auth-string", "54321")
	if wrong.Check != "enrol" || len(wrong.Repair) == 0 {
		t.Errorf("wrong string: first cause %s: %s", wrong.Check, wrong.FirstCause)
	}
	args := []string{ready.TFTP, "--mac", "0011215A1AE3", "--state", state}
	first := checked(t, exitOK, append(args, "--enrol", "--register", "--auth-string", "12345")...)
	if f := finding(t, first, "enrol"); f.Outcome != check.OK || !strings.Contains(f.Text, "LSC installed") {
		t.Errorf("enrol: %+v", f)
	}
	if f := finding(t, first, "register"); f.Outcome != check.OK || !strings.Contains(f.Text, ":2443 over TLS 1.0") {
		t.Errorf("register: %+v", f)
	}
	// The phone kept what it was given: its lists are those that are served, and
	// it shows its LSC.
	second := checked(t, exitOK, args...)
	for name, text := range map[string]string{"ctl-held": "the phone holds the CTL that is served", "callmanager-tls": "is done: TLS 1.0, AES128-SHA"} {
		if f := finding(t, second, name); f.Outcome != check.OK || !strings.Contains(f.Text, text) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// finding is the first finding of a check.
func finding(t *testing.T, r check.Report, name string) check.Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Check == name {
			return f
		}
	}
	t.Errorf("no finding of %s", name)
	return check.Finding{}
}

// TestCheckAnEncryptedConfiguration: the phone's key opens it once the phone
// has enrolled; before, the check says what is missing.
func TestCheckAnEncryptedConfiguration(t *testing.T) {
	dir := t.TempDir()
	state, ca := filepath.Join(dir, "state"), filepath.Join(dir, "ca.pem")
	do(t, "ca", "export", "--state", state, "--out", ca).want(t, exitOK)
	scenario := scenarioFile(t, "core: {run: embedded, security: encrypted, encrypted_config: true}\nphones: {count: 1, first: SEP0011215A1AE3}\n")
	ready := coreProcess(t, "--scenario", scenario, "--mic-ca", ca)
	args := []string{ready.TFTP, "--mac", "0011215A1AE3", "--state", state}
	if f := finding(t, checked(t, exitOK, args...), "config-decrypt"); f.Outcome != check.Skipped || !strings.Contains(f.Text, "it enrols first") {
		t.Errorf("before: %+v", f)
	}
	boot(t, exitOK, "--core", ready.TFTP, "--state", state)
	after := checked(t, exitOK, args...)
	if f := finding(t, after, "config-decrypt"); f.Outcome != check.OK || !strings.Contains(f.Text, ".cnf.xml.enc.sgn opens with the phone's key") {
		t.Errorf("after: %+v", f)
	}
	stranger := checked(t, exitOK, ready.TFTP, "--mac", "0011215A1AE3")
	if f := finding(t, stranger, "config-decrypt"); f.Outcome != check.Skipped || !strings.Contains(f.Text, "whose key is not here") {
		t.Errorf("somebody without the key: %+v", f)
	}
}

// TestCheckFilesAlone checks Debian's tftpd-hpa, which serves what a cluster
// would, with nothing else up.
func TestCheckFilesAlone(t *testing.T) {
	const daemon = "/usr/sbin/in.tftpd"
	if _, err := exec.LookPath(daemon); err != nil {
		t.Skip("needs Debian's tftpd-hpa")
	}
	dir := t.TempDir()
	c := startCore(t, "--scenario", scenarioFile(t, checkedCluster), "--dir", dir, "--quiet")
	c.end(t)
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := conn.LocalAddr().String()
	conn.Close()
	server := exec.CommandContext(t.Context(), daemon, "--foreground", "--user", "root", "--secure", "--address", address, dir)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait() // killed
	})

	r := checked(t, exitFailed, address, "--mac", "0011215A1AE3")
	for _, name := range []string{"tftp", "ctl-signature", "itl-signature", "ctl-certificates", "config-signature"} {
		if f := finding(t, r, name); f.Outcome != check.OK {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if f := finding(t, r, "ctl-served"); f.Outcome != check.Warning || !strings.Contains(f.Text, "phones ask for CTLSEP0011215A1AE3.tlv") {
		t.Errorf("a server that knows only CTLFile.tlv: %+v", f)
	}
	for _, name := range []string{"capf-certificate", "callmanager-certificate", "ctl-capf", "ctl-callmanager", "itl-tvs", "capf-tls", "callmanager-tls"} {
		if f := finding(t, r, name); f.Outcome != check.Skipped || !strings.Contains(f.Text, "(could not be checked, because ") {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if r.Check != "capf-port" || !strings.Contains(strings.Join(r.Repair, " "), "Certificate Authority Proxy Function") {
		t.Errorf("first cause %s: %s; repair %q", r.Check, r.FirstCause, r.Repair)
	}
}

func TestTimesInDays(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"30d", "720h0m0s"}, {"0d", "0s"}, {"12h", "12h0m0s"}, {"d", ""}, {"-1d", ""}, {"-3h", ""}, {"70000d", ""}, {"soon", ""},
	} {
		d, err := parseDays(c.text)
		if got := d.String(); err == nil && got != c.want || err != nil && c.want != "" {
			t.Errorf("%s: %s, %v; want %q", c.text, got, err, c.want)
		}
	}
}
