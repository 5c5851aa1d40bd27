package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/local"
	"github.com/phonebank/phonebank/core"
)

// coreAlone is a "phonebank core" of its own.
type coreAlone struct {
	ready  local.Ready
	stop   context.CancelFunc
	code   chan int
	mu     sync.Mutex
	traces bytes.Buffer
}

func (c *coreAlone) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.traces.Write(b)
}

// startCore runs "phonebank core" until the test ends and returns once it says
// that it is ready.
func startCore(t *testing.T, args ...string) *coreAlone {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	c := &coreAlone{stop: stop, code: make(chan int, 1)}
	out, in := io.Pipe()
	go func() {
		c.code <- run(ctx, append([]string{"core"}, args...), strings.NewReader(""), in, c)
		in.Close()
	}()
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("no ready line; exit code %d\n%s", <-c.code, c.traces.String())
	}
	var err error
	if c.ready, err = local.ParseReady(lines.Text()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return c
}

// end interrupts the core and returns what it traced.
func (c *coreAlone) end(t *testing.T) string {
	t.Helper()
	c.stop()
	if code := <-c.code; code != exitOK {
		t.Errorf("core: exit code %d", code)
	}
	return c.traces.String()
}

func scenarioFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scenario.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCoreAloneServesPhonesOfAnotherProcess(t *testing.T) {
	state, dir := filepath.Join(t.TempDir(), "state"), filepath.Join(t.TempDir(), "core")
	ca := filepath.Join(t.TempDir(), "ca.pem")
	do(t, "ca", "export", "--state", state, "--out", ca).want(t, exitOK)
	scenario := scenarioFile(t, `
core: {run: embedded, nodes: 2, capf: {auth: string}, auth_string: "12345"}
phones: {count: 2, first: SEP001122334455}
`)
	c := startCore(t, "--scenario", scenario, "--mic-ca", ca, "--dir", dir)
	if len(c.ready.Nodes) != 2 {
		t.Errorf("%d nodes", len(c.ready.Nodes))
	}

	right := boot(t, exitOK, "--core", c.ready.TFTP, "--state", state, "--mac", "001122334455", "--auth-string", "12345")
	if right.LSC == "" || !right.Registered {
		t.Errorf("right string: %+v", right)
	}
	wrong := boot(t, exitOK, "--core", c.ready.TFTP, "--state", state, "--mac", "001122334456", "--auth-string", "54321")
	if got := steps(wrong); got != "ctl:ok itl:ok config:ok capf:failed register:ok" {
		t.Errorf("wrong string: %s", got)
	}
	if s := wrong.Steps[3]; s.Cause != "rejected" || !strings.Contains(s.Fix, "--auth-string") {
		t.Errorf("wrong string: capf %+v", s)
	}
	unknown := boot(t, exitFailed, "--core", c.ready.TFTP, "--state", state, "--mac", "00AABBCCDDEE")
	if unknown.Step != "register" || unknown.Cause != "rejected" || !strings.Contains(unknown.Fix, "check that the device exists") {
		t.Errorf("unknown device: %s %s: %s; %s", unknown.Step, unknown.Cause, unknown.Reason, unknown.Fix)
	}

	traces := c.end(t)
	for _, line := range []string{"CAPF_MSG_AUTH_REQ", "DeviceSecurityMode = (3)", "deviceName=SEP001122334455, Cipher=AES128-SHA"} {
		if !strings.Contains(traces, line) {
			t.Errorf("the traces have no %q", line)
		}
	}
	for _, name := range []string{"CTLFile.tlv", "ITLFile.tlv", "SEP001122334456.cnf.xml.sgn", "capf.pem", "callmanager-2.pem"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("not exported: %v", err)
		}
	}
}

func TestACoreKeepsItsKeysInItsDirectory(t *testing.T) {
	dir, state := filepath.Join(t.TempDir(), "core"), filepath.Join(t.TempDir(), "state")
	ca := filepath.Join(t.TempDir(), "ca.pem")
	do(t, "ca", "export", "--state", state, "--out", ca).want(t, exitOK)
	scenario := scenarioFile(t, "core: {run: embedded}\nphones: {count: 1, first: SEP001122334455, lsc: none}\n")
	for _, first := range []bool{true, false} {
		c := startCore(t, "--scenario", scenario, "--mic-ca", ca, "--dir", dir, "--quiet")
		r := boot(t, exitOK, "--core", c.ready.TFTP, "--state", state, "--mac", "001122334455")
		for _, list := range r.Lists {
			if list.Kind == "CTL" && list.FirstUse != first {
				t.Errorf("first start %v: first use %v", first, list.FirstUse)
			}
		}
		if traces := c.end(t); traces != "" {
			t.Errorf("--quiet traces %q", traces)
		}
	}
	got := do(t, "core", "--dir", dir, "--nodes", "3").want(t, exitFile)
	if !strings.Contains(got.err, "a cluster of 1 nodes, not 3") {
		t.Errorf("standard error %q", got.err)
	}
}

func TestAutoRegistration(t *testing.T) {
	c := startCore(t, "--auto-register", "--quiet")
	r := boot(t, exitOK, "--core", c.ready.TFTP, "--mac", "00AABBCCDDEE")
	if r.Registration == nil || r.Registration.Secure {
		t.Errorf("registration %+v, want one in the clear", r.Registration)
	}
	c.end(t)
}

func TestACoreWithoutDevicesSaysSo(t *testing.T) {
	if traces := startCore(t).end(t); !strings.Contains(traces, "hint: no device is in the database") {
		t.Errorf("standard error %q", traces)
	}
}

func TestACoreWithoutStringsSaysSo(t *testing.T) {
	csv := filepath.Join(t.TempDir(), "phones.csv")
	if err := os.WriteFile(csv, []byte("name,auth_string\nSEP001122334455,12345\nSEP001122334456,\nSEP001122334457,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ situation, core, want string }{
		{"lines without one", "{capf: {auth: string}}", "hint: devices without the auth_string that CAPF asks for: 2, such as SEP001122334456; nothing that their users type is right"},
		{"one for all", "{capf: {auth: string}, auth_string: 54321}", ""},
		{"nobody is asked", "{capf: {auth: mic}}", ""},
	} {
		t.Run(c.situation, func(t *testing.T) {
			scenario := scenarioFile(t, "core: "+c.core+"\nphones: {csv: "+csv+"}\n")
			if traces := startCore(t, "--scenario", scenario, "--quiet").end(t); strings.TrimSpace(traces) != c.want {
				t.Errorf("standard error %q, want %q", traces, c.want)
			}
		})
	}
}

func TestACoreThatCannotListen(t *testing.T) {
	c := startCore(t, "--auto-register", "--quiet")
	got := do(t, "core", "--listen", c.ready.Nodes[0].String()).want(t, exitUnready)
	if !strings.Contains(got.err, "address already in use") || !strings.Contains(got.err, "hint: phonebank doctor") {
		t.Errorf("standard error %q", got.err)
	}
	c.end(t)
}

func TestAChildEndsWithItsParent(t *testing.T) {
	got := do(t, "core", "--child", t.TempDir()).want(t, exitFailed)
	if !strings.Contains(got.err, "configuration of the core") {
		t.Errorf("standard error %q", got.err)
	}
}

// TestVerifyAsksTVS judges lists whose signer the phone's lists do not name,
// with a live TVS server to ask.
func TestVerifyAsksTVS(t *testing.T) {
	authority, err := core.NewAuthority(core.AuthorityOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := core.Start(context.Background(), core.Config{Authority: authority})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	dir := t.TempDir()
	write := func(name string, b []byte, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	list := func(name string, o core.ListOptions) string {
		b, err := authority.CTL(o)
		return write(name, b, err)
	}
	itl, err := authority.ITL(1, core.ListOptions{})
	heldITL := write("ITLFile.tlv", itl, err)
	heldCTL := list("held.tlv", core.ListOptions{Signer: core.SignerCallManager})
	server := fmt.Sprintf("%s:%d", c.Places()[0].Address, c.Places()[0].TVS)
	for _, v := range []struct {
		situation string
		list      string
		more      []string
		code      int
		says      string
	}{
		{"the cluster's own token", list("token.tlv", core.ListOptions{Signer: core.Token(2)}), []string{"--tvs", server}, exitOK, "for whom TVS " + server + " vouches as SAST"},
		{"the same, nobody to ask", list("token.tlv", core.ListOptions{Signer: core.Token(2)}), nil, exitFailed, `"cause": "untrusted"`},
		{"a stranger", list("stranger.tlv", core.ListOptions{Signer: core.SignerUnknown}), []string{"--tvs", server}, exitFailed, "does not know"},
		{"a server that is not there", list("token.tlv", core.ListOptions{Signer: core.Token(2)}), []string{"--tvs", "127.0.0.1:9"}, exitFailed, "127.0.0.1:9"},
	} {
		args := append([]string{"ctl", "verify", v.list, "--held", heldCTL, "--held", heldITL, "--json"}, v.more...)
		if got := do(t, args...).want(t, v.code); !strings.Contains(got.out, v.says) {
			t.Errorf("%s: no %q in\n%s", v.situation, v.says, got.out)
		}
	}
}
