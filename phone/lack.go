package phone

import (
	"errors"
	"slices"
)

// Lack is what this machine had no more of when a step failed.
type Lack string

// What a machine can lack.
const (
	LackDescriptors Lack = "descriptors" // files and sockets that a process may open
	LackPorts       Lack = "ports"       // source ports of an address
)

// LackOf is what was lacking behind an error of a phone; empty where that was
// nothing of this machine's.
func LackOf(err error) Lack {
	is := func(target error) bool { return errors.Is(err, target) }
	switch {
	case slices.ContainsFunc(noDescriptor, is):
		return LackDescriptors
	case slices.ContainsFunc(noPort, is):
		return LackPorts
	}
	return ""
}
