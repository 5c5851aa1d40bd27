package sccp

import "net/netip"

// RegisterReq asks to register a phone (SCCP, section 3.11). Without a Shape
// it is sent with a body of 68 bytes by a phone of protocol version 16 or less,
// of 124 bytes by one of a later version or with any of the later fields set,
// of 172 bytes with a ConfigVersionStamp. All three are met in the field, and so
// are bodies that stop at the end of another field.
type RegisterReq struct {
	DeviceName        string // "SEP001122334455", 16 bytes
	UserID            uint32
	Instance          uint32 // 0, or 1 (7940, 7960, 6961)
	StationIP         netip.Addr
	DeviceType        uint32 // see DeviceType
	MaxStreams        uint32
	ActiveStreams     uint32
	ProtocolVersion   uint8   // the highest the phone speaks
	Features          [3]byte // see Features
	MaxConferences    uint32
	ActiveConferences uint32
	MAC               [12]byte // 6 bytes and 6 zeros, or 12 ASCII digits, or zeros
	IPv4Scope         uint32

	MaxLines         uint32
	IPv6             netip.Addr
	IPv6Scope        uint32
	FirmwareLoadName string // 32 bytes

	ConfigVersionStamp string // 48 bytes

	Shape
}

// ID is IDRegisterReq.
func (RegisterReq) ID() ID { return IDRegisterReq }

func (m RegisterReq) layout(b *body) Message {
	b.text(&m.DeviceName, 16, "deviceName")
	b.u32(&m.UserID, "userId")
	b.u32(&m.Instance, "instance")
	b.ipv4(&m.StationIP, "stationIpAddr")
	b.u32(&m.DeviceType, "deviceType")
	b.u32(&m.MaxStreams, "maxStreams")
	b.optional()
	b.u32(&m.ActiveStreams, "activeStreams")
	b.u8(&m.ProtocolVersion, "protocolVer")
	b.raw(m.Features[:], "phoneFeatures")
	b.u32(&m.MaxConferences, "maxConferences")
	b.u32(&m.ActiveConferences, "activeConferences")
	b.raw(m.MAC[:], "macAddress")
	b.u32(&m.IPv4Scope, "ipV4AddressScope")
	if b.extra(m.ProtocolVersion >= extendedAddresses || m.saysMore(), &m.Shape) {
		b.u32(&m.MaxLines, "maxNumberOfLines")
		b.ipv6(&m.IPv6, "ipV6Address")
		b.u32(&m.IPv6Scope, "ipV6AddressScope")
		b.text(&m.FirmwareLoadName, 32, "firmwareLoadName")
		if b.extra(m.ConfigVersionStamp != "", &m.Shape) {
			b.text(&m.ConfigVersionStamp, 48, "configVersionStamp")
		}
	}
	b.end(&m.Shape)
	return m
}

// saysMore reports whether a field after the first 68 bytes is set.
func (m *RegisterReq) saysMore() bool {
	return m.MaxLines != 0 || m.IPv6.IsValid() || m.IPv6Scope != 0 || m.FirmwareLoadName != "" || m.ConfigVersionStamp != ""
}

// RegisterAck accepts a registration (SCCP, section 3.11). CallManager 2 stops
// after the date template; SecondaryKeepAliveInterval 0 then means the primary
// one, and MaxProtocolVersion 0 is for Negotiate to judge.
type RegisterAck struct {
	KeepAliveInterval          uint32 // seconds, on the registered connection
	DateTemplate               string // "D/M/Y", or "M/D/YA" with a 12-hour clock; 6 bytes
	SecondaryKeepAliveInterval uint32 // seconds, on stand-by connections
	MaxProtocolVersion         uint8
	Features                   [3]byte // see ServerFeatures

	Shape
}

// ID is IDRegisterAck.
func (RegisterAck) ID() ID { return IDRegisterAck }

func (m RegisterAck) layout(b *body) Message {
	b.u32(&m.KeepAliveInterval, "keepAliveInterval")
	b.text(&m.DateTemplate, 6, "dateTemplate")
	b.reserved(2, "alignmentPadding")
	b.optional()
	b.u32(&m.SecondaryKeepAliveInterval, "secondaryKeepAliveInterval")
	b.u8(&m.MaxProtocolVersion, "maxProtocolVer")
	b.raw(m.Features[:], "serverFeatures")
	b.end(&m.Shape)
	return m
}

// RegisterReject refuses a registration; the phone shows the text.
type RegisterReject struct {
	Text string // 32 bytes

	Shape
}

// ID is IDRegisterReject.
func (RegisterReject) ID() ID { return IDRegisterReject }

func (m RegisterReject) layout(b *body) Message {
	b.optional()
	b.text(&m.Text, 32, "text")
	b.end(&m.Shape)
	return m
}

// IPPort announces the RTP port of a phone of the CallManager 2 and 3 years,
// right after RegisterReq. It is not answered.
type IPPort struct {
	RTPMediaPort uint32 // UDP

	Shape
}

// ID is IDIPPort.
func (IPPort) ID() ID { return IDIPPort }

func (m IPPort) layout(b *body) Message {
	b.u32(&m.RTPMediaPort, "rtpMediaPort")
	b.end(&m.Shape)
	return m
}

// RegisterAvailableLines says how many lines the phone has buttons for. It is
// not answered.
type RegisterAvailableLines struct {
	MaxNumOfAvailLines uint32

	Shape
}

// ID is IDRegisterAvailableLines.
func (RegisterAvailableLines) ID() ID { return IDRegisterAvailableLines }

func (m RegisterAvailableLines) layout(b *body) Message {
	b.u32(&m.MaxNumOfAvailLines, "maxNumOfAvailLines")
	b.end(&m.Shape)
	return m
}
