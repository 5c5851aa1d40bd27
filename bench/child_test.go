package bench

import (
	"fmt"
	"io"
	"net/rpc"
	"os"
	"os/exec"
	"testing"
	"time"
)

const (
	// roleVariable in the environment makes this test binary a child.
	roleVariable = "PHONEBANK_BENCH_ROLE"
	// childLife bounds a child whose parent forgets it.
	childLife = 5 * time.Minute
	// childPatience is how long an ended child may take to leave.
	childPatience = 10 * time.Second
)

// roles are what a child can be: values whose methods the parent calls.
func roles() map[string]any {
	return map[string]any{
		"core":      new(CoreRole),
		"fleet":     new(Fleet),
		"client":    new(ClientRole),
		"tls peer":  new(TLSPeer),
		"bare idle": new(BareIdle),
		"tcp peer":  new(TCPPeer),
		"bare tcp":  new(BareTCP),
	}
}

// play serves the parent's calls until it closes our standard input, which it
// also does by dying.
func play(role string) int {
	receiver, ok := roles()[role]
	if !ok {
		fmt.Fprintf(os.Stderr, "bench: no role %q\n", role)
		return 2
	}
	time.AfterFunc(childLife, func() { os.Exit(3) })
	server := rpc.NewServer()
	if err := server.RegisterName("Role", receiver); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 2
	}
	server.ServeConn(pipes{os.Stdin, os.Stdout})
	return 0
}

// pipes are two one-way streams as one.
type pipes struct {
	io.ReadCloser
	io.WriteCloser
}

func (p pipes) Close() error {
	p.ReadCloser.Close()
	return p.WriteCloser.Close()
}

// child is a process of its own, for whatever must be measured apart.
type child struct {
	role   string
	client *rpc.Client
}

// startChild starts a child that ends with the test.
func startChild(t testing.TB, role string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = childPatience
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	client := rpc.NewClient(pipes{out, in})
	t.Cleanup(func() {
		client.Close()
		late := time.AfterFunc(childPatience, func() { cmd.Process.Kill() })
		defer late.Stop()
		cmd.Wait()
	})
	return &child{role: role, client: client}
}

// call asks the child and ends the test when it cannot do what it was asked.
func (c *child) call(t testing.TB, method string, in, out any) {
	t.Helper()
	if out == nil {
		out = new(Nothing)
	}
	if err := c.client.Call("Role."+method, in, out); err != nil {
		t.Fatalf("%s: %s: %v", c.role, method, err)
	}
}

// Nothing is said, or answered.
type Nothing struct{}
