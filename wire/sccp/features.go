package sccp

// Features are the feature bytes that a phone of a protocol version registers
// with: as captured at 11, 15 and 17, inferred for 20 and 22 (SCCP, section
// 4.4). Bit 0x10 of the second byte says that texts are UTF-8.
func Features(version uint8) [3]byte {
	switch {
	case version <= lastFixed:
		return [3]byte{0x00, 0x60, 0x85}
	case version < extendedAddresses:
		return [3]byte{0x20, 0x70, 0x85}
	}
	return [3]byte{0x00, 0x72, 0x85}
}

// ServerFeatures are the feature bytes with which a server acknowledges a
// registration at a protocol version (SCCP, section 3.11).
func ServerFeatures(version uint8) [3]byte {
	switch {
	case version <= MinVersion:
		return [3]byte{}
	case version < lastFixed:
		return [3]byte{0x20, 0xF1, 0xFE}
	}
	return [3]byte{0x20, 0xF1, 0xFF}
}
