package sccp

// VideoCapability is a video codec of UpdateCapabilities.
type VideoCapability struct {
	Codec     Codec
	Direction uint32            // 1 receive, 2 transmit, 3 both
	Levels    []LevelPreference // 4 at most
	// EncryptionCapability is 1 when the phone can encrypt this; from revision 3.
	EncryptionCapability uint32
	// Parameters are the codec's own: 8 bytes, 24 from revision 2 on.
	Parameters [24]byte
	// IPAddressingMode is 0 for IPv4, 1 for IPv6, 2 for both; from revision 3.
	IPAddressingMode uint32
}

func (v *VideoCapability) layout(b *body, revision uint8) {
	b.u32((*uint32)(&v.Codec), "codec")
	b.u32(&v.Direction, "direction")
	n := b.count(len(v.Levels), levelSlots, "levelPreferenceCount")
	list(b, &v.Levels, n, levelSlots, 24, (*LevelPreference).layout)
	if revision >= 3 {
		b.u32(&v.EncryptionCapability, "encryptionCapability")
	}
	parameters := v.Parameters[:8]
	if revision >= 2 {
		parameters = v.Parameters[:]
	}
	b.raw(parameters, "codecParameters")
	if revision >= 3 {
		b.u32(&v.IPAddressingMode, "ipAddressingMode")
	}
}

// LevelPreference is one quality of a video codec.
type LevelPreference struct {
	TransmitPreference uint32
	Format             uint32
	MaxBitRate         uint32
	MinBitRate         uint32
	MPI                uint32
	ServiceNumber      uint32
}

func (l *LevelPreference) layout(b *body) {
	b.u32(&l.TransmitPreference, "transmitPreference")
	b.u32(&l.Format, "format")
	b.u32(&l.MaxBitRate, "maxBitRate")
	b.u32(&l.MinBitRate, "minBitRate")
	b.u32(&l.MPI, "MPI")
	b.u32(&l.ServiceNumber, "serviceNumber")
}

// DataCapability is a data channel of UpdateCapabilities.
type DataCapability struct {
	Codec                 Codec
	Direction             uint32 // as in VideoCapability
	ProtocolDependentData uint32
	MaxBitRate            uint32
	EncryptionCapability  uint32 // from revision 3
}

func (d *DataCapability) layout(b *body, revision uint8) {
	b.u32((*uint32)(&d.Codec), "codec")
	b.u32(&d.Direction, "direction")
	b.u32(&d.ProtocolDependentData, "protocolDependentData")
	b.u32(&d.MaxBitRate, "maxBitRate")
	if revision >= 3 {
		b.u32(&d.EncryptionCapability, "encryptionCapability")
	}
}
