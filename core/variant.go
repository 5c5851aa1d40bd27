package core

import (
	"crypto/md5"
	"fmt"

	"github.com/phonebank/phonebank/wire/cnf"
)

// variant is everything in which the configurations of a cluster's phones
// differ. Phones of one variant without a certHash share the bytes.
type variant struct {
	fallback  bool // XMLDefault.cnf.xml
	partial   bool // the companion of an encrypted configuration
	encrypted bool
	security  cnf.SecurityMode
	capf      cnf.AuthMode // cnf.CAPFNone when nothing is pending
	certHash  string
}

// xml is the configuration of a variant.
func (f *files) xml(v variant) ([]byte, error) {
	if v.certHash != "" {
		return f.write(v)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if xml := f.variants[v]; xml != nil {
		return xml, nil
	}
	xml, err := f.write(v)
	if err == nil {
		f.variants[v] = xml
	}
	return xml, err
}

func (f *files) write(v variant) ([]byte, error) {
	c := &cnf.Config{Default: v.fallback, Full: !v.partial, LoadInformation: f.config.Load, ConnectionMonitor: f.config.ConnectionMonitor}
	if !v.fallback {
		c.Protocol = "SCCP"
		c.EncryptedConfig, c.CertHash = v.encrypted, v.certHash
		c.CAPFAuthMode = v.capf
		c.CAPF = []cnf.Server{{Host: f.places[0].Address.String(), Port: f.places[0].CAPF}}
	}
	if !v.partial {
		for i, p := range f.places {
			m := cnf.CallManager{Priority: i, Name: fmt.Sprintf("node-%d", i+1), Host: p.Address.String(), Port: p.Clear}
			if p.Secure != cnf.DefaultTLSPort { // no real file carries it
				m.SecurePort = p.Secure
			}
			c.CallManagers = append(c.CallManagers, m)
		}
	}
	if !v.partial && !v.fallback {
		c.SecurityMode = v.security
		c.UserLocale, c.NetworkLocale = "English_United_States", "United_States"
		for i, p := range f.places {
			c.TVS = append(c.TVS, cnf.Server{Priority: i, Host: p.Address.String(), Port: p.TVS})
		}
	}
	c.VersionStamp = stamp(v, f.places)
	xml, err := c.XML()
	if err != nil {
		return nil, fmt.Errorf("core: configuration: %w", err)
	}
	return xml, nil
}

// stamp changes whenever the file does. CUCM writes an epoch and a GUID.
func stamp(v variant, places []Place) string {
	sum := md5.Sum(fmt.Append(nil, v, places))
	return fmt.Sprintf("{%X-%X-%X-%X-%X}", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:])
}
