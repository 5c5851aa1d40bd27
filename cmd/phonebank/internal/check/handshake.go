package check

import (
	"context"
	"fmt"
	"net"
	"strconv"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/story"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// handshakes says how far a phone gets with each server of a service: the
// versions of TLS that its model speaks, its own judgement of the certificate,
// and the end of the handshake.
func handshakes(e *examination, s service) (findings []Finding) {
	for _, p := range e.ports[s.name] {
		findings = append(findings, e.handshake(p, s))
	}
	if len(findings) == 0 {
		return one(unchecked("the TLS handshake with "+s.title, e.unmet[s.name+"-port"]))
	}
	return findings
}

func (e *examination) handshake(p *port, s service) Finding {
	title := fmt.Sprintf("the TLS handshake with %s %s", s.title, p.address)
	model := e.Identity.Model
	if s.name == "callmanager" && !e.secure() {
		return none("", title+": this device registers without TLS")
	}
	if p.cert == nil && p.err != nil {
		return unchecked(title, p.unseen())
	}
	if p.cert == nil {
		return bad("", fmt.Sprintf("%s: %v", title, p.shown.Err), restartOf(s, p))
	}
	if p.old != nil {
		return bad("", fmt.Sprintf("%s: the server refuses what a %s speaks: %v", title, model.Name, p.old),
			fmt.Sprintf("Allow the TLS that a %s speaks: \"set tls min-version 1.0\" in the CLI of every node, and the old cipher suites (Enterprise Parameters > TLS Ciphers).", model.Name),
			"Or replace the phones by ones that speak a newer TLS.")
	}
	held := e.trust()
	if s.itlOnly {
		held.CTL = nil
	}
	if s.itlOnly && held.ITL != nil && held.ITL.Rollback() {
		return none("", title+": the ITL names no TVS, because the cluster is prepared for rollback")
	}
	if held.CTL == nil && held.ITL == nil {
		return unchecked(title, "the phone would hold no list to judge the server by")
	}
	if _, err := held.Peer(p.shown.Certificate, s.roles...); err != nil {
		text := fmt.Sprintf("%s: the phone breaks off, because %v", title, err)
		if e.failed() { // the lists, most likely: this is what comes of it
			return none("", text)
		}
		return bad("", text, e.signAgain(ctl.CTL)...)
	}
	switch {
	case p.shown.Err == nil:
		return good(fmt.Sprintf("%s is done: %s, %s", title, p.shown.Version, story.Cipher(p.shown.Cipher)))
	case p.shown.Asked && e.Own == nil:
		return none("", title+": the server's certificate is right; the rest needs a certificate of the phone (--state DIR, --register)")
	}
	return bad("", fmt.Sprintf("%s fails with the phone's certificate: %v", title, p.shown.Err),
		"Upload the CA of the phones' MICs (phonebank ca export) to CallManager-trust, or install an LSC (--enrol).", restartOf(s, p))
}

// clearPorts is where a phone without device security registers.
func clearPorts(ctx context.Context, e *examination) (findings []Finding) {
	if !e.config.Full || e.config.SecurityMode > cnf.NonSecure {
		return nil
	}
	for _, m := range e.config.CallManagers[:min(len(e.config.CallManagers), maxPorts)] {
		address := net.JoinHostPort(m.Host, strconv.Itoa(m.ClearPort()))
		if err := e.knock(ctx, address); err != nil {
			findings = append(findings, bad("", fmt.Sprintf("CallManager %s cannot be reached: %v", address, err), callManagers.start))
			continue
		}
		findings = append(findings, good(fmt.Sprintf("CallManager %s takes connections in the clear, as this device makes them", address)))
	}
	return findings
}

func (e *examination) knock(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}
