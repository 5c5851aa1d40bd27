package check

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
)

// run checks as a 7965 whose device the labs know.
func (l *lab) run(t *testing.T, change func(*Options)) Report {
	t.Helper()
	model, err := phone.FindModel("7965")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Servers: l.servers, Timeout: 2 * time.Second, ExpireWithin: 30 * 24 * time.Hour, Suites: newest(t),
		Flash:    l.held,
		Identity: phone.Identity{Name: device, Model: model, MIC: l.mic(t)},
	}
	if change != nil {
		change(&o)
	}
	report, _ := Run(t.Context(), o)
	return report
}

// TestFirstCause breaks a cluster in the ways that administrators do, and
// demands the first cause and the repair.
func TestFirstCause(t *testing.T) {
	for _, c := range []struct {
		situation string
		lab       func(t *testing.T) *lab
		as        func(*Options)
		check     string   // of the first cause; "" for none
		cause     string   // it contains
		repair    []string // the actions contain, in order
	}{
		{"nothing is wrong", healthy, nil, "", "", nil},
		{"nothing is wrong, as seen by a 7940", healthy, model("7940"), "", "", nil},
		{
			"CAPF.pem was regenerated, and nothing else done", capfRegenerated, nil,
			"ctl-capf", "was regenerated",
			[]string{"Run the CTL Client again (Update CTL File) with a token of the present CTL: CN=SAST-", "Restart Cisco TFTP", "restart Cisco CallManager"},
		},
		{
			"CallManager.pem was regenerated, and the CTL Client not run", callManagerRegenerated(""), nil,
			"ctl-callmanager", "was regenerated",
			[]string{"Run the CTL Client again", "Restart Cisco TFTP", "restart Cisco CallManager"},
		},
		{
			"the same in a cluster whose CTL is tokenless", callManagerRegenerated(core.SignerCallManager), nil,
			"ctl-callmanager", "was regenerated",
			[]string{"utils ctl update CTLFile", "Restart Cisco TFTP", "restart Cisco CallManager"},
		},
		{
			"CAPF was not restarted with its new certificate", capfNotRestarted, nil,
			"ctl-capf", "still shows the certificate from before",
			[]string{"Restart Cisco Certificate Authority Proxy Function on 127."},
		},
		{
			"TVS.pem was regenerated, and TFTP not restarted", tvsRegenerated, nil,
			"itl-tvs", "which the ITL does not name as TVS",
			[]string{"Restart Cisco TFTP", "reset the phones"},
		},
		{
			"the CTL was cut short", serving("CTL", func(b []byte) []byte { return b[:len(b)/2] }), nil,
			"ctl-layout", "the CTL does not parse",
			[]string{"Run the CTL Client again"},
		},
		{
			"the CTL is a text", serving("CTL", func([]byte) []byte { return []byte("<html>not found</html>") }), nil,
			"ctl-layout", "but text that begins",
			[]string{"Run the CTL Client again"},
		},
		{
			"a byte of the CTL was changed", serving("CTL", flipLast), nil,
			"ctl-signature", "Verification of the CTL File Failed",
			[]string{"Run the CTL Client again", "Restart Cisco TFTP"},
		},
		{
			"a byte of the ITL was changed", serving("ITL", flipLast), nil,
			"itl-signature", "Verification of the ITL File Failed",
			[]string{"builds and signs its ITL anew"},
		},
		{
			"the CTL has more certificates than a phone loads", built(crowded), nil,
			"ctl-limits", "a phone loads 39 at most",
			[]string{"Take certificates out of the list", "Run the CTL Client again"},
		},
		{
			"CAPF was activated after the CTL Client had run", capfMissing, nil,
			"ctl-capf", "the CTL has no CAPF certificate",
			[]string{"activate and start", "Run the CTL Client again"},
		},
		{
			"the CTL is older than a certificate it carries", yearOld, nil,
			"ctl-date", "older than a certificate it carries",
			[]string{"Run the CTL Client again", "Restart Cisco TFTP"},
		},
		{
			"every certificate has expired", healthy, at(6 * 365 * 24 * time.Hour),
			"capf-certificate", "expired on",
			[]string{"Regenerate CAPF.pem", "Restart Cisco Certificate Authority Proxy Function", "Run the CTL Client", "Restart Cisco TFTP", "restart Cisco CallManager"},
		},
		{
			"two TFTP servers, one of which was not restarted", oneOfTwoRestarted, nil,
			"ctl-servers", "serve different CTLs",
			[]string{"show ctl", "Restart Cisco TFTP"},
		},
		{
			"one of two TFTP servers is down", secondServerDown, nil,
			"tftp", "TFTP 127.0.0.1:9 does not answer",
			[]string{"option 150", "Cisco TFTP is activated"},
		},
		{
			"no TFTP server answers", nobody, nil,
			"tftp", "TFTP 127.0.0.1:9 does not answer",
			[]string{"option 150", "Cisco TFTP is activated"},
		},
		{
			"mixed mode without a CTL", faulty(core.FaultSpec{Fault: "reject", On: "ctl"}), nil,
			"mode", "but TFTP serves no CTL",
			[]string{"Set Cisco Unified CallManager Cluster to Mixed Mode", "Restart Cisco TFTP", "restart Cisco CallManager"},
		},
		{
			"a secure profile in a cluster that went back to non-secure mode", wentBack, nil,
			"mode", "the CTL names no CallManager certificate",
			[]string{"non-secure phone security profile"},
		},
		{
			"the CTL of a token that the phone does not hold", unknownToken, nil,
			"ctl-accepted", "Trust List Update Failed",
			[]string{"Have the list signed by a SAST that the phone holds"},
		},
		{
			"TFTP signs with the CallManager key from before", signsWithOldKey, nil,
			"config-signature", "a phone refuses SEP0011215A1AE3.cnf.xml.sgn",
			[]string{"Restart Cisco TFTP on the server, so that it signs"},
		},
		{
			"the configuration is no XML", serving("SEP", func([]byte) []byte { return []byte("nothing") }), nil,
			"config", "cannot be read",
			[]string{"Save and reset the device"},
		},
		{
			"a device that nobody added", healthy, namedAs("SEP00AABBCCDDEE"),
			"config", "TFTP serves XMLDefault.cnf.xml.sgn in its place",
			[]string{"Add the device"},
		},
		{
			"a node is down", nodeDown, nil,
			"callmanager-port", ":2443 cannot be reached",
			[]string{"Cisco CallManager is activated and started on that node"},
		},
		{
			"CAPF is busy with itself", faulty(core.FaultSpec{Fault: "refuse", On: "capf"}), nil,
			"capf-tls", "the TLS handshake with CAPF",
			[]string{"Restart Cisco Certificate Authority Proxy Function"},
		},
		{
			"the servers speak no TLS as old as the phone", modern, nil,
			"capf-tls", "the server refuses what a 7965 speaks",
			[]string{"set tls min-version 1.0"},
		},
		{
			"the wrong authentication string", byString, func(o *Options) { o.Enrol, o.Identity.AuthString = true, "54321" },
			"enrol", "the phone enrols with CAPF",
			[]string{"--auth-string"},
		},
		{
			"the CallManager turns the phone away", faulty(core.FaultSpec{Fault: "reject", On: "callmanager", Text: "Device not found"}), func(o *Options) { o.Register = true },
			"register", `rejected the registration: "Device not found"`,
			[]string{"check that the device exists"},
		},
		{
			"a 7940 holds a CTL that the cluster no longer serves", ctlGone, model("7940"),
			"capf-tls", "the phone breaks off, because the server shows CN=CAPF-",
			[]string{"Run the CTL Client again"},
		},
		{"a phone enrols and registers", healthy, func(o *Options) { o.Enrol, o.Register = true, true }, "", "", nil},
		{"a cluster without security", nonSecure, nil, "", "", nil},
		{"a cluster that went back to non-secure mode", backToNonSecure, nil, "", "", nil},
		{"a cluster that is prepared for rollback", rollback, nil, "", "", nil},
		{"two TFTP servers, each with an ITL of its own", twoServers, nil, "", "", nil},
		{"CallManager.pem was regenerated, and all done in order", inOrder, nil, "", "", nil},
		{"the clock of the cluster is two days ahead", ahead, nil, "", "", nil},
	} {
		t.Run(c.situation, func(t *testing.T) {
			t.Parallel()
			r := c.lab(t).run(t, c.as)
			if r.Check != c.check || !strings.Contains(r.FirstCause, c.cause) || r.Good != (c.check == "") {
				t.Errorf("first cause %s: %s; want %s: …%s…", r.Check, r.FirstCause, c.check, c.cause)
			}
			rest := r.Repair
			for _, want := range c.repair {
				i := slices.IndexFunc(rest, func(action string) bool { return strings.Contains(action, want) })
				if i < 0 {
					t.Errorf("repair %q: no %q, or not in this order", r.Repair, want)
					break
				}
				rest = rest[i+1:]
			}
		})
	}
}

// newest are the suites of a phone that speaks more than a 7965.
func newest(t *testing.T) []uint16 {
	t.Helper()
	m, err := phone.FindModel("8945")
	if err != nil {
		t.Fatal(err)
	}
	return m.Suites
}

func model(name string) func(*Options) {
	return func(o *Options) { o.Identity.Model, _ = phone.FindModel(name) }
}

func namedAs(name phone.Name) func(*Options) { return func(o *Options) { o.Identity.Name = name } }

// at checks in another time.
func at(later time.Duration) func(*Options) {
	return func(o *Options) { o.Now = time.Now().Add(later) }
}
