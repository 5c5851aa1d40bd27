package scenario

import (
	"errors"
	"testing"

	"github.com/phonebank/phonebank/core"
)

func TestPreflight(t *testing.T) {
	common := Machine{Descriptors: 20_000, Ports: 28_232, Spread: true}
	faulty := []core.FaultSpec{{Fault: "stop", On: "node-1"}}
	remote := Core{Where: Where{Remote, []string{"10.0.0.1:69"}}}
	for title, row := range map[string]struct {
		s        Scenario
		m        Machine
		children bool
		where    WhereKind
		want     string // note or error
	}{
		"a thousand":      {Scenario{Phones: []Group{{Count: 1000}}}, common, false, Embedded, ""},
		"the most in one": {Scenario{Phones: []Group{{Count: 9692}}}, common, false, Embedded, ""},
		"one more": {
			Scenario{Phones: []Group{{Count: 9693}}},
			common, false, Embedded,
			"9,693 phones need 20,002 open descriptors in one process, and 20,000 are allowed; run the core in a process of its own (--core local), or raise the limit (ulimit -n 20002), or start at most 9,692 phones",
		},
		"one more, and a child": {
			Scenario{Phones: []Group{{Count: 9693}}},
			common, true, Local,
			"the core runs in a process of its own: 9,693 phones need 20,002 open descriptors in one process, and 20,000 are allowed",
		},
		"asked for a child": {Scenario{Core: Core{Where: Where{Kind: Local}}, Phones: []Group{{Count: 19_640}}}, common, true, Local, ""},
		"too many even so": {
			Scenario{Core: Core{Where: Where{Kind: Local}}, Phones: []Group{{Count: 19_641}}},
			common, true, Local,
			"19,641 phones need 20,001 open descriptors in one process, and 20,000 are allowed; raise the limit (ulimit -n 20001), or start at most 19,640 phones",
		},
		"far too many for any": {
			Scenario{Phones: []Group{{Count: 100_000}}},
			common, true, Embedded,
			"100,000 phones need 200,616 open descriptors in one process, and 20,000 are allowed; raise the limit (ulimit -n 200616), or start at most 9,692 phones",
		},
		"a stand-by link each": {Scenario{Phones: []Group{{Count: 4847, Standby: true}}}, common, true, Local, "the core runs in a process of its own: 4,847 phones need 20,004 open descriptors in one process, and 20,000 are allowed"},
		"nodes that stop":      {Scenario{Core: Core{Nodes: 2, Faults: faulty}, Phones: []Group{{Count: 4847}}}, common, true, Local, "the core runs in a process of its own: 4,847 phones need 20,008 open descriptors in one process, and 20,000 are allowed"},
		"limit not known":      {Scenario{Phones: []Group{{Count: 100_000}}}, Machine{Ports: 28_232, Spread: true}, false, Embedded, ""},
		"one loopback address": {
			Scenario{Core: Core{Where: Where{Kind: Local}}, Phones: []Group{{Count: 17_000}}},
			Machine{Descriptors: 20_000, Ports: 16_384},
			true, Local,
			"17,000 connections from one source address need as many ports, and the system gives 16,384; widen net.ipv4.ip_local_port_range, or start at most 16,384 phones",
		},
		"a real cluster has one source address": {
			Scenario{Core: remote, Phones: []Group{{Count: 30_000}}},
			Machine{Descriptors: 1 << 20, Ports: 28_232, Spread: true},
			true, Remote,
			"30,000 connections from one source address need as many ports, and the system gives 28,232; widen net.ipv4.ip_local_port_range, or start at most 28,232 phones",
		},
		"a core next door has many": {
			Scenario{Core: Core{Where: Where{Remote, []string{"127.1.2.1:6969"}}}, Phones: []Group{{Count: 30_000}}},
			Machine{Descriptors: 1 << 20, Ports: 28_232, Spread: true},
			true, Remote, "",
		},
	} {
		t.Run(title, func(t *testing.T) {
			where, note, err := row.s.Preflight(row.m, row.children)
			got := note
			if err != nil {
				got = err.Error()
				var known *PreflightError
				if !errors.As(err, &known) || ExitCode(nil, err) != ExitPreflight {
					t.Errorf("%T, exit %d", err, ExitCode(nil, err))
				}
			}
			if where != row.where || got != row.want {
				t.Errorf("got  %s %s\nwant %s %s", where, got, row.where, row.want)
			}
		})
	}
}

func TestThisMachineCanBeAsked(t *testing.T) {
	m := Inspect()
	if m.Ports < 1000 || m.Cores < 1 {
		t.Errorf("got %+v", m)
	}
	if m.Descriptors > 0 && m.Capacity(Local) < m.Capacity(Embedded) {
		t.Errorf("%d phones fit beside the core, and only %d without it", m.Capacity(Embedded), m.Capacity(Local))
	}
	if cpu, rss, known := usage(); known && (cpu <= 0 || rss < 1<<20) {
		t.Errorf("this process took %v and %d bytes", cpu, rss)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 20_000: "20,000", 1_234_567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}
