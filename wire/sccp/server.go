package sccp

// ServerReq asks for the CallManagers of the phone's group.
type ServerReq struct{ Shape }

// ID is IDServerReq.
func (ServerReq) ID() ID { return IDServerReq }

func (m ServerReq) layout(b *body) Message {
	b.end(&m.Shape)
	return m
}

// Server is one CallManager of a group.
type Server struct {
	Name          string // 48 bytes
	TCPListenPort uint32 // 2000 or 2443
	Address       Address
}

// ServerRes lists the CallManagers of a group in order; an empty name is an
// empty place. It has 280 bytes, 360 from version 17 on with its extended
// addresses.
type ServerRes struct {
	Servers [5]Server

	Shape
}

// ID is IDServerRes.
func (ServerRes) ID() ID { return IDServerRes }

func (m ServerRes) layout(b *body) Message {
	extended := b.since(extendedAddresses, 360, &m.Shape)
	for i := range m.Servers {
		b.text(&m.Servers[i].Name, 48, "serverName")
	}
	for i := range m.Servers {
		b.u32(&m.Servers[i].TCPListenPort, "serverTcpListenPort")
	}
	for i := range m.Servers {
		m.Servers[i].Address.layout(b, extended, "serverIpAddr")
	}
	b.end(&m.Shape)
	return m
}
