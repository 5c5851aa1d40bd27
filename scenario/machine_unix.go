//go:build unix

package scenario

import (
	"runtime"
	"syscall"
	"time"
)

// descriptors is the limit on open files; Go has raised it as far as it may.
func descriptors() uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return limit.Cur
}

// usage is the CPU time and the greatest memory of this process, in bytes.
func usage() (cpu time.Duration, maxRSS int64, known bool) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, 0, false
	}
	maxRSS = int64(u.Maxrss)
	if runtime.GOOS != "darwin" && runtime.GOOS != "ios" {
		maxRSS <<= 10 // everybody else counts in kilobytes
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), maxRSS, true
}
