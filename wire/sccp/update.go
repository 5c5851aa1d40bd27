package sccp

// The arrays of UpdateCapabilities (SCCP, section 3.12).
const (
	pictureSlots  = 6
	resourceSlots = 4
	layoutSlots   = 5
	videoSlots    = 10
	levelSlots    = 4
	dataSlots     = 5
)

// UpdateCapabilities lists all media a phone offers, instead of, or after,
// CapabilitiesRes. It has three revisions with an id and a size of their own:
// 1, 0x0030, 1,840 bytes; 2 (CapabilitiesV2Res), 0x0043, 2,000 bytes;
// 3 (CapabilitiesV3Res), 0x0044, 2,100 bytes.
type UpdateCapabilities struct {
	Revision                    uint8 // 1 to 3; 0 is 1
	RTPPayloadFormat            uint32
	PictureFormats              []PictureFormat
	ActiveStreamsOnRegistration uint32
	MaxBW                       uint32 // kbit/s, or 0
	ServiceResources            []ServiceResource
	Audio                       []Capability      // 18 at most
	Video                       []VideoCapability // 10 at most
	Data                        []DataCapability  // 5 at most

	Shape
}

// ID is IDUpdateCapabilities, IDCapabilitiesV2Res or IDCapabilitiesV3Res.
func (m UpdateCapabilities) ID() ID {
	switch m.Revision {
	case 2:
		return IDCapabilitiesV2Res
	case 3:
		return IDCapabilitiesV3Res
	}
	return IDUpdateCapabilities
}

func (m UpdateCapabilities) layout(b *body) Message {
	videoSize, dataSize := 116, 16
	switch m.Revision {
	case 2:
		videoSize = 132
	case 3:
		videoSize, dataSize = 140, 20
	}
	audio := b.count(len(m.Audio), audioSlots, "audioCapCount")
	video := b.count(len(m.Video), videoSlots, "videoCapCount")
	data := b.count(len(m.Data), dataSlots, "dataCapCount")
	b.u32(&m.RTPPayloadFormat, "RTPPayloadFormat")
	n := b.count(len(m.PictureFormats), pictureSlots, "customPictureFormatCount")
	list(b, &m.PictureFormats, n, pictureSlots, 20, (*PictureFormat).layout)
	b.u32(&m.ActiveStreamsOnRegistration, "activeStreamsOnRegistration")
	b.u32(&m.MaxBW, "maxBW")
	n = b.count(len(m.ServiceResources), resourceSlots, "serviceResourceCount")
	list(b, &m.ServiceResources, n, resourceSlots, 40, (*ServiceResource).layout)
	list(b, &m.Audio, audio, audioSlots, capabilitySize, (*Capability).layout)
	list(b, &m.Video, video, videoSlots, videoSize, func(v *VideoCapability, b *body) { v.layout(b, m.Revision) })
	list(b, &m.Data, data, dataSlots, dataSize, func(d *DataCapability, b *body) { d.layout(b, m.Revision) })
	b.end(&m.Shape)
	return m
}

// PictureFormat is a custom picture format of UpdateCapabilities.
type PictureFormat struct {
	Width, Height       uint32
	PixelAspectRatio    uint32
	ClockConversionCode uint32
	ClockDivisor        uint32
}

func (f *PictureFormat) layout(b *body) {
	b.u32(&f.Width, "width")
	b.u32(&f.Height, "height")
	b.u32(&f.PixelAspectRatio, "pixelAspectRatio")
	b.u32(&f.ClockConversionCode, "clockConversionCode")
	b.u32(&f.ClockDivisor, "clockDivisor")
}

// ServiceResource is a conference resource of UpdateCapabilities.
type ServiceResource struct {
	Layouts                        []uint32 // 5 at most
	ServiceNum                     uint32
	MaxStreams                     uint32
	MaxConferences                 uint32
	ActiveConferenceOnRegistration uint32
}

func (s *ServiceResource) layout(b *body) {
	n := b.count(len(s.Layouts), layoutSlots, "layoutCount")
	list(b, &s.Layouts, n, layoutSlots, 4, func(v *uint32, b *body) { b.u32(v, "layout") })
	b.u32(&s.ServiceNum, "serviceNum")
	b.u32(&s.MaxStreams, "maxStreams")
	b.u32(&s.MaxConferences, "maxConferences")
	b.u32(&s.ActiveConferenceOnRegistration, "activeConferenceOnRegistration")
}
