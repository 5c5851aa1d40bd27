package main

import (
	"errors"
	"fmt"

	"github.com/phonebank/phonebank/scenario/tally"
)

// Exit codes, as README lists them. Those of a finished run are the tally's.
const (
	exitOK          = tally.ExitOK
	exitFailed      = tally.ExitFailed
	exitUsage       = 2
	exitFile        = 3 // a file that cannot be opened, or a held list that does not parse
	exitScenario    = 104
	exitInterrupted = tally.ExitInterrupted
	exitUnready     = 107 // pre-flight failed, or the target is unreachable
)

// problem is a command's failure: what went wrong, what to do about it, and
// the exit code.
type problem struct {
	code int
	err  error
	hint string
}

func (p *problem) Error() string { return p.err.Error() }

func (p *problem) Unwrap() error { return p.err }

// silent is the exit code of a command that has said everything itself.
type silent int

func (s silent) Error() string { return fmt.Sprintf("exit code %d", int(s)) }

func usagef(format string, args ...any) error {
	return &problem{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// finish prints what is left to say and turns an error into an exit code.
func (t *tool) finish(err error) int {
	var (
		told  silent
		known *problem
	)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &told):
		return int(told)
	case errors.As(err, &known):
		t.complain(err, known.hint)
		return known.code
	default:
		t.complain(err, "")
		return exitFailed
	}
}

func (t *tool) complain(err error, hint string) {
	fmt.Fprintf(t.err, "phonebank: %v\n", err)
	if hint != "" {
		fmt.Fprintf(t.err, "hint: %s\n", hint)
	}
}
