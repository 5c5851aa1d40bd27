// Package local runs a simulated core in a child process of this program, so
// that generator and core have descriptors, processors and memory of their own
// and each can be measured apart.
//
//	parent                              child
//	  writes LocalSpec.Dir
//	  starts  phonebank core --child DIR  reads DIR, starts the core
//	                    ready tftp=… nodes=…  on its standard output
//	  orders, as JSON          done, or failed and why
//	  …the run…
//	  closes the child's standard input   ends; the parent reads its rusage
//
// A parent that dies closes that pipe too, so no core is ever left behind.
package local

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/phonebank/phonebank/scenario"
)

// How long a child may take to serve (it signs lists and makes a socket per
// node), and to end once it is told to.
const (
	startLimit = 60 * time.Second
	endLimit   = 10 * time.Second
)

// ChildFlag is the hidden flag of "phonebank core" that takes a LocalSpec.Dir.
const ChildFlag = "child"

// Start is a scenario.StartLocal.
func Start(ctx context.Context, spec scenario.LocalSpec) (*scenario.LocalCore, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("core in a child process: %w", err)
	}
	c := &child{ended: make(chan struct{}), answers: make(chan string, 1)}
	c.cmd = exec.Command(program, "core", "--"+ChildFlag, spec.Dir)
	c.cmd.Args[0] = os.Args[0]
	c.cmd.Stderr = &c.said
	detach(c.cmd)
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("core in a child process: %w", err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("core in a child process: %w", err)
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("core in a child process: %w", err)
	}
	ready, err := c.await(ctx, out)
	if err != nil {
		c.kill()
		return nil, fmt.Errorf("core in a child process: %w%s", err, c.said.last())
	}
	return &scenario.LocalCore{TFTP: ready.TFTP, Nodes: ready.Nodes, Carry: c.carry, Ended: c.ended, Close: c.close}, nil
}

// child is the running process.
type child struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	said tail

	orders  sync.Mutex    // one at a time
	answers chan string   // of the child, to orders
	ended   chan struct{} // closed once it is gone and waited for
}

// await reads the child's output to the ready line, then leaves it to a
// goroutine that waits for the child's end.
func (c *child) await(ctx context.Context, out io.Reader) (Ready, error) {
	type answer struct {
		ready Ready
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		lines := bufio.NewScanner(out)
		found := false
		for lines.Scan() {
			if ready, err := ParseReady(lines.Text()); err == nil && !found {
				answers <- answer{ready, nil}
				found = true
				c.listen(lines)
			}
		}
		_, _ = io.Copy(io.Discard, out)
		_ = c.cmd.Wait() // how it ended is in ProcessState
		close(c.ended)
		if !found {
			answers <- answer{err: errors.New("it ended before it was ready")}
		}
	}()
	limit := time.NewTimer(startLimit)
	defer limit.Stop()
	select {
	case a := <-answers:
		return a.ready, a.err
	case <-ctx.Done():
		return Ready{}, ctx.Err()
	case <-limit.C:
		return Ready{}, fmt.Errorf("it was not ready within %v", startLimit)
	}
}

// close tells the child to end, waits, and says what it cost.
func (c *child) close() (cpu time.Duration, maxRSS int64, err error) {
	select {
	case <-c.ended: // before it was told to
		err = fmt.Errorf("the core's process ended by itself: %v%s", c.cmd.ProcessState, c.said.last())
	default:
		c.in.Close()
		limit := time.NewTimer(endLimit)
		defer limit.Stop()
		select {
		case <-c.ended:
		case <-limit.C:
			c.kill()
			err = fmt.Errorf("the core's process did not end within %v and was killed", endLimit)
		}
	}
	state := c.cmd.ProcessState
	return state.UserTime() + state.SystemTime(), maxRSSOf(state), err
}

func (c *child) kill() {
	c.in.Close()
	_ = c.cmd.Process.Kill() // it may be gone already
	<-c.ended
}

// tail keeps the end of what a child says on its standard error.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailLength = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if over := len(t.text) - tailLength; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
	return len(b), nil
}

// last is ": " and the last line, or nothing.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimSpace(string(bytes.ToValidUTF8(t.text, []byte("?"))))
	if text == "" {
		return ""
	}
	return ": " + text[strings.LastIndexByte(text, '\n')+1:]
}
