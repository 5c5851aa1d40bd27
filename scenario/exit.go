package scenario

import (
	"errors"

	"github.com/phonebank/phonebank/scenario/tally"
)

// Exit codes of runs that came to no result.
const (
	ExitScenario  = 104 // the scenario makes no sense
	ExitPreflight = 107 // this machine cannot carry it, or the core does not answer
)

// ExitCode says in a number how a run ended: its arguments are what Run
// returned.
func ExitCode(r *tally.Result, err error) int {
	var file *FileError
	var preflight *PreflightError
	switch {
	case errors.As(err, &file):
		return ExitScenario
	case errors.As(err, &preflight):
		return ExitPreflight
	case err != nil:
		return tally.ExitFailed
	}
	return r.ExitCode()
}
