package sccp

import "net/netip"

// RegisterTokenReq asks a better CallManager for leave to come back to it
// (SCCP, section 5.5).
type RegisterTokenReq struct {
	DeviceName string // 16 bytes
	UserID     uint32
	Instance   uint32
	StationIP  netip.Addr
	DeviceType uint32 // see DeviceType
	IPv6       netip.Addr

	Shape
}

// ID is IDRegisterTokenReq.
func (RegisterTokenReq) ID() ID { return IDRegisterTokenReq }

func (m RegisterTokenReq) layout(b *body) Message {
	b.text(&m.DeviceName, 16, "deviceName")
	b.u32(&m.UserID, "userId")
	b.u32(&m.Instance, "instance")
	b.ipv4(&m.StationIP, "stationIpAddr")
	b.u32(&m.DeviceType, "deviceType")
	b.optional()
	b.ipv6(&m.IPv6, "ipV6Address")
	b.end(&m.Shape)
	return m
}

// RegisterTokenAck grants the token: the phone may register.
type RegisterTokenAck struct{ Shape }

// ID is IDRegisterTokenAck.
func (RegisterTokenAck) ID() ID { return IDRegisterTokenAck }

func (m RegisterTokenAck) layout(b *body) Message {
	b.end(&m.Shape)
	return m
}

// RegisterTokenReject puts the phone off.
type RegisterTokenReject struct {
	WaitTime uint32 // seconds until it may ask again

	Shape
}

// ID is IDRegisterTokenReject.
func (RegisterTokenReject) ID() ID { return IDRegisterTokenReject }

func (m RegisterTokenReject) layout(b *body) Message {
	b.u32(&m.WaitTime, "waitTimeBeforeNextReq")
	b.end(&m.Shape)
	return m
}

// SPCPRegisterTokenReq is the token request of SPA phones.
type SPCPRegisterTokenReq struct {
	DeviceName string // 16 bytes
	UserID     uint32
	Instance   uint32
	StationIP  netip.Addr
	DeviceType uint32
	MaxStreams uint32

	Shape
}

// ID is IDSPCPRegisterTokenReq.
func (SPCPRegisterTokenReq) ID() ID { return IDSPCPRegisterTokenReq }

func (m SPCPRegisterTokenReq) layout(b *body) Message {
	b.text(&m.DeviceName, 16, "deviceName")
	b.u32(&m.UserID, "userId")
	b.u32(&m.Instance, "instance")
	b.ipv4(&m.StationIP, "stationIpAddr")
	b.u32(&m.DeviceType, "deviceType")
	b.u32(&m.MaxStreams, "maxStreams")
	b.end(&m.Shape)
	return m
}

// SPCPRegisterTokenAck grants an SPA phone its token.
type SPCPRegisterTokenAck struct {
	Features uint32 // 65535

	Shape
}

// ID is IDSPCPRegisterTokenAck.
func (SPCPRegisterTokenAck) ID() ID { return IDSPCPRegisterTokenAck }

func (m SPCPRegisterTokenAck) layout(b *body) Message {
	b.u32(&m.Features, "features")
	b.end(&m.Shape)
	return m
}

// SPCPRegisterTokenReject puts an SPA phone off.
type SPCPRegisterTokenReject struct {
	WaitTime uint32 // seconds until it may ask again

	Shape
}

// ID is IDSPCPRegisterTokenReject.
func (SPCPRegisterTokenReject) ID() ID { return IDSPCPRegisterTokenReject }

func (m SPCPRegisterTokenReject) layout(b *body) Message {
	b.u32(&m.WaitTime, "waitTimeBeforeNextReq")
	b.end(&m.Shape)
	return m
}
