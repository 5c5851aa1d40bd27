package cnf

import (
	"encoding/xml"
	"strings"
)

// members calls f for each <member> of <members>, with its priority.
func members(r *reader, f func(priority int)) {
	place := 0
	r.list("members", func(xml.StartElement) {
		r.list("member", func(e xml.StartElement) {
			f(priority(r, e, place))
			place++
			limit(r, "member", place)
		})
	})
}

// callManagerGroup replaces the list of CallManagers. A member with nothing to
// connect to is left out; one without an address of its own is known by name.
func (c *Config) callManagerGroup(r *reader) {
	c.CallManagers = nil
	members(r, func(priority int) {
		m := CallManager{Priority: priority}
		r.list("callManager", func(xml.StartElement) {
			r.children(func(e xml.StartElement) { m.field(r, e) })
		})
		if m.Host == "" {
			m.Host = m.Name
		}
		if m.Host != "" {
			c.CallManagers = append(c.CallManagers, m)
		}
	})
	byPriority(c.CallManagers, func(m CallManager) int { return m.Priority })
}

func (m *CallManager) field(r *reader, e xml.StartElement) {
	switch e.Name.Local {
	case "name":
		m.Name = r.text(e)
	case "processNodeName":
		m.Host = r.text(e)
	case "ports":
		r.children(func(e xml.StartElement) {
			switch e.Name.Local {
			case "ethernetPhonePort":
				m.Port = r.port(e, 0)
			case "securedEthernetPhonePort":
				m.SecurePort = r.port(e, 0)
			default:
				r.skip()
			}
		})
	default:
		r.skip()
	}
}

// srstInfo replaces the fall-back servers, unless they are disabled.
func (c *Config) srstInfo(r *reader) {
	var servers [3]CallManager
	enabled := true
	c.SRSTSecure = false
	r.children(func(e xml.StartElement) {
		switch name := e.Name.Local; name {
		case "srstOption":
			enabled = !strings.EqualFold(r.text(e), "disable")
		case "ipAddr1", "ipAddr2", "ipAddr3":
			servers[name[len(name)-1]-'1'].Host = r.text(e)
		case "port1", "port2", "port3":
			servers[name[len(name)-1]-'1'].Port = r.port(e, 0)
		case "isSecure":
			c.SRSTSecure = r.boolean(e, false)
		default:
			r.skip()
		}
	})
	c.SRST = nil
	for i, s := range servers {
		if s.Host != "" && enabled {
			s.Priority = i
			c.SRST = append(c.SRST, s)
		}
	}
}

func capfList(r *reader) []Server {
	var list []Server
	r.list("capf", func(xml.StartElement) {
		s := server(r, "processNodeName", "phonePort", DefaultCAPFPort)
		if s.Host != "" {
			s.Priority = len(list)
			list = append(list, s)
		}
		limit(r, "capf", len(list))
	})
	return list
}

func tvsList(r *reader) []Server {
	var list []Server
	members(r, func(priority int) {
		s := server(r, "address", "port", DefaultTVSPort)
		if s.Host != "" {
			s.Priority = priority
			list = append(list, s)
		}
	})
	byPriority(list, func(s Server) int { return s.Priority })
	return list
}

func server(r *reader, host, port string, absent int) Server {
	s := Server{Port: absent}
	r.children(func(e xml.StartElement) {
		switch e.Name.Local {
		case host:
			s.Host = r.text(e)
		case port:
			s.Port = r.port(e, absent)
		default:
			r.skip()
		}
	})
	return s
}
