package cnf

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Parse reads a configuration file of at most MaxSize bytes. It keeps nothing
// of b. Every fault is a *FormatError that names the line and the element.
func Parse(b []byte) (*Config, error) {
	if len(b) > MaxSize {
		return nil, &FormatError{Offset: MaxSize, Field: "file", Problem: fmt.Sprintf("%d bytes, at most %d", len(b), MaxSize)}
	}
	r := newReader(b)
	c := &Config{Full: true, SecurityMode: NonSecure, ConnectionMonitor: DefaultConnectionMonitor}
	root := ""
	r.children(func(e xml.StartElement) {
		switch name := e.Name.Local; {
		case root != "":
			r.fail(name, "a second root element, after <%s>", root)
		case name == "device":
			root = name
			r.children(func(e xml.StartElement) { c.device(r, e) })
		case name == "Default":
			root, c.Default = name, true
			r.children(func(e xml.StartElement) { c.defaults(r, e) })
		default:
			r.fail(name, "the root element is neither <device> nor <Default>")
		}
	})
	if root == "" {
		r.fail("XML", "no element at all")
	}
	if r.err != nil {
		return nil, r.err
	}
	return c, nil
}

// device reads one child of <device>.
func (c *Config) device(r *reader, e xml.StartElement) {
	switch name := e.Name.Local; name {
	case "fullConfig":
		c.Full = r.boolean(e, true)
	case "deviceProtocol":
		c.Protocol = r.text(e)
	case "devicePool":
		r.children(func(e xml.StartElement) { c.devicePool(r, e) })
	case "deviceSecurityMode":
		// Zero is written by third parties that mean "none".
		c.SecurityMode = cmp.Or(SecurityMode(r.number(e, 0, int(Encrypted), 0)), NonSecure)
	case "capfAuthMode":
		c.CAPFAuthMode = AuthMode(r.number(e, 0, int(CAPFMIC), 0))
	case "capfList":
		c.CAPF = capfList(r)
	case "certHash":
		c.CertHash = strings.ToLower(r.text(e))
	case "encrConfig":
		c.EncryptedConfig = r.boolean(e, false)
	case "TVS":
		c.TVS = tvsList(r)
	case "loadInformation":
		c.LoadInformation = r.text(e)
	case "versionStamp":
		c.VersionStamp = r.text(e)
	case "vendorConfig":
		r.children(func(e xml.StartElement) { c.vendorConfig(r, e) })
	case "userLocale":
		r.list("name", func(e xml.StartElement) { c.UserLocale = r.text(e) })
	case "networkLocale":
		c.NetworkLocale = r.text(e)
	case "ipAddressMode":
		c.IPAddressMode = r.number(e, 0, 2, 0)
	case "transportLayerProtocol":
		c.TransportProtocol = r.number(e, 0, 255, 0)
	case "sshUserId":
		c.SSHUserID = r.text(e)
	case "sshPassword":
		c.SSHPassword = r.text(e)
	default:
		if !slices.Contains(urlElements[:], name) {
			r.skip()
			return
		}
		if url := r.text(e); url != "" {
			put(&c.URLs, name, url)
		}
	}
}

// defaults reads one child of <Default>: no security, no TVS, whatever it says.
func (c *Config) defaults(r *reader, e xml.StartElement) {
	name := e.Name.Local
	number, found := strings.CutPrefix(name, "loadInformation")
	switch {
	case name == "callManagerGroup":
		c.callManagerGroup(r)
	case found && isModelNumber(number):
		model := attribute(e, "model")
		load := r.text(e)
		put(&c.Loads, number, load)
		if model != "" {
			put(&c.Models, number, model)
		}
		if len(c.Loads) > maxLoads {
			r.fail(name, "more than %d models", maxLoads)
		}
	default:
		r.skip()
	}
}

func isModelNumber(text string) bool {
	_, err := strconv.ParseUint(text, 10, 32)
	return err == nil
}

func (c *Config) devicePool(r *reader, e xml.StartElement) {
	switch e.Name.Local {
	case "callManagerGroup":
		c.callManagerGroup(r)
	case "srstInfo":
		c.srstInfo(r)
	case "connectionMonitorDuration":
		if seconds := r.number(e, 0, 86400, 0); seconds > 0 {
			c.ConnectionMonitor = time.Duration(seconds) * time.Second
		}
	case "dateTimeSetting":
		r.children(func(e xml.StartElement) { c.dateTimeSetting(r, e) })
	default:
		r.skip()
	}
}

func (c *Config) dateTimeSetting(r *reader, e xml.StartElement) {
	switch e.Name.Local {
	case "dateTemplate":
		c.DateTemplate = r.text(e)
	case "timeZone":
		c.TimeZone = r.text(e)
	case "ntps":
		c.NTP = nil
		r.list("ntp", func(xml.StartElement) {
			r.list("name", func(e xml.StartElement) {
				if name := r.text(e); name != "" {
					c.NTP = append(c.NTP, name)
				}
			})
			limit(r, "ntp", len(c.NTP))
		})
	default:
		r.skip()
	}
}

func (c *Config) vendorConfig(r *reader, e xml.StartElement) {
	switch e.Name.Local {
	case "webAccess":
		c.WebAccess = r.text(e)
	case "sshAccess":
		c.SSHAccess = r.text(e)
	case "settingsAccess":
		c.SettingsAccess = r.text(e)
	case "spanToPCPort":
		c.SpanToPCPort = r.text(e)
	default:
		r.skip()
	}
}

// urlElements are the service addresses, in the order in which they are
// written.
var urlElements = [...]string{
	"authenticationURL", "secureAuthenticationURL", "directoryURL", "secureDirectoryURL",
	"idleURL", "secureIdleURL", "informationURL", "secureInformationURL",
	"messagesURL", "secureMessagesURL", "proxyServerURL", "servicesURL", "secureServicesURL",
}

func put(m *map[string]string, key, value string) {
	if *m == nil {
		*m = map[string]string{}
	}
	(*m)[key] = value
}

func limit(r *reader, element string, n int) {
	if n > maxMembers {
		r.fail(element, "more than %d of them", maxMembers)
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// priority is the attribute of a member; one without it keeps its place.
func priority(r *reader, e xml.StartElement, place int) int {
	text := attribute(e, "priority")
	if text == "" {
		return place
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 255 {
		r.fail(e.Name.Local, "priority %.40q is not a number from 0 to 255", text)
	}
	return n
}

func byPriority[T any](list []T, priority func(T) int) {
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(priority(a), priority(b)) })
}
