//go:build !linux && !darwin

package keyboard

import "os"

// Listen knows no terminal here.
func Listen(*os.File) (giveBack func(), ok bool) { return nil, false }
