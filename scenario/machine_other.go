//go:build !unix

package scenario

import "time"

// descriptors is 0: this system has no such limit that could be asked for.
func descriptors() uint64 { return 0 }

// usage is not known on this system.
func usage() (cpu time.Duration, maxRSS int64, known bool) { return 0, 0, false }
