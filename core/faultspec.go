package core

import "time"

// FaultSpec asks for a fault: which, where, when, and for how many devices.
type FaultSpec struct {
	Fault string // one of FaultNames
	// On is where: a service (tftp, capf, tvs, callmanager), a kind of file
	// (ctl, itl, config), a node (node-1 …), or "" for all of them.
	On    string
	Delay time.Duration // of slow
	Text  string        // of reject: shown by the phone, up to 32 bytes
	Share float64       // percent of the devices, chosen by name; 0: all
	At    time.Duration // when it begins, after the start of the core
	For   time.Duration // how long it lasts; 0: to the end
}
