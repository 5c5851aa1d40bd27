package cnf

import (
	"cmp"
	"strconv"
)

func (w *writer) limit(element string, n int) {
	if n > maxMembers {
		w.fail(element, "more than %d of them", maxMembers)
	}
}

// host writes the address of a server, which must have one.
func (w *writer) host(element, value string) {
	if value == "" {
		w.fail(element, "a server without an address")
	}
	w.text(element, value)
}

func (c *Config) writeGroup(w *writer) {
	w.limit("callManager", len(c.CallManagers))
	w.element("callManagerGroup", func() {
		w.element("members", func() {
			for _, m := range c.CallManagers {
				w.member(m.Priority, func() { w.element("callManager", func() { m.write(w) }) })
			}
		})
	})
}

func (m CallManager) write(w *writer) {
	w.some("name", m.Name)
	w.element("ports", func() {
		w.port("ethernetPhonePort", m.Port)
		w.port("securedEthernetPhonePort", m.SecurePort)
	})
	w.host("processNodeName", m.Host)
}

func (c *Config) writeSRST(w *writer) {
	option := "Enable"
	if len(c.SRST) == 0 {
		option = "Disable"
	}
	w.text("srstOption", option)
	for _, s := range c.SRST {
		if s.Priority < 0 || s.Priority > 2 {
			w.fail("srstInfo", "priority %d is not a number from 0 to 2", s.Priority)
		}
		place := strconv.Itoa(s.Priority + 1)
		w.host("ipAddr"+place, s.Host)
		w.port("port"+place, s.Port)
	}
	w.text("isSecure", strconv.FormatBool(c.SRSTSecure))
}

func writeTVS(w *writer, list []Server) {
	w.limit("TVS", len(list))
	w.element("members", func() {
		for _, s := range list {
			w.member(s.Priority, func() {
				w.port("port", cmp.Or(s.Port, DefaultTVSPort))
				w.host("address", s.Host)
			})
		}
	})
}

func writeCAPF(w *writer, list []Server) {
	w.limit("capf", len(list))
	for _, s := range list {
		w.element("capf", func() {
			w.port("phonePort", cmp.Or(s.Port, DefaultCAPFPort))
			w.host("processNodeName", s.Host)
		})
	}
}
