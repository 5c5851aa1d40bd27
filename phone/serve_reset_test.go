package phone_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// TestReset has the CallManager reset the phone 40 s after power on, with the
// configuration as it was or changed.
func TestReset(t *testing.T) {
	const lost = " lost " + node1 + ": the CallManager asked for a "
	registered := " registered with " + node1
	lists := []string{"CTL" + device + ".tlv", "ITL" + device + ".tlv", "ITLFile.tlv"}
	config := cnf.Name(device)
	for _, c := range []struct {
		situation string
		kind      sccp.ResetType
		changed   func(*cnf.Config) // nil: not at all
		broken    bool              // the file is no XML
		slow      time.Duration     // of the TFTP server
		story     []string          // without keepalives, from 40 s on
		asked     []string          // files, after the first boot
		outages   string
	}{
		{
			situation: "reset: power on after 10 s and a fifth", kind: sccp.ResetReset,
			story:   []string{"40s told to RESET", "40s" + lost + "RESET", "52s power on 2", "52s" + registered + ", boot", "2m0s left " + node1},
			asked:   slices.Concat(lists, []string{config}),
			outages: "Initialized Reset-Reset",
		},
		{
			situation: "restart: the configuration, and at once", kind: sccp.ResetRestart,
			story:   []string{"40s told to RESTART", "40s" + lost + "RESTART", "40s" + registered + ", restart", "2m0s left " + node1},
			asked:   []string{config},
			outages: "Initialized Reset-Restart",
		},
		{
			situation: "restart, with a server that takes 3 s for the configuration", kind: sccp.ResetRestart, slow: 3 * time.Second,
			story:   []string{"40s told to RESTART", "40s" + lost + "RESTART", "43s" + registered + ", restart", "2m0s left " + node1},
			asked:   []string{config},
			outages: "Initialized Reset-Restart",
		},
		{
			situation: "restart, to another CallManager", kind: sccp.ResetRestart,
			changed: func(c *cnf.Config) { c.CallManagers[0].Host, c.CallManagers[1].Host = nodeHost(2), nodeHost(1) },
			story:   []string{"40s told to RESTART", "40s" + lost + "RESTART", "40s registered with " + node2 + ", restart", "2m0s left " + node2},
			asked:   []string{config},
			outages: "Initialized",
		},
		{
			situation: "apply: nothing changed", kind: sccp.ResetApplyConfig,
			story:   []string{"40s told to APPLY_CONFIG", "2m0s left " + node1},
			asked:   []string{config},
			outages: "Initialized",
		},
		{
			situation: "apply: another date", kind: sccp.ResetApplyConfig,
			changed: func(c *cnf.Config) { c.DateTemplate = "Y-M-D" },
			story:   []string{"40s told to APPLY_CONFIG", "40s left " + node1, "40s" + registered + ", restart", "2m0s left " + node1},
			asked:   []string{config, config},
			outages: "Initialized Reset-Restart",
		},
		{
			situation: "apply: a configuration that cannot be read", kind: sccp.ResetApplyConfig, broken: true,
			story:   []string{"40s told to APPLY_CONFIG", "40s config malformed", "2m0s left " + node1},
			asked:   []string{config},
			outages: "Initialized",
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, answersAll, answersAll)
				time.AfterFunc(40*time.Second, func() {
					l.mu.Lock()
					l.asked, l.slow = nil, c.slow
					if c.broken {
						l.files[cnf.Name(device)] = []byte("<device>")
					}
					l.mu.Unlock()
					if c.changed != nil {
						config := cnf.Config{Full: true, Protocol: "SCCP", SecurityMode: cnf.NonSecure, CallManagers: []cnf.CallManager{
							{Host: nodeHost(1)}, {Priority: 1, Host: nodeHost(2)},
						}}
						c.changed(&config)
						l.configure(t, config)
					}
					l.nodes[0].caller().send(sccp.Reset{Type: c.kind})
				})
				if err := l.run(t, l.phone(t, nil), 2*time.Minute); err != nil {
					t.Fatal(err)
				}
				begin := []string{"0s power on 1", "0s" + registered + ", boot"}
				mustTell(t, without(l.said.story(l.began), " keepalive"), slices.Concat(begin, c.story)...)
				if !slices.Equal(l.asked, c.asked) {
					t.Errorf("asked for %s, want %s", strings.Join(l.asked, " "), strings.Join(c.asked, " "))
				}
				if got := l.nodes[0].outages(); got != c.outages {
					t.Errorf("node 1 heard of %q, want %q", got, c.outages)
				}
			})
		})
	}
}

// TestResetSpreadsReboots resets phones with chances of their own: each is back
// within a fifth of the model's time, and they do not come back together.
func TestResetSpreadsReboots(t *testing.T) {
	early, late := 0, 0
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(t, answersAll)
			time.AfterFunc(5*time.Second, func() { l.nodes[0].caller().send(sccp.Reset{Type: sccp.ResetReset}) })
			if err := l.run(t, l.phone(t, chance(seed)), time.Minute); err != nil {
				t.Fatal(err)
			}
			back := l.nodes[0].hears(sccp.IDRegisterReq)[1].after - 5*time.Second
			switch {
			case back < 8*time.Second, back > 12*time.Second:
				t.Errorf("seed %d: back after %v, want 8 s to 12 s", seed, back)
			case back < 9*time.Second:
				early++
			case back > 11*time.Second:
				late++
			}
		})
	}
	if early == 0 || late == 0 {
		t.Errorf("%d of 40 phones were early and %d late", early, late)
	}
}
