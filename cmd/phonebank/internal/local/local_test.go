package local

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/phonebank/phonebank/scenario"
)

// TestMain is also the child: Start runs this program with the argument core,
// and the file behaviour in the directory says what the child does.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "core" && os.Args[2] == "--"+ChildFlag {
		os.Exit(behave(os.Args[3]))
	}
	goleak.VerifyTestMain(m)
}

const readyLine = "ready tftp=127.9.9.1:6969 nodes=127.9.9.1,127.9.9.2"

func behave(dir string) int {
	behaviour, err := os.ReadFile(filepath.Join(dir, "behaviour"))
	if err != nil {
		return 9
	}
	switch string(behaviour) {
	case "serves":
		fmt.Println("starting")
		fmt.Println(readyLine)
		for began := time.Now(); time.Since(began) < 30*time.Millisecond; { // something to measure
		}
		_, _ = io.Copy(io.Discard, os.Stdin)
		return 0
	case "obeys":
		fmt.Println(readyLine)
		orders := bufio.NewScanner(os.Stdin)
		for answer := "done"; orders.Scan(); answer = "failed no such node" {
			fmt.Println(answer)
		}
		return 0
	case "cannot start":
		fmt.Fprintln(os.Stderr, "first line")
		fmt.Fprintln(os.Stderr, "phonebank: no free loopback network")
		return 107
	case "dies":
		fmt.Println(readyLine)
		fmt.Fprintln(os.Stderr, "panic: out of memory")
		return 2
	}
	return 9
}

func spec(t *testing.T, behaviour string) scenario.LocalSpec {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "behaviour"), []byte(behaviour), 0o600); err != nil {
		t.Fatal(err)
	}
	return scenario.LocalSpec{Dir: dir}
}

func TestAChildServesAndIsMeasured(t *testing.T) {
	core, err := Start(context.Background(), spec(t, "serves"))
	if err != nil {
		t.Fatal(err)
	}
	want := []netip.Addr{netip.MustParseAddr("127.9.9.1"), netip.MustParseAddr("127.9.9.2")}
	if core.TFTP != "127.9.9.1:6969" || !slices.Equal(core.Nodes, want) {
		t.Errorf("%s %v", core.TFTP, core.Nodes)
	}
	select {
	case <-core.Ended:
		t.Error("ended before it was told to")
	default:
	}
	cpu, rss, err := core.Close()
	if err != nil || cpu <= 0 || rss < 1<<20 {
		t.Errorf("cost: %v CPU, %d bytes, %v", cpu, rss, err)
	}
	<-core.Ended
}

func TestAChildThatCannotStart(t *testing.T) {
	_, err := Start(context.Background(), spec(t, "cannot start"))
	want := "core in a child process: it ended before it was ready: phonebank: no free loopback network"
	if err == nil || err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
}

func TestAChildThatDies(t *testing.T) {
	core, err := Start(context.Background(), spec(t, "dies"))
	if err != nil {
		t.Fatal(err)
	}
	<-core.Ended
	_, _, err = core.Close()
	if err == nil || !strings.Contains(err.Error(), "exit status 2: panic: out of memory") {
		t.Errorf("error %v", err)
	}
}

func TestAStartThatIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	// The child may be quicker than the interrupt is noticed: then it is to be closed.
	if core, err := Start(ctx, spec(t, "serves")); err == nil {
		if _, _, err := core.Close(); err != nil {
			t.Error(err)
		}
	} else if !strings.Contains(err.Error(), "context canceled") {
		t.Errorf("error %v", err)
	}
}

func TestReady(t *testing.T) {
	r, err := ParseReady(readyLine)
	if err != nil || r.String() != readyLine {
		t.Errorf("%q, %v", r, err)
	}
	for _, line := range []string{"", "ready", "ready tftp=a", "ready tftp=1.2.3.4:69 nodes=", "ready tftp=1.2.3.4:69 nodes=1.2.3.4,x", "already tftp=1.2.3.4:69 nodes=1.2.3.4"} {
		if r, err := ParseReady(line); err == nil {
			t.Errorf("%q is taken for %v", line, r)
		}
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	var said tail
	for n := range 10_000 {
		fmt.Fprintf(&said, "line %d\n", n)
	}
	if len(said.text) > tailLength || said.last() != ": line 9999" {
		t.Errorf("%d bytes, last %q", len(said.text), said.last())
	}
}
