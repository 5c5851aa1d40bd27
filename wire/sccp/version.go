package sccp

// The protocol versions between which phones and servers choose.
const (
	// MinVersion is the oldest protocol version met on the wire.
	MinVersion = 3
	// MaxVersion is the newest protocol version this package knows.
	MaxVersion = 22
)

// The versions at which layouts changed (SCCP, section 3.17).
const (
	extendedAddresses = 17 // addresses of 20 bytes
	longNumbers       = 18 // directory numbers of 25 bytes, packed
)

// lastFixed is the highest version that is agreed on with a server that does
// not name one; up to it texts are in fixed fields.
const lastFixed = 11

// Negotiate is the protocol version both ends use after a RegisterAck: own is
// the phone's highest version, ack the server's MaxProtocolVersion. A server
// that names none gets at most 11. One that names more than 22 has not meant a
// version (one sends an ASCII "0"): the phone's own stands (SCCP, section 3.11).
func Negotiate(own, ack uint8) uint8 {
	switch {
	case ack < MinVersion:
		return min(own, lastFixed)
	case ack > MaxVersion:
		return own
	}
	return min(own, ack)
}

// HeaderVersion is the header version we send with a message when version has
// been negotiated: the version itself from 12 on, else 0, and always 0 in the
// messages around registration and keepalive (SCCP, section 1.2).
func HeaderVersion(id ID, version uint8) uint32 {
	switch id {
	case IDKeepAliveReq, IDKeepAliveAck, IDUnregisterAck,
		IDRegisterReq, IDRegisterAck, IDRegisterReject,
		IDRegisterTokenReq, IDRegisterTokenAck, IDRegisterTokenReject:
		return 0
	}
	if version <= lastFixed {
		return 0
	}
	return uint32(version)
}
