package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/phonebank/phonebank/wire/ctl"
)

// What an administrator does, in his words. The order of restarts is that of
// the checklist: TFTP first, so that it loads the new lists, then CallManager,
// whose restart makes the phones fetch them.
const (
	restartTFTP        = "Restart Cisco TFTP on every TFTP server, so that it loads the new files."
	restartCallManager = "Then restart Cisco CallManager on every node that runs it: the phones reset and fetch the new lists."
	restartTVS         = "Check that Cisco Trust Verification Service is activated and started on every node."
	rebuildITL         = "Restart Cisco TFTP on every TFTP server: it builds and signs its ITL anew."
	resetPhones        = "Then reset the phones, so that they fetch the new ITL."
	checkClocks        = "Compare the clocks of this machine and of the cluster (\"utils ntp status\") before anything is signed or regenerated."
	addDevice          = "Add the device in Cisco Unified CM Administration (Device > Phone), or turn on auto-registration."
	resetDevice        = "Save and reset the device in Cisco Unified CM Administration (Device > Phone), so that TFTP writes its configuration again."
	tokenlessUpdate    = "Run \"utils ctl update CTLFile\" in the CLI of the publisher, so that the CTL takes the current certificates."
	oneAtATime         = "Regenerate no second kind of certificate before the phones have fetched the new lists: with CallManager.pem and TVS.pem new at the same time they trust nobody."
)

// lastResort is for a phone that holds lists of which nobody can sign any more.
var lastResort = []string{
	"Until then the phone works on with what it holds. Compare the lists of several phones before you change anything on the servers.",
}

// signAgain is how a list comes to name the certificates in use.
func (e *examination) signAgain(kind ctl.Kind) []string {
	if kind == ctl.ITL {
		return []string{rebuildITL, resetPhones}
	}
	return []string{e.runCTLClient(), restartTFTP, restartCallManager}
}

// runCTLClient names the tokens of which one is needed: only a token of the
// present CTL makes a CTL that phones accept.
func (e *examination) runCTLClient() string {
	const update = "Run the CTL Client again (Update CTL File)"
	list := e.lists[ctl.CTL]
	if list == nil {
		return update + " with a token that the phones' present CTL lists."
	}
	var tokens []string
	tokenless := false
	for r := range list.With(ctl.RoleSAST) {
		cert, err := r.X509()
		if err != nil {
			continue
		}
		tokenless = tokenless || list.Trusts(r.Certificate, ctl.RoleCCM, ctl.RoleCCMTFTP) != nil
		tokens = append(tokens, fmt.Sprintf("%s (serial %s)", subjectOf(cert), serialOf(cert)))
	}
	switch {
	case tokenless:
		return tokenlessUpdate
	case len(tokens) == 0:
		return update + "."
	}
	return fmt.Sprintf("%s with a token of the present CTL: %s.", update, strings.Join(tokens[:min(len(tokens), 4)], " or "))
}

// restartOf brings one service to use the certificate it has.
func restartOf(s service, p *port) string {
	return fmt.Sprintf("Restart %s on %s, so that it uses the certificate that the server has now.", s.process, p.host)
}

// renew is what to do about a certificate whose time is over.
func (e *examination) renew(role ctl.Role, kind ctl.Kind) []string {
	regenerate := func(file, service string) []string {
		return []string{
			fmt.Sprintf("Regenerate %s (Cisco Unified OS Administration > Security > Certificate Management).", file),
			fmt.Sprintf("Restart %s.", service),
		}
	}
	lists := []string{rebuildITL, restartCallManager}
	if e.lists[ctl.CTL] != nil {
		lists = e.signAgain(ctl.CTL)
	}
	switch role {
	case ctl.RoleCAPF:
		return slices.Concat(regenerate("CAPF.pem on the publisher", "Cisco Certificate Authority Proxy Function"), lists,
			[]string{"Install LSCs anew where the phones' are from the old CAPF (Certificate Operation: Install/Upgrade)."})
	case ctl.RoleTVS:
		return slices.Concat(regenerate("TVS.pem on that node", "Cisco Trust Verification Service on that node"), []string{rebuildITL, resetPhones, oneAtATime})
	case ctl.RoleSAST:
		if kind == ctl.CTL && e.runCTLClient() != tokenlessUpdate {
			return []string{"Run the CTL Client with another token of the present CTL, add a new token (Add Tokens), and take the old one out.", restartTFTP, restartCallManager}
		}
	}
	return slices.Concat([]string{"Regenerate CallManager.pem on that node (Cisco Unified OS Administration > Security > Certificate Management)."}, lists, []string{oneAtATime})
}

// signsWithOther is for files that TFTP signs with a certificate that the lists
// do not name.
func (e *examination) signsWithOther() []string {
	return append([]string{"Restart Cisco TFTP on the server, so that it signs with the CallManager.pem it has now."}, e.signAgain(ctl.CTL)[:1]...)
}
