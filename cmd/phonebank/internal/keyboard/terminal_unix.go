//go:build linux || darwin

package keyboard

import (
	"os"

	"golang.org/x/sys/unix"
)

// Listen makes a terminal hand out keys one by one, without showing them; give
// back undoes it. It is false for what is no terminal.
func Listen(f *os.File) (giveBack func(), ok bool) {
	fd := int(f.Fd())
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, false
	}
	now := *before
	now.Lflag &^= unix.ICANON | unix.ECHO
	now.Cc[unix.VMIN], now.Cc[unix.VTIME] = 1, 0
	if unix.IoctlSetTermios(fd, setTermios, &now) != nil {
		return nil, false
	}
	return func() { _ = unix.IoctlSetTermios(fd, setTermios, before) }, true // nobody is left to tell
}
