package scenario

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/scenario/load"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/signed"
)

const everything = `
name: morning boot storm
seed: 42
core:
  run: local
  nodes: 3
  security: authenticated
  encrypted_config: true
  capf: {auth: string, key: ec-p384, operation: install}
  auth_string: "12345"
  keepalive: 5s
  connection_monitor: 2s
  tokens: {rate: 120/m, wait: 1s}
  tftp: {digest: sha512, port: 6969}
  ctl: {signer: token-2}
  tls: {min: "1.0", max: "1.2"}
  capacity:
    - {rate: 100/s, service: 50ms}
    - {on: tvs, service: 1s}
  faults:
    - {fault: slow, on: capf, delay: 2s, share: 5%}
    - {fault: stop, on: node-1, at: 30s, for: 60s}
    - fault: reject
      on: callmanager
      text: Error DBConfig
phones:
  count: 10000
  first: 00:11:21:5a:00:01
  model: {7965: 60%, CP-7940G: 10%, 8945: 30%}
  trust: stale
  lsc: installed
  keys: pool 256
  auth_string: 00123
  standby: true
  tls: {max: "1.3"}
load:
  - ramp 10/s to 200/s over 30s
  - hold 200/s
arrivals: poisson
stay: 2m
thresholds:
  - registered >= 99.9%
  - register.p99 < 2s
limits: {transfers: 100, handshakes: 200, key_generations: 1}
`

func TestAFileWithEverything(t *testing.T) {
	got, err := Parse("storm.yaml", []byte(everything))
	if err != nil {
		t.Fatal(err)
	}
	want := &Scenario{
		File: "storm.yaml", Name: "morning boot storm", Seed: 42,
		Core: Core{
			Where: Where{Kind: Local}, Nodes: 3, Security: cnf.Authenticated, EncryptedConfig: true,
			CAPF: core.CAPFPolicy{
				Auth: cnf.CAPFString, Key: capf.KeySpec{Type: capf.EC, Curve: capf.P384}, Operation: core.OperationInstall,
			},
			AuthString: "12345", KeepAlive: 5 * time.Second, Monitor: 2 * time.Second,
			Tokens: core.TokenPolicy{Rate: 2, Wait: time.Second}, TFTPPort: 6969,
			Digest: signed.SHA512, Signer: core.Token(2), TLSMin: tls.VersionTLS10, TLSMax: tls.VersionTLS12,
			Capacity: []core.Capacity{
				{Rate: 100, Service: 50 * time.Millisecond},
				{On: core.ServiceTVS, Service: time.Second},
			},
			Faults: []core.FaultSpec{
				{Fault: "slow", On: "capf", Delay: 2 * time.Second, Share: 5},
				{Fault: "stop", On: "node-1", At: 30 * time.Second, For: time.Minute},
				{Fault: "reject", On: "callmanager", Text: "Error DBConfig"},
			},
		},
		Phones: []Group{{
			Count: 10000, First: "SEP0011215A0001", Models: []Share{{"7965", 60}, {"7940", 10}, {"8945", 30}},
			Trust: []Trust{{Kind: TrustStale}}, LSC: LSCInstalled, Keys: Keys{Pool: 256}, AuthString: "00123", Standby: true,
			TLSMax: tls.VersionTLS13,
		}},
		Load: load.Schedule{
			Stages:   []load.Stage{{From: 10, To: 200, For: 30 * time.Second}, {From: 200, To: 200}},
			Arrivals: load.Poisson,
		},
		Stay:   2 * time.Minute,
		Limits: Limits{Transfers: 100, Handshakes: 200, KeyGenerations: 1},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Scenario{}), cmpopts.IgnoreFields(Scenario{}, "Thresholds", "Events", "Text")); diff != "" {
		t.Error(diff)
	}
	var thresholds []string
	for _, threshold := range got.Thresholds {
		thresholds = append(thresholds, threshold.Expression)
	}
	if diff := cmp.Diff([]string{"registered >= 99.9%", "register.p99 < 2s"}, thresholds); diff != "" {
		t.Error(diff)
	}
}

func TestWaysToSayAThing(t *testing.T) {
	for title, row := range map[string]struct {
		text string
		got  func(*Scenario) any
		want any
	}{
		"core embedded":      {"core: embedded", func(s *Scenario) any { return s.Core.Where }, Where{Kind: Embedded}},
		"core by address":    {"core: 10.0.0.1", func(s *Scenario) any { return s.Core.Where }, Where{Remote, []string{"10.0.0.1:69"}}},
		"core by name":       {"core: cucm-pub.example.com:6969", func(s *Scenario) any { return s.Core.Where }, Where{Remote, []string{"cucm-pub.example.com:6969"}}},
		"several in a word":  {"core: pub.x, sub.x:70", func(s *Scenario) any { return s.Core.Where }, Where{Remote, []string{"pub.x:69", "sub.x:70"}}},
		"several in a list":  {"core: [pub.x, sub.x:70]", func(s *Scenario) any { return s.Core.Where }, Where{Remote, []string{"pub.x:69", "sub.x:70"}}},
		"remote by mapping":  {"core: {run: [pub.x, 10.0.0.2]}", func(s *Scenario) any { return s.Core.Where }, Where{Remote, []string{"pub.x:69", "10.0.0.2:69"}}},
		"one stage":          {"load: hold 7/s", func(s *Scenario) any { return s.Load.Stages }, []load.Stage{{From: 7, To: 7}}},
		"fresh keys":         {"phones: {keys: fresh, count: 2}", func(s *Scenario) any { return s.Phones[0].Keys }, Keys{Fresh: true}},
		"one model":          {"phones: {model: CP-7965G, count: 2}", func(s *Scenario) any { return s.Phones[0].Models }, []Share{{"7965", 100}}},
		"large count":        {"phones: {count: 20_000}", func(s *Scenario) any { return s.Phones[0].Count }, 20000},
		"trust in a file":    {"phones: {trust: ./CTLFile.tlv, count: 2}", func(s *Scenario) any { return s.Phones[0].Trust[0].Files }, []string{"./CTLFile.tlv"}},
		"trust in two files": {"phones: {trust: [a, b.tlv], count: 2}", func(s *Scenario) any { return s.Phones[0].Trust }, []Trust{{Kind: TrustFiles, Files: []string{"a", "b.tlv"}}}},
		"a mix of trust": {
			"phones: {trust: {held: 80%, ./old.tlv: 15%, none: 5%}, count: 2}", func(s *Scenario) any { return s.Phones[0].Trust },
			[]Trust{{Kind: TrustHeld, Percent: 80}, {Kind: TrustFiles, Files: []string{"./old.tlv"}, Percent: 15}, {Kind: TrustNone, Percent: 5}},
		},
		"one group in a list": {"phones: [{count: 2}]", func(s *Scenario) any { return s.Phones }, []Group{{Count: 2}}},
		"several groups": {
			"phones:\n  - {group: office, count: 2, model: 7965}\n  - {count: 3, lsc: none}", func(s *Scenario) any { return s.Phones },
			[]Group{{Name: "office", Count: 2, Models: []Share{{"7965", 100}}}, {Count: 3, LSC: LSCNone}},
		},
		"groups without names": {
			"phones: [{count: 2}, {count: 2}, {count: 2}]",
			func(s *Scenario) any {
				var names []string
				for _, g := range s.withDefaults().Phones {
					names = append(names, g.Name+" "+g.First)
				}
				return names
			},
			[]string{"group-1 SEP0011215A0001", "group-2 SEP0011215E0001", "group-3 SEP001121620001"},
		},
		"enrol is the rule":   {"phones: {count: 2}", func(s *Scenario) any { return s.withDefaults().Core.CAPF.Operation }, core.OperationInstall},
		"no LSC, no CAPF":     {"phones: {lsc: none, count: 2}", func(s *Scenario) any { return s.withDefaults().Core.CAPF.Operation }, core.OperationNone},
		"secure is the rule":  {"phones: {count: 2}", func(s *Scenario) any { return s.withDefaults().Core.Security }, cnf.Encrypted},
		"the core knows it":   {"phones: {count: 2, auth_string: 77}", func(s *Scenario) any { return s.withDefaults().Core.AuthString }, "77"},
		"unless it disagrees": {"core: {auth_string: 78}\nphones: {count: 2, auth_string: 77}", func(s *Scenario) any { return s.withDefaults().Core.AuthString }, "78"},
	} {
		t.Run(title, func(t *testing.T) {
			if !strings.Contains(row.text, "phones:") {
				row.text += "\nphones: {count: 2}"
			}
			s, err := Parse("x.yaml", []byte(row.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, row.got(s)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBadFiles(t *testing.T) {
	for title, row := range map[string]struct{ text, want string }{
		"empty":                  {"", "x.yaml:1:1: the file is empty"},
		"not YAML":               {"name: [a", "x.yaml:1:7: not YAML: sequence end token ']' not found"},
		"no phones":              {"name: x\n", "x.yaml:1:1: phones: how many? write count: 100, or csv: FILE"},
		"phones without a count": {"name: x\nphones:\n  model: 7965\n", "x.yaml:3:3: phones: how many? write count: 100, or csv: FILE"},
		"unknown key":            {"phonse: {count: 1}\nphones: {count: 1}\n", `x.yaml:1:1: unknown key "phonse"; did you mean "phones"?`},
		"unknown key of phones":  {"phones:\n  count: 1\n  modle: 7965\n", `x.yaml:3:3: phones: unknown key "modle"; did you mean "model"?`},
		"unknown key of core":    {"core:\n  node: 1\nphones: {count: 1}", `x.yaml:2:3: core: unknown key "node"; did you mean "nodes"?`},
		"unknown key of capf":    {"core:\n  capf: {auht: mic}\nphones: {count: 1}", `x.yaml:2:10: core.capf: unknown key "auht"; did you mean "auth"?`},
		"unknown key of a fault": {"core:\n  faults:\n    - {fault: slow, dellay: 1s}\nphones: {count: 1}", `x.yaml:3:21: core.faults[1]: unknown key "dellay"; did you mean "delay"?`},
		"count of words":         {"phones: {count: many}", `x.yaml:1:17: phones.count: "many" is no whole number of phones`},
		"count of zero":          {"phones: {count: 0}", `x.yaml:1:17: phones.count: 0 phones are too few; at least 1`},
		"count beyond the core":  {"phones: {count: 200001}", `x.yaml:1:17: phones.count: 200001 phones are too many; at most 200000`},
		"count with a fraction":  {"phones: {count: 1.5}", `x.yaml:1:17: phones.count: "1.5" is no whole number of phones`},
		"seed":                   {"seed: -1\nphones: {count: 1}", `x.yaml:1:7: seed: "-1" is no seed; write a whole number that is not negative`},
		"core nowhere":           {"core: embeded\nphones: {count: 1}", `x.yaml:1:7: core: "embeded" is no core; did you mean "embedded"?`},
		"core of two words":      {"core: my cluster\nphones: {count: 1}", `x.yaml:1:7: core: "my cluster" is no host; write embedded, local or host[:port]`},
		"core with a bad port":   {"core: 10.0.0.1:tftp\nphones: {count: 1}", `x.yaml:1:16: core: "tftp" is no port`},
		"second target bad":      {"core: 10.0.0.1, 10.0.0.256\nphones: {count: 1}", `x.yaml:1:17: core: "10.0.0.256" is no host; write embedded, local or host[:port]`},
		"remote and described":   {"core:\n  run: 10.0.0.1\n  nodes: 3\nphones: {count: 1}", `x.yaml:2:3: core: what is said beside run describes the simulator, and this core is 10.0.0.1:69`},
		"embedded in a list":     {"core: [10.0.0.1, local]\nphones: {count: 1}", `x.yaml:1:18: core[2]: "local" is no TFTP server, and a list names TFTP servers`},
		"too many nodes":         {"core: {nodes: 6}\nphones: {count: 1}", `x.yaml:1:15: core.nodes: 6 nodes are too many; at most 5`},
		"security":               {"core: {security: secure}\nphones: {count: 1}", `x.yaml:1:18: core.security: "secure" is unknown; known: nonsecure, authenticated, encrypted`},
		"authentication":         {"core: {capf: {auth: null}}\nphones: {count: 1}", `x.yaml:1:15: core.capf.auth: the value is missing`},
		"key":                    {"core: {capf: {key: rsa-16384}}\nphones: {count: 1}", `x.yaml:1:20: core.capf.key: "rsa-16384" is no key; did you mean "rsa-1024"?`},
		"operation":              {"core: {capf: {operation: upgrade}}\nphones: {count: 1}", `x.yaml:1:26: core.capf.operation: "upgrade" is unknown; known: install, delete, fetch, none`},
		"string without string":  {"core: {capf: {auth: string}}\nphones: {count: 1}", `x.yaml:1:21: core.capf.auth: string, but neither core nor phones has an auth_string`},
		"auth none to install":   {"core: {capf: {auth: none}}\nphones: {count: 1}", `x.yaml:1:21: core.capf.auth: none, but the operation is install; write operation: none, or phones.lsc: none`},
		"keepalive too fine":     {"core: {keepalive: 500ms}\nphones: {count: 1}", `x.yaml:1:19: core.keepalive: "500ms" is told to the phones in whole seconds, 1s or more`},
		"digest":                 {"core: {tftp: {digest: sha3}}\nphones: {count: 1}", `x.yaml:1:23: core.tftp.digest: "sha3" is unknown; did you mean "sha1"?`},
		"signer":                 {"core: {ctl: {signer: token-9}}\nphones: {count: 1}", `x.yaml:1:22: core.ctl.signer: "token-9" is no signer; did you mean "token-1"?`},
		"fault":                  {"core: {faults: [{fault: slwo}]}\nphones: {count: 1}", `x.yaml:1:25: core.faults[1].fault: "slwo" is no fault; did you mean "slow"?`},
		"place of a fault":       {"core: {faults: [{fault: slow, on: teapot}]}\nphones: {count: 1}", `x.yaml:1:17: core.faults[1]: fault slow on "teapot": want tftp, capf, tvs, callmanager, ctl, itl, config, node-<n>`},
		"fault without a name":   {"core: {faults: [{on: capf}]}\nphones: {count: 1}", `x.yaml:1:17: core.faults[1]: unknown fault "": want slow, refuse, hangup, garble, silent, reject, resign, wrong-session, ttl-0, stop`},
		"capacity of what":       {"core: {capacity: {on: tfpt, rate: 1/s}}\nphones: {count: 1}", `x.yaml:1:23: core.capacity.on: "tfpt" has no capacity; did you mean "tftp"?`},
		"capacity of nothing":    {"core: {capacity: {on: tvs}}\nphones: {count: 1}", `x.yaml:1:18: core.capacity: capacity of tvs without a rate and without a service time bounds nothing`},
		"two capacities":         {"core: {capacity: [{rate: 1/s}, {on: callmanager, rate: 2/s}]}\nphones: {count: 1}", `x.yaml:1:32: core.capacity[2]: a second capacity of callmanager`},
		"share without percent":  {"core: {faults: [{fault: slow, share: 5}]}\nphones: {count: 1}", `x.yaml:1:38: core.faults[1].share: "5" has no % sign; write 5%`},
		"nobody's share":         {"core: {faults: [{fault: slow, share: 0%}]}\nphones: {count: 1}", `x.yaml:1:38: core.faults[1].share: "0%" is nobody's share: leave the fault out`},
		"share above all":        {"core: {faults: [{fault: slow, share: 500%}]}\nphones: {count: 1}", `x.yaml:1:38: core.faults[1].share: "500%" is more than 100%`},
		"first":                  {"phones: {count: 1, first: SEP12}", `x.yaml:1:27: phones.first: "SEP12" is no device name: want SEP and 12 hex digits, such as SEP0011215A1AE3`},
		"names run out":          {"phones:\n  count: 2\n  first: SEPFFFFFFFFFFFF\n", `x.yaml:3:10: phones.first: 2 phones from SEPFFFFFFFFFFFF on run out of names`},
		"first and csv":          {"phones:\n  csv: p.csv\n  first: SEP0011215A0001\n", `x.yaml:3:10: phones.first: the names come from p.csv`},
		"model":                  {"phones: {count: 1, model: 7956}", `x.yaml:1:27: phones.model: "7956" is no model; did you mean "7965"?`},
		"model in a mix":         {"phones:\n  count: 1\n  model: {7965: 50%, 99: 50%}\n", `x.yaml:3:22: phones.model.99: "99" is no model; known: 7940, 7960, 7911, 7941, 7961, 7970, 7942, 7962, 7945, 7965, 7975, 6921, 6941, 6945, 8941, 8945`},
		"mix of too much":        {"phones:\n  count: 1\n  model:\n    7965: 60%\n    7940: 50%\n", `x.yaml:4:5: phones.model: the shares add up to 110%, not to 100%`},
		"mix without percent":    {"phones:\n  count: 1\n  model: {7965: 100}\n", `x.yaml:3:17: phones.model.7965: "100" has no % sign; write 100%`},
		"mix of trust":           {"phones: {count: 1, trust: {held: 60%, stale: 50%}}", `x.yaml:1:27: phones.trust: the shares add up to 110%, not to 100%`},
		"trust in a mix":         {"phones: {count: 1, trust: {held: 60%, stail: 40%}}", `x.yaml:1:39: phones.trust.stail: "stail" is unknown; known: held, none, stale, outdated`},
		"group of the same name": {"phones:\n  - {group: a, count: 1}\n  - {group: a, count: 1}", `x.yaml:3:13: phones[2].group: "a" is the name of group 1 already`},
		"groups that overlap": {
			"phones:\n  - {group: a, count: 10}\n  - {group: b, count: 5, first: SEP0011215A000A}",
			`x.yaml:3:33: phones[2].first: SEP0011215A000A is a phone of group a, too; give each group names of its own`,
		},
		"a later group before": {
			"phones:\n  - {group: a, count: 10}\n  - {group: b, count: 5, first: SEP00112159FFFE}",
			`x.yaml:3:33: phones[2].first: SEP0011215A0001 is a phone of group a, too; give each group names of its own`,
		},
		"group without a count":  {"phones:\n  - {count: 10}\n  - {group: b}", `x.yaml:3:5: phones[2]: how many? write count: 100, or csv: FILE`},
		"no group at all":        {"phones: []", `x.yaml:1:9: phones: how many? write count: 100, or csv: FILE`},
		"count in a group":       {"phones:\n  - {count: 10}\n  - {count: ten}", `x.yaml:3:13: phones[2].count: "ten" is no whole number of phones`},
		"stale lists in a group": {"core: 10.0.0.1\nphones: [{count: 1}, {count: 1, trust: stale}]", `x.yaml:2:40: phones[2].trust: only the simulator makes stale lists; name files for 10.0.0.1:69`},
		"too many in groups":     {"phones: [{count: 150000}, {count: 60000}]", `x.yaml:1:9: phones: 210000 phones in all groups; 1 to 200000 are possible`},
		"string in one group":    {"core: {capf: {auth: string}}\nphones: [{count: 1, auth_string: 12}, {count: 1}]", `x.yaml:1:21: core.capf.auth: string, but neither core nor phones[2] has an auth_string`},
		"trust":                  {"phones: {count: 1, trust: hold}", `x.yaml:1:27: phones.trust: "hold" is unknown; did you mean "held"?`},
		"stale lists of others":  {"core: 10.0.0.1\nphones: {count: 1, trust: stale}", `x.yaml:2:27: phones.trust: only the simulator makes stale lists; name files for 10.0.0.1:69`},
		"lsc":                    {"phones: {count: 1, lsc: enroll}", `x.yaml:1:25: phones.lsc: "enroll" is unknown; did you mean "enrol"?`},
		"LSCs of others":         {"core: 10.0.0.1\nphones: {count: 1, lsc: installed}", `x.yaml:2:25: phones.lsc: only the simulator gives out certificates before the run; let phones enrol with 10.0.0.1:69`},
		"keys":                   {"phones: {count: 1, keys: pool}", `x.yaml:1:26: phones.keys: "pool" says not where keys come from; write fresh, or pool 256`},
		"clock of phones":        {"phones: {count: 1, clock: 2031-13-01}", `x.yaml:1:27: phones.clock: "2031-13-01" is no date; write it like 2031-06-01`},
		"key time":               {"phones: {count: 1, key_time: long}", `x.yaml:1:30: phones.key_time: "long" is no duration; write it like 30s, 2m or 250ms; or "10s to 16s", "13s ± 2s", "model"`},
		"key time backwards":     {"phones: {count: 1, key_time: 16s to 10s}", `x.yaml:1:30: phones.key_time: "16s to 10s" ends before it begins`},
		"key time of a model":    {"phones: {count: 1, key_time: model}", "x.yaml:1:30: phones.key_time: no source says how long a 7965 makes a key; give a time, such as 13s"},
		"keys in words":          {"phones: {count: 1, keys: pool many}", `x.yaml:1:31: phones.keys: "many" is no whole number of keys`},
		"standby":                {"phones: {count: 1, standby: yes}", `x.yaml:1:29: phones.standby: "yes" is neither true nor false`},
		"long string":            {"phones: {count: 1, auth_string: 12345678901234567890123456789012}", `x.yaml:1:33: phones.auth_string: "12345678901234567890123456789012"… has 32 bytes; more than 31 do not fit`},
		"TLS version":            {"phones: {count: 1, tls: {min: 1.4}}", `x.yaml:1:31: phones.tls.min: "1.4" is unknown; did you mean "1.0"?`},
		"TLS backwards":          {"phones: {count: 1, tls: {min: 1.2, max: 1.1}}", `x.yaml:1:25: phones.tls: min is above max`},
		"load":                   {"load: [hold fast]\nphones: {count: 1}", `x.yaml:1:13: load[1]: "fast" is no rate; write it like 200/s`},
		"load, quoted":           {"load:\n  - \"ramp 10/s to 20/s\"\nphones: {count: 1}", `x.yaml:2:23: load[1]: the stage ends where "over" is expected`},
		"stage that never ends":  {"load:\n  - hold 5/s\n  - hold 6/s\nphones: {count: 1}", `x.yaml:2:5: load: "hold 5/s" never ends, so the stages after it never come; give it a duration (for 1m)`},
		"last stage of nobody":   {"load:\n  - hold 5/s for 1s\n  - hold 0/s for 1s\nphones: {count: 100}", `x.yaml:3:5: load: "hold 0/s for 1s" is the last stage and starts nobody, so phones would be left over`},
		"load of an age":         {"load: hold 1/h\nphones: {count: 1000}", `x.yaml:1:7: load: the last of 1000 phones would start after more than a month`},
		"arrivals":               {"arrivals: possion\nphones: {count: 1}", `x.yaml:1:11: arrivals: "possion" is unknown; did you mean "poisson"?`},
		"stay":                   {"stay: 2\nphones: {count: 1}", `x.yaml:1:7: stay: "2" has no unit; write 2s, 2m or 2ms`},
		"threshold":              {"thresholds:\n  - registered >= 99.9%\n  - register.p98 < 2s\nphones: {count: 1}", `x.yaml:3:14: thresholds[2]: "p98" is no figure of register; did you mean "p90"?`},
		"threshold's limit":      {"thresholds: [\"boot.p99 < 2\"]\nphones: {count: 1}", `x.yaml:1:26: thresholds[1]: "2" has no unit; write 2s, 2m or 2ms`},
		"threshold, not a list":  {"thresholds: failed == 0\nphones: {count: 1}", `x.yaml:1:13: thresholds: "failed == 0" stands where a list (- item) is expected`},
		"timeline":               {"phones: {count: 1}\ntimeline:\n  - 20s: regenerate CallManger on node-1", `x.yaml:3:21: timeline[1].20s: "CallManger" is unknown here; did you mean "CallManager"?`},
		"timeline's time":        {"phones: {count: 1}\ntimeline:\n  - setled: reset phones", `x.yaml:3:5: timeline[1].setled: "setled" is no time; did you mean "settled"?`},
		"timeline backwards":     {"phones: {count: 1}\ntimeline:\n  - 20s: reset phones\n  - 10s: reset phones", `x.yaml:4:5: timeline: 10s is before the step above it`},
		"timeline's node":        {"phones: {count: 1}\ntimeline: [20s: stop node-2]", `x.yaml:2:12: timeline: "stop node-2": the cluster has 1 nodes`},
		"timeline's group":       {"phones: [{group: lobby, count: 1}]\ntimeline: [20s: reset group loby]", `x.yaml:2:12: timeline: "reset group loby": there is no group "loby"; did you mean "lobby"?`},
		"timeline for others":    {"core: 10.0.0.1\nphones: {count: 1}\ntimeline: [20s: reset phones]", `x.yaml:3:12: timeline: "reset phones" is for the simulator; 10.0.0.1:69 is somebody else's`},
		"clock":                  {"core: {clock: 2031-13-01}\nphones: {count: 1}", `x.yaml:1:15: core.clock: "2031-13-01" is no date; write it like 2031-06-01`},
		"limits":                 {"limits: {transfers: 0}\nphones: {count: 1}", `x.yaml:1:21: limits.transfers: 0 transfers are too few; at least 1`},
		"all at once":            {"stay: 2\nphones: {count: 0, trust: hold}\nlaod: x\n", `x.yaml:1:7: stay: "2" has no unit; write 2s, 2m or 2ms` + "\n" + `x.yaml:2:17: phones.count: 0 phones are too few; at least 1` + "\n" + `x.yaml:2:27: phones.trust: "hold" is unknown; did you mean "held"?` + "\n" + `x.yaml:3:1: unknown key "laod"; did you mean "load"?`},
	} {
		t.Run(title, func(t *testing.T) {
			s, err := Parse("x.yaml", []byte(row.text))
			if err == nil {
				t.Fatalf("accepted: %+v", s)
			}
			if diff := cmp.Diff(row.want, err.Error()); diff != "" {
				t.Error(diff)
			}
			if ExitCode(nil, err) != ExitScenario {
				t.Errorf("exit code %d", ExitCode(nil, err))
			}
		})
	}
}

func TestOverrides(t *testing.T) {
	seed := uint64(7)
	s, err := Parse("x.yaml", []byte("core: {nodes: 2}\nphones: {count: 10}\nload: [ramp 1/s to 2/s over 5s, hold 2/s]"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Override(Overrides{Phones: 20, Rate: "90/m", Core: "local", Seed: &seed}); err != nil {
		t.Fatal(err)
	}
	if s.Count() != 20 || s.Seed != 7 || s.Core.Where.Kind != Local || s.Core.Nodes != 2 ||
		!cmp.Equal(s.Load.Stages, []load.Stage{{From: 1.5, To: 1.5}}) {
		t.Errorf("got %+v", s)
	}
	for title, row := range map[string]struct {
		o    Overrides
		want string
	}{
		"phones":   {Overrides{Phones: -1}, "--phones: -1 is negative"},
		"rate":     {Overrides{Rate: "fast"}, `--rate: "fast" is no rate; write it like 200/s`},
		"core":     {Overrides{Core: "locl"}, `--core: "locl" is no core; did you mean "local"?`},
		"stages":   {Overrides{Stages: "hold 1/s for 2s, rmap 1/s to 2/s over 3s"}, `--stages: "rmap" is no stage; did you mean "ramp"?`},
		"two ways": {Overrides{Stages: "hold 1/s", Rate: "2/s"}, "--rate: --stages says the rates already"},
		"no time":  {Overrides{For: -1}, "--for: -1ns is negative"},
		"closed":   {Overrides{Stages: "keep 5 booting", For: time.Minute}, `--for: "keep" knows no time; give the number of phones`},
		"together": {Overrides{Phones: 300_000}, "x.yaml:2:17: phones.count: 300000 phones; 1 to 200000 are possible"},
	} {
		t.Run(title, func(t *testing.T) {
			if err := s.Override(row.o); err == nil || err.Error() != row.want {
				t.Errorf("got  %v\nwant %s", err, row.want)
			}
		})
	}
}

func TestHowLongDecidesHowMany(t *testing.T) {
	for title, row := range map[string]struct {
		o    Overrides
		want int
	}{
		"a rate for a time":        {Overrides{Rate: "200/s", For: time.Minute}, 12_000},
		"but no more than so many": {Overrides{Rate: "200/s", For: time.Minute, Phones: 50}, 50},
		"the file's own stages":    {Overrides{For: 2 * time.Second}, 30}, // 10 + 20
		"stages of the command":    {Overrides{Stages: "steps 10/s to 20/s by 10/s every 1s, hold 1/s", For: 12 * time.Second}, 40},
	} {
		t.Run(title, func(t *testing.T) {
			s, err := Parse("x.yaml", []byte("phones: {count: 7}\nload: [hold 10/s for 1s, hold 20/s]"))
			if err == nil {
				err = s.Override(row.o)
			}
			if err != nil || s.Count() != row.want {
				t.Errorf("%d phones, want %d (%v)", s.Count(), row.want, err)
			}
		})
	}
}

func TestStartsFromAFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("starts.csv", "at\n0\n0.5\n2s\n")
	s, err := Load(write("good.yaml", "load: times starts.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.withDefaults(); got.Count() != 3 || got.Load.At(2) != 2*time.Second {
		t.Errorf("%d phones, the last at %v", got.Count(), got.Load.At(2))
	}
	for title, row := range map[string]struct{ text, want string }{
		"more phones than starts": {"phones: {count: 4}\nload: times starts.csv", ":2:7: load: 4 phones, but starts.csv has the starts of only 3"},
		"no such file":            {"load: times none.csv", "no such file or directory"},
		"poisson":                 {"arrivals: poisson\nload: times starts.csv", ":2:7: load: poisson arrivals need a rate; leave arrivals out"},
		"beside stages":           {"load: [hold 1/s for 1s, times starts.csv]", `:1:25: load[2]: "times" cannot stand beside other sentences; keep and times are a whole load each`},
	} {
		t.Run(title, func(t *testing.T) {
			if _, err := Load(write("bad.yaml", row.text)); err == nil || !strings.HasSuffix(err.Error(), row.want) {
				t.Errorf("got  %v\nwant %s", err, row.want)
			}
		})
	}
}

func TestDevicesFromAFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("x.yaml", "core: 10.0.0.1\nphones:\n  csv: phones.csv\n  auth_string: 99\n")
	load := func(csv string) (*Scenario, error) {
		write("phones.csv", csv)
		return Load(filepath.Join(dir, "x.yaml"))
	}
	t.Run("as an administrator writes it", func(t *testing.T) {
		s, err := load("\ufeffModel, name,address,auth_string\n7940,sep0011215a0001,10.1.1.1,00123\n,00-11-21-5A-00-02,,\n")
		if err != nil {
			t.Fatal(err)
		}
		want := []Device{{"SEP0011215A0001", "7940", "00123", "10.1.1.1"}, {"SEP0011215A0002", "", "", ""}}
		if diff := cmp.Diff(want, s.Phones[0].Devices); diff != "" {
			t.Error(diff)
		}
		f, err := newFleet(s.withDefaults(), nil, World{})
		if err != nil {
			t.Fatal(err)
		}
		first, second := f.identity(0), f.identity(1)
		if first.Model.Name != "7940" || first.AuthString != "00123" || first.Address.String() != "10.1.1.1" {
			t.Errorf("first: %+v", first)
		}
		if second.Model.Name != "7965" || second.AuthString != "99" || second.Address.IsValid() {
			t.Errorf("second: %+v", second)
		}
	})
	t.Run("as a spreadsheet writes it where a comma is for fractions", func(t *testing.T) {
		s, err := load("name;model;address\nSEP0011215A0001;Cisco 7940;10.1.1.1\n")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]Device{{"SEP0011215A0001", "7940", "", "10.1.1.1"}}, s.Phones[0].Devices); diff != "" {
			t.Error(diff)
		}
	})
	for title, row := range map[string]struct{ csv, want string }{
		"empty":          {"", "DIR/phones.csv:1:1: the file is empty; its first line names the columns: name,model,auth_string,address"},
		"titles only":    {"name\n", "DIR/phones.csv:1:1: there is no device below the titles"},
		"no name":        {"model\n7965\n", "DIR/phones.csv:1:1: there is no column name"},
		"unknown column": {"name,modle\nSEP0011215A0001,7965\n", `DIR/phones.csv:1:6: "modle" is no column; did you mean "model"?`},
		"bad name":       {"name\nSEP0011215A0001\nSEP00\n", `DIR/phones.csv:3:1: "SEP00" is no device name: want SEP and 12 hex digits, such as SEP0011215A1AE3`},
		"bad model":      {"name,model\nSEP0011215A0001,7956\n", `DIR/phones.csv:2:17: "7956" is no model; did you mean "7965"?`},
		"bad address":    {"name,address\nSEP0011215A0001,10.0.0\n", `DIR/phones.csv:2:17: "10.0.0" is no IPv4 address`},
		"twice":          {"name\nSEP0011215A0001\n0011215A0001\n", "DIR/phones.csv:3:1: SEP0011215A0001 is listed already in line 2"},
		"ragged":         {"name,model\nSEP0011215A0001\n", "DIR/phones.csv:2:1: wrong number of fields: 1, where the first line names 2 columns"},
		"no titles":      {"SEP0011215A0001,7965\n", "DIR/phones.csv:1:1: the first line names no column; it says which follow: name,model,auth_string,address"},
		"a title twice":  {"name,model,Model\nSEP0011215A0001,7965,7940\n", `DIR/phones.csv:1:12: the column model is there already`},
		"long string":    {"name,auth_string\nSEP0011215A0001,12345678901234567890123456789012\n", `DIR/phones.csv:2:17: "12345678901234567890123456789012"… has 32 bytes; more than 31 do not fit`},
		"open quote":     {"name\n\"SEP\n", `DIR/phones.csv:2:6: extraneous or missing " in quoted-field`},
	} {
		t.Run(title, func(t *testing.T) {
			_, err := load(row.csv)
			if err == nil {
				t.Fatal("accepted")
			}
			if diff := cmp.Diff(row.want, strings.ReplaceAll(err.Error(), dir, "DIR")); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("more phones than devices", func(t *testing.T) {
		s, err := load("name\nSEP0011215A0001\n")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Override(Overrides{Phones: 2}); err == nil || !strings.HasSuffix(err.Error(), "phones.count: 2 phones, but the devices are only 1") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no such file", func(t *testing.T) {
		write("y.yaml", "phones:\n  csv: nowhere.csv\n")
		_, err := Load(filepath.Join(dir, "y.yaml"))
		if err == nil || !strings.Contains(err.Error(), "y.yaml:2:8: phones.csv: open ") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no such scenario", func(t *testing.T) {
		_, err := Load(filepath.Join(dir, "z.yaml"))
		if err == nil || !strings.HasPrefix(err.Error(), "open ") || ExitCode(nil, err) != ExitScenario {
			t.Errorf("got %v", err)
		}
	})
}

func TestTrustListsFromFiles(t *testing.T) {
	dir := t.TempDir()
	a := authority(t, 1)
	ctlFile, err := a.CTL(core.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	itlFile, err := a.ITL(1, core.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"ctl.tlv": ctlFile, "itl.tlv": itlFile, "bad.tlv": ctlFile[:100]} {
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for title, row := range map[string]struct {
		trust string
		want  string // kinds, or the error
	}{
		"one":       {"ctl.tlv", "CTL"},
		"both":      {"[itl.tlv, ctl.tlv]", "ITL CTL"},
		"twice":     {"[ctl.tlv, ctl.tlv]", "x.yaml:3:10: phones.trust: ctl.tlv: a second CTL; a phone holds one"},
		"cut short": {"bad.tlv", "x.yaml:3:10: phones.trust: bad.tlv: offset "},
		"not there": {"none.tlv", "x.yaml:3:10: phones.trust: open "},
	} {
		t.Run(title, func(t *testing.T) {
			path := filepath.Join(dir, "x.yaml")
			if err := os.WriteFile(path, []byte("phones:\n  count: 1\n  trust: "+row.trust+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			s, err := Load(path)
			if err != nil {
				if !strings.HasPrefix(strings.TrimPrefix(err.Error(), dir+"/"), row.want) {
					t.Errorf("got  %v\nwant %s", err, row.want)
				}
				return
			}
			var kinds []string
			for _, list := range s.Phones[0].Trust[0].Lists {
				kinds = append(kinds, list.Kind().String())
			}
			if got := strings.Join(kinds, " "); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte("core: [a.b, c.d:70]\nphones: {count: 3, keys: fresh}\nload: hold 1/s"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse("x.yaml", text)
		if err == nil && (s.Count() < 0 || s.Load.Check() != nil && len(s.Load.Stages) > 0) {
			t.Errorf("accepted %+v", s)
		}
		if err != nil && ExitCode(nil, err) != ExitScenario {
			t.Errorf("error without a place: %v", err)
		}
	})
}
