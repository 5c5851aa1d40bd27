package timeline

import (
	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// sentence is one way to say something. Words in capitals stand for one of
// their kind (see words.go); the others are said as they are.
type sentence struct {
	words string
	do    func(said) Action
}

// sentences is everything that can be done while the phones run.
var sentences = []sentence{
	// Certificate Management.
	{"regenerate CERTIFICATE on NODE", func(s said) Action {
		return order(core.Order{Do: core.DoRegenerate, Certificate: s.certificate, Node: s.node})
	}},
	{"exchange certificates with cluster-2", func(said) Action { return Action{Phones: Exchange} }},

	// The CTL client, and its commands.
	{"run CTL client with SIGNER", updateCTL},
	{"run CTL client with SIGNER without CAPF", func(s said) Action {
		a := updateCTL(s)
		a.Order.CTL.Without = []ctl.Role{ctl.RoleCAPF}
		return a
	}},
	{"add a token", func(said) Action { return order(core.Order{Do: core.DoAddToken}) }},
	{"set cluster mixed with SIGNER", func(s said) Action {
		return order(core.Order{Do: core.DoMixedMode, CTL: core.CTLUpdate{Signer: s.signer}})
	}},
	{"set cluster non-secure with SIGNER", func(s said) Action {
		return order(core.Order{Do: core.DoNonSecureMode, CTL: core.CTLUpdate{Signer: s.signer}})
	}},
	{"utils ctl update CTLFile", tokenless(core.DoUpdateCTL, core.SignerCallManager)},
	{"utils ctl set-cluster mixed-mode", tokenless(core.DoMixedMode, core.SignerCallManager)},
	{"utils ctl set-cluster non-secure-mode", tokenless(core.DoNonSecureMode, core.SignerCallManager)},
	{"utils ctl reset localkey", tokenless(core.DoUpdateCTL, core.SignerRecovery)},
	{"utils itl reset localkey on NODE", func(s said) Action {
		return order(core.Order{Do: core.DoResetITLKey, Node: s.node})
	}},

	// Services and nodes.
	{"restart SERVICE on NODE", func(s said) Action {
		return order(core.Order{Do: core.DoRestart, Service: s.service, Node: s.node})
	}},
	{"stop NODE", func(s said) Action { return order(core.Order{Do: core.DoStopNode, Node: s.node}) }},
	{"start NODE", func(s said) Action { return order(core.Order{Do: core.DoStartNode, Node: s.node}) }},

	// Enterprise parameters and the clock.
	{"prepare for rollback", func(said) Action { return order(core.Order{Do: core.DoPrepareRollback}) }},
	{"undo rollback", func(said) Action { return order(core.Order{Do: core.DoUndoRollback}) }},
	{"advance clock by SPAN", func(s said) Action { return order(core.Order{Do: core.DoAdvanceClock, By: s.span}) }},

	// Devices.
	{"reset PHONES", func(s said) Action { return toPhones(s, core.Order{Do: core.DoReset}) }},
	{"restart PHONES", func(s said) Action { return toPhones(s, core.Order{Do: core.DoRestartPhones}) }},
	{"set security profile MODE", func(s said) Action { return profile(s, core.ProfileChange{Security: s.mode}) }},
	{"set security profile MODE of PHONES", func(s said) Action { return profile(s, core.ProfileChange{Security: s.mode}) }},
	{"set TFTP encrypted config SWITCH of PHONES", func(s said) Action {
		return profile(s, core.ProfileChange{EncryptedConfig: &s.on})
	}},
	{"set CAPF operation OPERATION of PHONES", func(s said) Action {
		change := core.ProfileChange{Operation: s.operation}
		return profile(s, change)
	}},
	{"set CAPF authentication AUTH of PHONES", func(s said) Action { return profile(s, core.ProfileChange{Auth: s.auth}) }},

	// Phones, by hand.
	{"power off PHONES", byHand(PowerOff)},
	{"power on PHONES", byHand(PowerOn)},
	{"erase lists of PHONES", byHand(Erase)},
	{"move PHONES to CLUSTER", func(s said) Action { return Action{Phones: Move, Who: s.who, To: s.cluster} }},
}

// said are the values of a sentence's words in capitals.
type said struct {
	certificate core.CertificateKind
	service     core.Service
	node        int // 0: all nodes
	signer      core.SignerKind
	mode        cnf.SecurityMode
	operation   core.Operation
	auth        cnf.AuthMode
	on          bool
	span        duration
	cluster     int
	who         Who
}

func order(o core.Order) Action { return Action{Order: o} }

func toPhones(s said, o core.Order) Action { return Action{Order: o, Who: s.who} }

func updateCTL(s said) Action {
	return order(core.Order{Do: core.DoUpdateCTL, CTL: core.CTLUpdate{Signer: s.signer}})
}

func tokenless(do core.Deed, signer core.SignerKind) func(said) Action {
	return func(said) Action { return order(core.Order{Do: do, CTL: core.CTLUpdate{Signer: signer}}) }
}

func profile(s said, change core.ProfileChange) Action {
	return toPhones(s, core.Order{Do: core.DoSetProfile, Profile: change})
}

func byHand(what Phones) func(said) Action {
	return func(s said) Action { return Action{Phones: what, Who: s.who} }
}
