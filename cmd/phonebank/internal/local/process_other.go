//go:build !unix

package local

import (
	"os"
	"os/exec"
)

// detach leaves the child as it is: process groups are a matter of Unix.
func detach(*exec.Cmd) {}

// maxRSSOf is not known here.
func maxRSSOf(*os.ProcessState) int64 { return 0 }
