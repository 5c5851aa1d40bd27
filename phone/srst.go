package phone

import "github.com/phonebank/phonebank/wire/cnf"

// A phone that no CallManager of its group takes falls back to the SRST routers
// of its configuration (SCCP, section 5.4; signed configuration, section 6). In
// the phone's list they come after the group: tried last, whatever has failed
// before, and left for any CallManager that has been healthy for the time of
// the configuration. No reference says how a phone with device security finds
// them; as CUCM's administrators know it, one that is not marked secure is
// spoken to on its clear port, and one that is has to show a certificate of the
// phone's lists on the usual secure port.

// managerAt is the CallManager, or the router, at a place of the list.
func managerAt(config *cnf.Config, node int) cnf.CallManager {
	if isSRST(config, node) {
		return config.SRST[node-len(config.CallManagers)]
	}
	return config.CallManagers[node]
}

func isSRST(config *cnf.Config, node int) bool { return node >= len(config.CallManagers) }

// secured says whether the phone speaks TLS with the one at a place.
func secured(config *cnf.Config, node int) bool {
	return config.SecurityMode != cnf.NonSecure && (config.SRSTSecure || !isSRST(config, node))
}
