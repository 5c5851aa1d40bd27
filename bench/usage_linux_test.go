package bench

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

// threadUsage is RUSAGE_THREAD, which package syscall does not name.
const threadUsage = 1

// cpuTime is what this process has used so far, user and system.
func cpuTime() time.Duration { return cpuOf(syscall.RUSAGE_SELF) }

// threadTime is what work uses on its thread, whatever runs beside it.
func threadTime(work func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began := cpuOf(threadUsage)
	work()
	return cpuOf(threadUsage) - began
}

func cpuOf(who int) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(who, &usage); err != nil {
		panic(err) // it cannot fail with these arguments
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// residentBytes is the memory of this process once the garbage is gone and the
// system has its pages back.
func residentBytes() (int, error) {
	runtime.GC() // what pools hold survives one collection
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var size, resident int
	if _, err := fmt.Sscan(string(text), &size, &resident); err != nil {
		return 0, err
	}
	return resident * os.Getpagesize(), nil
}

// openFiles is how many descriptors a process may have.
func openFiles() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 1024
	}
	return int(min(limit.Cur, 1<<20))
}

// measurable says that this system tells what a process uses.
const measurable = true
