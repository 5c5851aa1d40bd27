// Command phonebank is virtual Cisco IP phones: one of them, told step by step,
// or thousands at once, against a simulated core or a real cluster.
//
//	main.go       arguments in, exit code out
//	tree.go       every command, in the order of the help
//	arguments.go  flags may stand before and after arguments
//	exit.go       exit codes, and what a failed command prints
//	<command>.go  one file a command
//
// This is the only place that knows about terminals, flags, logs and colours.
// The packages below it return values and errors; the hint that goes with an
// error is added here.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/terminal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for an orderly end; the second finds no handler and kills.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// tool is the program: its three streams.
type tool struct {
	in       io.Reader
	out, err *terminal.Stream
}

// run executes one command line, args without the program's name, and returns
// its exit code.
func run(ctx context.Context, args []string, in io.Reader, out, err io.Writer) int {
	t := &tool{in: in, out: terminal.New(out), err: terminal.New(err)}
	return t.finish(t.execute(ctx, args))
}

// execute finds the command and runs it.
func (t *tool) execute(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "help" {
		args = append(append([]string{}, args[1:]...), "--help")
	}
	app := t.app()
	arranged, err := arrange(app, args)
	if err != nil {
		return err
	}
	return app.RunContext(ctx, append([]string{app.Name}, arranged...))
}
