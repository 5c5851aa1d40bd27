package check

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// service is a kind of server that phones speak TLS with.
type service struct {
	name    string // of checks: capf
	title   string
	step    int // of its port and its handshake
	port    int // unless the configuration says
	roles   []ctl.Role
	itlOnly bool // no CTL has records of it
	// listed are the servers that the configuration names.
	listed  func(*cnf.Config) []cnf.Server
	process string // as Serviceability calls it
	// start is how an administrator brings it up.
	start string
}

// services in the order in which a phone meets them; TVS last, which only a
// phone with a question asks.
func services() []service { return []service{capfs, callManagers, trustServers} }

var (
	capfs = service{
		name: "capf", title: "CAPF", step: 6, port: cnf.DefaultCAPFPort, roles: []ctl.Role{ctl.RoleCAPF},
		listed:  func(c *cnf.Config) []cnf.Server { return c.CAPF },
		process: "Cisco Certificate Authority Proxy Function",
		start:   "In Cisco Unified Serviceability activate and start Cisco Certificate Authority Proxy Function on the publisher, and see that TCP 3804 is open.",
	}
	callManagers = service{
		name: "callmanager", title: "CallManager", step: 7, port: cnf.DefaultTLSPort, roles: []ctl.Role{ctl.RoleCCM, ctl.RoleCCMTFTP},
		listed: secureCallManagers, process: "Cisco CallManager",
		start: "In Cisco Unified Serviceability check that Cisco CallManager is activated and started on that node, and that TCP 2443 is open.",
	}
	trustServers = service{
		name: "tvs", title: "TVS", step: 7, port: cnf.DefaultTVSPort, roles: []ctl.Role{ctl.RoleTVS}, itlOnly: true,
		listed:  func(c *cnf.Config) []cnf.Server { return c.TVS },
		process: "Cisco Trust Verification Service",
		start:   "In Cisco Unified Serviceability start Cisco Trust Verification Service on that node, and see that TCP 2445 is open.",
	}
)

func secureCallManagers(c *cnf.Config) (servers []cnf.Server) {
	for _, m := range c.CallManagers {
		servers = append(servers, cnf.Server{Host: m.Host, Port: m.TLSPort()})
	}
	return servers
}

// port is one server of a service and what it presented.
type port struct {
	address string
	host    string
	err     error // it cannot be connected to
	shown   phone.Presented
	cert    *x509.Certificate // nil: none was seen
	old     error             // why a phone of this model does not get as far; nil: it does
}

// maxPorts bounds the servers of a service that are asked; a cluster has fewer.
const maxPorts = 16

// addresses are the servers of a service: those of the configuration, else the
// addresses in the records of the lists.
func (e *examination) addresses(s service) []*port {
	var servers []cnf.Server
	if e.config != nil {
		servers = s.listed(e.config)
	}
	for _, kind := range kinds {
		if len(servers) > 0 || e.lists[kind] == nil {
			continue
		}
		for r := range e.lists[kind].With(s.roles...) {
			if host := hostOf(r); host != "" {
				servers = append(servers, cnf.Server{Host: host, Port: s.port})
			}
		}
	}
	var ports []*port
	seen := map[string]bool{}
	for _, server := range servers {
		address := net.JoinHostPort(server.Host, strconv.Itoa(server.Port))
		if !seen[address] && len(ports) < maxPorts {
			seen[address] = true
			ports = append(ports, &port{address: address, host: server.Host})
		}
	}
	return ports
}

// hostOf is where a record's server is.
func hostOf(r *ctl.Record) string {
	if r.IPAddress.IsValid() && !r.IPAddress.IsUnspecified() {
		return r.IPAddress.String()
	}
	return r.DNSName
}

// portsAnswer connects to every server of a service and looks at what it
// presents.
func portsAnswer(ctx context.Context, e *examination, s service) (findings []Finding) {
	if s.itlOnly && !e.Identity.Model.SecurityByDefault {
		reason := fmt.Sprintf("a %s does not know %s", e.Identity.Model.Name, s.title)
		return one(none(reason, reason))
	}
	ports := e.addresses(s)
	if len(ports) == 0 {
		reason := "neither configuration nor lists name a " + s.title
		return one(none(reason, fmt.Sprintf("%s answers (%s)", s.title, reason)))
	}
	var work sync.WaitGroup
	for _, p := range ports {
		work.Go(func() { e.look(ctx, p) })
	}
	work.Wait()
	e.ports[s.name] = ports
	var open []string
	for _, p := range ports {
		if p.err != nil {
			findings = append(findings, e.unreached(p, s))
			continue
		}
		open = append(open, p.address)
	}
	if len(open) > 0 {
		findings = append([]Finding{good(fmt.Sprintf("%s takes connections at %s", s.title, strings.Join(open, ", ")))}, findings...)
	}
	return findings
}

// unreached is a failure, unless this phone needs no such server.
func (e *examination) unreached(p *port, s service) Finding {
	text := fmt.Sprintf("%s %s cannot be reached: %v", s.title, p.address, p.err)
	switch {
	case s.name == "capf" && !e.wantsCAPF():
		return doubtful(text+"; this device needs none now, because no certificate operation is pending", s.start)
	case s.name == "callmanager" && !e.secure():
		return doubtful(text+"; this device registers without TLS", s.start)
	}
	return bad("", text, s.start)
}

// look connects once, and once more with every TLS there is when the phone's
// own does not get to see a certificate.
func (e *examination) look(ctx context.Context, p *port) {
	if p.shown, p.err = e.present(ctx, p.address, e.Identity.Model); p.err != nil {
		return
	}
	if p.shown.Certificate == nil && ctx.Err() == nil {
		p.old = p.shown.Err
		if again, err := e.present(ctx, p.address, e.widest()); err == nil {
			p.shown = again
		}
	}
	if p.shown.Certificate != nil {
		p.cert, _ = x509.ParseCertificate(p.shown.Certificate) // TLS has parsed it before
	}
}

func (e *examination) present(ctx context.Context, address string, m *phone.Model) (phone.Presented, error) {
	dialing, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(dialing, "tcp", address)
	if err != nil {
		return phone.Presented{}, err
	}
	defer conn.Close()
	shaking, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	return phone.Present(shaking, conn, m, e.Own), nil
}

// certificatesPresented is step 1: the certificate that each server uses.
func certificatesPresented(e *examination, s service) (findings []Finding) {
	for _, p := range e.ports[s.name] {
		what := fmt.Sprintf("the certificate of %s %s", s.title, p.address)
		if p.cert == nil {
			findings = append(findings, unchecked(what, p.unseen()))
			continue
		}
		f, ok := e.dated(p.cert, fmt.Sprintf("%s, %s, serial %s,", what, subjectOf(p.cert), serialOf(p.cert)), e.renew(s.roles[0], ctl.CTL))
		if ok {
			f = good(fmt.Sprintf("%s %s presents %s", s.title, p.address, certificateLine(p.cert)))
		}
		findings = append(findings, f)
	}
	if len(findings) == 0 {
		return one(unchecked("the certificate of "+s.title, e.unmet[s.name+"-port"]))
	}
	return findings
}

// unseen is why no certificate was seen.
func (p *port) unseen() string {
	if p.err != nil {
		return fmt.Sprintf("%s cannot be reached", p.address)
	}
	return fmt.Sprintf("%s showed no certificate", p.address)
}
