package sccp

// The size of CapabilitiesRes: always all slots (SCCP, section 3.12).
const (
	audioSlots     = 18
	capabilitySize = 16
)

// Capability is one audio codec that a phone offers.
type Capability struct {
	Codec              Codec
	MaxFramesPerPacket uint32 // longest packet in milliseconds; 1 or 4 for the RFC 2833 entry
	PayloadParams      [8]byte
}

func (c *Capability) layout(b *body) {
	b.u32((*uint32)(&c.Codec), "codec")
	b.u32(&c.MaxFramesPerPacket, "maxFramesPerPacket")
	b.raw(c.PayloadParams[:], "payloadParams")
}

// CapabilitiesReq asks for the phone's codecs, directly after RegisterAck.
type CapabilitiesReq struct{ Shape }

// ID is IDCapabilitiesReq.
func (CapabilitiesReq) ID() ID { return IDCapabilitiesReq }

func (m CapabilitiesReq) layout(b *body) Message {
	b.end(&m.Shape)
	return m
}

// CapabilitiesRes lists the phone's codecs in order of preference, 18 at most.
// Nothing in it says whether the phone can encrypt audio.
type CapabilitiesRes struct {
	Capabilities []Capability

	Shape
}

// ID is IDCapabilitiesRes.
func (CapabilitiesRes) ID() ID { return IDCapabilitiesRes }

func (m CapabilitiesRes) layout(b *body) Message {
	n := b.count(len(m.Capabilities), audioSlots, "count")
	list(b, &m.Capabilities, n, audioSlots, capabilitySize, (*Capability).layout)
	b.end(&m.Shape)
	return m
}

// HeadsetStatus tells whether the headset is in use. It is not answered.
type HeadsetStatus struct {
	Status uint32 // 1 on, 2 off

	Shape
}

// ID is IDHeadsetStatus.
func (HeadsetStatus) ID() ID { return IDHeadsetStatus }

func (m HeadsetStatus) layout(b *body) Message {
	b.u32(&m.Status, "headsetStatus")
	b.end(&m.Shape)
	return m
}
