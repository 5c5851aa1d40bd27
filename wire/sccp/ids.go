package sccp

import "fmt"

// ID is a message id, the u32 at offset 8 of the header (SCCP, section 2).
type ID uint32

// String is the message's name as Wireshark spells it, "RegisterReq", or
// "0x0123" for an id without one.
func (id ID) String() string {
	if name, ok := phoneNames[id]; ok {
		return name
	}
	if name, ok := callManagerNames[id]; ok {
		return name
	}
	return fmt.Sprintf("0x%04X", uint32(id))
}

// FromPhone reports whether the id belongs to a message that is sent to the
// CallManager. It is false for ids without a name.
func (id ID) FromPhone() bool {
	_, ok := phoneNames[id]
	return ok
}
