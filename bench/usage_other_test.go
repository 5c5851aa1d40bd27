//go:build !linux

package bench

import (
	"errors"
	"time"
)

func cpuTime() time.Duration { return 0 }

func threadTime(work func()) time.Duration {
	work()
	return 0
}

func residentBytes() (int, error) { return 0, errors.ErrUnsupported }

func openFiles() int { return 256 }

// measurable says that this system tells what a process uses.
const measurable = false
