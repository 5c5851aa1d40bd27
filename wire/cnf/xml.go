package cnf

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// XML writes the file in the order in which CUCM does. Parse reads back an
// equal value from what Parse returned once, and from every Config whose
// servers are in order and whose defaults are spelt out: zero for a security
// mode, a server's port or ConnectionMonitor means the default. Of a CAPF
// server its place counts, not its Priority; <Default> carries CallManagers and
// loads alone. A value that a file cannot carry is an error.
func (c *Config) XML() ([]byte, error) {
	w := &writer{}
	w.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
	if c.Default {
		w.root("Default", func() { c.writeDefault(w) })
	} else {
		w.root("device", func() { c.writeDevice(w) })
	}
	if w.err == nil && w.Len() > MaxSize {
		w.fail("file", "more than %d bytes", MaxSize)
	}
	if w.err != nil {
		return nil, w.err
	}
	return w.Bytes(), nil
}

func (w *writer) root(name string, body func()) {
	w.WriteString("<" + name + ">\n")
	w.inside(name, body)
}

func (c *Config) writeDefault(w *writer) {
	c.writeGroup(w)
	if len(c.Loads) > maxLoads {
		w.fail("loadInformation", "more than %d models", maxLoads)
	}
	numbers := make([]string, 0, len(c.Loads))
	for number := range c.Loads {
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	for _, number := range numbers {
		if !isModelNumber(number) {
			w.fail("loadInformation", "%.40q is no model number", number)
		}
		name := "loadInformation" + number
		w.start(name)
		if model := c.Models[number]; model != "" {
			w.attribute(name, "model", model)
		}
		w.WriteByte('>')
		w.escape(name, c.Loads[number])
		w.WriteString("</" + name + ">\n")
	}
}

func (c *Config) writeDevice(w *writer) {
	w.text("fullConfig", strconv.FormatBool(c.Full))
	w.some("deviceProtocol", c.Protocol)
	w.some("sshUserId", c.SSHUserID)
	w.some("sshPassword", c.SSHPassword)
	w.number("ipAddressMode", c.IPAddressMode, 0, 2)
	w.element("devicePool", func() { c.writePool(w) })
	w.element("TVS", func() { writeTVS(w, c.TVS) })
	w.element("vendorConfig", func() {
		w.some("webAccess", c.WebAccess)
		w.some("sshAccess", c.SSHAccess)
		w.some("settingsAccess", c.SettingsAccess)
		w.some("spanToPCPort", c.SpanToPCPort)
	})
	w.some("versionStamp", c.VersionStamp)
	w.text("loadInformation", c.LoadInformation)
	w.element("userLocale", func() { w.some("name", c.UserLocale) })
	w.some("networkLocale", c.NetworkLocale)
	if mode := cmp.Or(c.SecurityMode, NonSecure); c.Full || mode != NonSecure {
		w.number("deviceSecurityMode", int(mode), int(NonSecure), int(Encrypted))
	}
	c.writeURLs(w)
	if c.TransportProtocol != 0 {
		w.number("transportLayerProtocol", c.TransportProtocol, 0, 255)
	}
	w.number("capfAuthMode", int(c.CAPFAuthMode), int(CAPFNone), int(CAPFMIC))
	w.element("capfList", func() { writeCAPF(w, c.CAPF) })
	w.text("certHash", c.CertHash)
	w.text("encrConfig", strconv.FormatBool(c.EncryptedConfig))
}

func (c *Config) writePool(w *writer) {
	w.element("dateTimeSetting", func() {
		w.some("dateTemplate", c.DateTemplate)
		w.some("timeZone", c.TimeZone)
		w.element("ntps", func() {
			w.limit("ntp", len(c.NTP))
			for _, name := range c.NTP {
				w.element("ntp", func() { w.text("name", name); w.text("ntpMode", "Unicast") })
			}
		})
	})
	c.writeGroup(w)
	if c.ConnectionMonitor != 0 && (c.Full || c.ConnectionMonitor != DefaultConnectionMonitor) {
		if c.ConnectionMonitor%time.Second != 0 {
			w.fail("connectionMonitorDuration", "%v is not in whole seconds", c.ConnectionMonitor)
		}
		w.number("connectionMonitorDuration", int(c.ConnectionMonitor/time.Second), 1, 86400)
	}
	if c.Full || len(c.SRST) > 0 || c.SRSTSecure {
		w.element("srstInfo", func() { c.writeSRST(w) })
	}
}

func (c *Config) writeURLs(w *writer) {
	written := 0
	for _, name := range urlElements {
		if url := c.URLs[name]; url != "" {
			w.text(name, url)
			written++
		}
	}
	if written != len(c.URLs) {
		w.fail("URLs", "%d of %d have no element or are empty", len(c.URLs)-written, len(c.URLs))
	}
}
