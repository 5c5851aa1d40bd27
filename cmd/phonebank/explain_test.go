package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/scenario/state"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

const comparedPhone = "SEP0011215A0001"

// Whatever is refused is explained in the same words by ctl verify and config
// verify on the files, by a boot against a core, and by a run: each time it is
// the real thing, against a core of its own with the same certificates.
func TestARefusalIsExplainedOnce(t *testing.T) {
	tvs := func(fault string) core.FaultSpec { return core.FaultSpec{Fault: fault, On: "tvs"} }
	resign := core.FaultSpec{Fault: "resign", On: "ctl"}
	for _, row := range []struct {
		situation string
		model     string
		trust     scenario.TrustKind
		faults    []core.FaultSpec
		step      phone.Step
		finding   phone.Finding
		hands     bool
	}{
		{"signed by a stranger, TVS does not know him", "7965", scenario.TrustStale, []core.FaultSpec{resign}, phone.StepCTL, phone.FindingUnknownSigner, false},
		{"signed by a stranger, the model knows no TVS", "7940", scenario.TrustStale, []core.FaultSpec{resign}, phone.StepCTL, phone.FindingUnknownSigner, true},
		{"an ITL signed by a stranger", "8945", scenario.TrustStale, []core.FaultSpec{{Fault: "resign", On: "itl"}}, phone.StepITL, phone.FindingUnknownSigner, false},
		{"a signer newer than the lists, TVS says no", "7965", scenario.TrustOutdated, []core.FaultSpec{tvs("reject")}, phone.StepCTL, phone.FindingUnknownSigner, false},
		{"a signer newer than the lists, TVS hangs up", "7965", scenario.TrustOutdated, []core.FaultSpec{tvs("hangup")}, phone.StepCTL, phone.FindingUnknownSigner, false},
		{"a signer newer than the lists, TVS answers another session", "7965", scenario.TrustOutdated, []core.FaultSpec{tvs("wrong-session")}, phone.StepCTL, phone.FindingUnknownSigner, false},
		{"a signer newer than the lists, no TVS in the model", "7960", scenario.TrustOutdated, nil, phone.StepCTL, phone.FindingUnknownSigner, true},
		{"a CTL that is damaged on its way", "7965", scenario.TrustHeld, []core.FaultSpec{{Fault: "garble", On: "ctl"}}, phone.StepCTL, phone.FindingMalformed, false},
		{"a configuration that is damaged on its way", "7965", scenario.TrustHeld, []core.FaultSpec{{Fault: "garble", On: "config"}}, phone.StepConfig, phone.FindingMalformed, false},
	} {
		t.Run(row.situation, func(t *testing.T) {
			a := coretest.Authority(t, 1)
			c := compared{authority: a, model: row.model, trust: row.trust, faults: row.faults}
			ran := c.run(t, row.step)
			if ran.Finding != row.finding || ran.Hands != row.hands || ran.Reason == "" || ran.Fix == "" || len(ran.Console) == 0 {
				t.Errorf("the run explains %+v", ran)
			}
			server, flash := c.serve(t)
			if diff := cmp.Diff(ran, c.boot(t, server, flash, row.step)); diff != "" {
				t.Errorf("(-run +boot):\n%s", diff)
			}
			if diff := cmp.Diff(ran, c.verify(t, server, flash, row.step)); diff != "" {
				t.Errorf("(-run +verify):\n%s", diff)
			}
		})
	}
}

// A TLS server that the held lists do not name: CAPF has a new certificate, and
// the cluster serves no list that would say so.
func TestARefusedServerIsExplainedOnce(t *testing.T) {
	before := coretest.Authority(t, 1)
	now := *before
	now.CAPF = coretest.Authority(t, 1).CAPF
	c := compared{
		authority: &now, model: "7965", trust: scenario.TrustHeld,
		faults: []core.FaultSpec{{Fault: "reject", On: "ctl"}, {Fault: "reject", On: "itl"}},
		capf:   core.CAPFPolicy{Auth: cnf.CAPFNullString, Operation: core.OperationInstall},
	}
	server, flash := c.serve(t)
	flash.CTL, flash.ITL = list(t)(before.CTL(server.ListOptions())), list(t)(before.ITL(1, server.ListOptions()))
	dir := t.TempDir()
	for name, held := range map[string]*ctl.List{"CTL.tlv": flash.CTL, "ITL.tlv": flash.ITL} {
		if err := os.WriteFile(filepath.Join(dir, name), held.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.phones = fmt.Sprintf("trust: [%s, %s], lsc: enrol", filepath.Join(dir, "CTL.tlv"), filepath.Join(dir, "ITL.tlv"))
	ran := c.run(t, phone.StepCAPF)
	if ran.Finding != phone.FindingOtherPeer || ran.About != "CAPF server" || len(ran.Holds) != 2 || len(ran.Console) != 1 || ran.Fix == "" {
		t.Errorf("the run explains %+v", ran)
	}
	if diff := cmp.Diff(ran, c.boot(t, server, flash, phone.StepCAPF)); diff != "" {
		t.Errorf("(-run +boot):\n%s", diff)
	}
}

// compared is one situation.
type compared struct {
	authority *core.Authority
	model     string
	trust     scenario.TrustKind
	faults    []core.FaultSpec
	capf      core.CAPFPolicy
	phones    string // of the run, in place of trust and an installed LSC
}

func (c compared) run(t *testing.T, step phone.Step) phone.Explanation {
	if c.phones == "" {
		c.phones = fmt.Sprintf("trust: %s, lsc: installed", c.trust)
	}
	file := fmt.Sprintf("phones: {count: 1, first: %s, model: %s, keys: pool 1, %s}\nstay: 10ms\n", comparedPhone, c.model, c.phones)
	s, err := scenario.Parse(t.Name(), []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	s.Core.Faults = c.faults
	r, err := scenario.Run(t.Context(), s, scenario.Options{World: scenario.World{Authority: c.authority}})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range r.Explain {
		if e.Step == step {
			return steadied(t, e.Explanation)
		}
	}
	t.Fatalf("the run explains %+v", r.Explain)
	return phone.Explanation{}
}

// serve starts the core for the boot and for the files, and makes what a phone
// of the same past holds.
func (c compared) serve(t *testing.T) (*core.Core, phone.Flash) {
	server, err := core.Start(context.Background(), core.Config{
		Security: cnf.Encrypted, Authority: c.authority, Faults: c.faults,
		CAPF:    c.capf,
		Devices: []core.Device{{Name: comparedPhone, Model: c.model}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	o, makeCTL, makeITL := server.ListOptions(), c.authority.CTL, c.authority.ITL
	if c.trust != scenario.TrustHeld {
		o.Forget = c.trust == scenario.TrustOutdated
		makeCTL, makeITL = c.authority.StaleCTL, c.authority.StaleITL
	}
	flash := phone.Flash{Config: &cnf.Config{Protocol: "SCCP", Full: true, SecurityMode: cnf.Encrypted, ConnectionMonitor: cnf.DefaultConnectionMonitor}}
	for _, p := range server.Places() {
		flash.Config.CallManagers = append(flash.Config.CallManagers, cnf.CallManager{Host: p.Address.String(), Port: p.Clear, SecurePort: p.Secure})
		flash.Config.TVS = append(flash.Config.TVS, cnf.Server{Host: p.Address.String(), Port: p.TVS})
	}
	flash.CTL = list(t)(makeCTL(o))
	if model, _ := phone.FindModel(c.model); model.SecurityByDefault {
		flash.ITL = list(t)(makeITL(1, o))
	}
	return server, flash
}

func list(t *testing.T) func([]byte, error) *ctl.List {
	return func(file []byte, err error) *ctl.List {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := ctl.Parse(file)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
}

func (c compared) boot(t *testing.T, server *core.Core, flash phone.Flash, step phone.Step) phone.Explanation {
	dir := t.TempDir()
	store, err := state.Open(filepath.Join(dir, "state"))
	if err == nil {
		err = store.Save(state.Phone{Name: comparedPhone, Flash: flash})
	}
	if err == nil {
		err = store.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "boot.json")
	// Whether the MIC is good enough to register is not the question here.
	do(t, "boot", "--core", server.TFTPAddr(), "--mac", comparedPhone, "--model", c.model, "--state", filepath.Join(dir, "state"), "--json", out)
	var report struct {
		Explain []struct {
			Step phone.Step
			phone.Explanation
		}
	}
	text, err := os.ReadFile(out)
	if err == nil {
		err = json.Unmarshal(text, &report)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range report.Explain {
		if e.Step == step {
			return steadied(t, e.Explanation)
		}
	}
	t.Fatalf("the boot explains %+v", report.Explain)
	return phone.Explanation{}
}

func (c compared) verify(t *testing.T, server *core.Core, flash phone.Flash, step phone.Step) phone.Explanation {
	dir := t.TempDir()
	name, args := map[phone.Step]string{
		phone.StepCTL: "CTL" + comparedPhone + ".tlv", phone.StepITL: "ITL" + comparedPhone + ".tlv", phone.StepConfig: cnf.Name(comparedPhone) + ".sgn",
	}[step], []string{"ctl", "verify", "--as", string(step)}
	if step == phone.StepConfig {
		args = []string{"config", "verify", "--name", name}
	}
	save := func(name string, file []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	model, err := phone.FindModel(c.model)
	if err != nil {
		t.Fatal(err)
	}
	files := &phone.TFTP{Servers: []string{server.TFTPAddr()}, Timers: &model.Timers}
	offered, err := files.Fetch(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	args = append(args, "--json", "--model", c.model, "--held-ctl", save("held-ctl", flash.CTL.Bytes()),
		"--tvs", netip.AddrPortFrom(server.Places()[0].Address, uint16(server.Places()[0].TVS)).String())
	if flash.ITL != nil {
		args = append(args, "--held-itl", save("held-itl", flash.ITL.Bytes()))
	}
	got := do(t, append(args, save("offered", offered))...).want(t, exitFailed)
	var d phone.Decision
	if err := json.Unmarshal([]byte(got.out), &d); err != nil {
		t.Fatal(err)
	}
	return steadied(t, d.Explanation)
}

var loopback = regexp.MustCompile(`127\.\d+\.\d+\.\d+(:\d+)?`)

// sizes depend on how long the addresses are.
var sizes = regexp.MustCompile(`\d+(>|\\u003e) bytes`)

// steadied is an explanation without addresses, which differ from core to core.
func steadied(t *testing.T, e phone.Explanation) phone.Explanation {
	t.Helper()
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	text = loopback.ReplaceAll(sizes.ReplaceAll(text, []byte("N> bytes")), []byte("ADDRESS"))
	var same phone.Explanation
	if err := json.Unmarshal(text, &same); err != nil {
		t.Fatal(err)
	}
	return same
}
