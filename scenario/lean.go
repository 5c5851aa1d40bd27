package scenario

import (
	"os"
	"runtime/debug"
)

// GCPercent is the garbage collector's target during a run. A registered phone
// is a few kilobytes of small objects that were allocated amid the garbage of
// its boot; Go's default of 100 leaves the holes between them open, a quarter
// of what an idle phone costs. The price is a few percent of CPU while phones
// boot. The environment variable GOGC has the last word.
const GCPercent = 20

// lean sets GCPercent and returns what sets the old target again.
func lean() (restore func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(GCPercent)
	return func() { debug.SetGCPercent(before) }
}
