//go:build unix

package local

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// detach puts the child into a process group of its own: an interrupt from the
// keyboard is for the parent, which drains its phones against a living core.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// maxRSSOf is the greatest memory of an ended process, in bytes.
func maxRSSOf(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10 // everybody else counts in kilobytes
}
