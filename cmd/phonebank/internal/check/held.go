package check

import (
	"context"
	"crypto/md5"
	"crypto/tls"
	"fmt"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// held is the list of a kind that the phone holds, nil for none.
func (e *examination) held(kind ctl.Kind) *ctl.List {
	if kind == ctl.ITL {
		return e.Flash.ITL
	}
	return e.Flash.CTL
}

// listAccepted asks the question of "Trust List Update Failed": does a phone
// that holds these lists take the one that is served?
func listAccepted(ctx context.Context, e *examination, kind ctl.Kind) []Finding {
	if e.Flash.CTL == nil && e.Flash.ITL == nil {
		e.taken[kind] = true
		return nil // as the first list of a new phone: its own signature is all there is to it
	}
	// A phone takes the CTL before it asks for the ITL.
	held := e.trust()
	v := held.JudgeList(ctx, kind, e.main.files[kind].bytes, e.Identity.Model, e.asker(held))
	if v.Outcome == phone.Reject {
		return one(bad(fmt.Sprintf("the phone keeps the %s it holds", kind),
			fmt.Sprintf("the phone refuses the %s (%s): %s", kind, v.Status, v.Reason), append([]string{v.Fix}, lastResort...)...))
	}
	e.taken[kind] = true
	return one(good(fmt.Sprintf("the phone accepts the %s: %s", kind, v.Reason)))
}

// heldCompared compares size and digest, as one does with the phone's menu
// (Settings > Security Configuration > Trust List).
func heldCompared(e *examination, kind ctl.Kind) []Finding {
	held, served := e.held(kind), e.main.files[kind].bytes
	sum := md5.Sum(served)
	switch {
	case held == nil && (e.Flash.CTL != nil || e.Flash.ITL != nil):
		return one(none("", fmt.Sprintf("the phone holds no %s to compare with", kind)))
	case held == nil:
		return one(none("", fmt.Sprintf("the %s on the phone is not known; compare in its menu: %d bytes, MD5 %x (or name it: --held FILE, --state DIR)", kind, len(served), sum)))
	case held.MD5() == sum:
		return one(good(fmt.Sprintf("the phone holds the %s that is served: %d bytes, MD5 %x", kind, len(served), sum)))
	}
	text := fmt.Sprintf("the phone holds another %s: %d bytes, MD5 %x, of %s; served are %d bytes, MD5 %x", kind,
		held.Size(), held.MD5(), stamp(held.Timestamp), len(served), sum)
	if !e.taken[kind] {
		return one(none("", text+"; it keeps its own"))
	}
	return one(doubtful(text+"; it takes the new one when it is reset", "Reset the phone, and see \"Trust List Updated\" in its status messages."))
}

// asker asks the TVS servers that the phone knows: those of the configuration
// it holds, else those of the records in its ITL.
func (e *examination) asker(held phone.Held) phone.Asker {
	if !e.Identity.Model.SecurityByDefault {
		return nil
	}
	var servers []cnf.Server
	switch {
	case e.Flash.Config != nil:
		servers = e.Flash.Config.TVS
	case e.config != nil:
		servers = e.config.TVS
	}
	if len(servers) == 0 {
		for r := range held.ITL.With(ctl.RoleTVS) {
			if host := hostOf(r); host != "" && len(servers) < 3 {
				servers = append(servers, cnf.Server{Host: host, Port: cnf.DefaultTVSPort})
			}
		}
	}
	if len(servers) == 0 {
		return nil
	}
	model := e.Identity.Model
	return &phone.TVSClient{
		Servers: servers, Device: "CP-" + model.Name + "-" + string(e.Identity.Name), Held: held, Identity: e.Flash.LSC,
		TLS:     &tls.Config{MinVersion: model.TLSMin, MaxVersion: model.TLSMax, CipherSuites: model.Suites},
		Connect: e.Timeout, Handshake: e.Timeout, Timeout: e.Timeout,
	}
}
