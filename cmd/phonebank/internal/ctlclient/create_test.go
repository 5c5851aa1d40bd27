package ctlclient

import (
	"bytes"
	"crypto/x509"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// told is a list in short: "SAST 11", "CCM+TFTP- 10.0.0.1" for a record without a
// certificate, "*" behind the one that signed.
func told(l *ctl.List) (lines []string) {
	for i := range l.Records {
		r := &l.Records[i]
		text := r.Role.Short()
		if len(r.Certificate) == 0 {
			text += "-"
		} else {
			text += " " + signed.SerialText(r.Serial)
		}
		if r.DNSName != "" {
			text += " " + r.DNSName
		}
		if r == l.SignedByRecord() {
			text += " *"
		}
		lines = append(lines, text)
	}
	return lines
}

func TestCreate(t *testing.T) {
	c := newCluster(t)
	tokenless := func(signer credential, sasts ...*x509.Certificate) Create {
		return Create{Signer: signer.Certificate, SASTs: sasts, Servers: []Server{c.node, c.capfServer}, Time: moment, Tokenless: true}
	}
	change := func(o Create, f func(*Create)) Create { f(&o); return o }
	for _, tt := range []struct {
		situation string
		order     Create
		signer    credential
		want      []string
	}{
		{"two tokens", c.order(), c.token1, []string{"SAST 11 *", "SAST 22", "CCM+TFTP 33 10.0.0.1", "CAPF 44 10.0.0.1"}},
		{
			"three tokens, one of them named twice", change(c.order(), func(o *Create) {
				o.SASTs = []*x509.Certificate{c.token2.Certificate, c.token3.Certificate, c.token2.Certificate}
			}), c.token1, []string{"SAST 11 *", "SAST 22", "SAST 23", "CCM+TFTP 33 10.0.0.1", "CAPF 44 10.0.0.1"},
		},
		{
			"non-secure mode", change(c.order(), func(o *Create) {
				o.NonSecure = true
				o.Servers = append(o.Servers, Server{ctl.RoleTFTP, c.ccmNew.Certificate, "tftp", netip.Addr{}}, Server{ctl.RoleAppServer, c.ccmEC.Certificate, "app", netip.Addr{}})
			}), c.token1,
			[]string{"SAST 11 *", "SAST 22", "CCM+TFTP- 10.0.0.1", "CAPF 44 10.0.0.1", "TFTP- tftp", "APP-SERVER 35 app"},
		},
		{"tokenless: CallManager stands twice", tokenless(c.ccm), c.ccm, []string{"SAST 33 *", "CCM+TFTP 33 10.0.0.1", "CAPF 44 10.0.0.1"}},
		{"tokenless, the recovery key beside", tokenless(c.ccm, c.recovery.Certificate), c.ccm, []string{"SAST 33 *", "SAST 55", "CCM+TFTP 33 10.0.0.1", "CAPF 44 10.0.0.1"}},
		{"the recovery key signs: CallManager stands beside", tokenless(c.recovery), c.recovery, []string{"SAST 33", "SAST 55 *", "CCM+TFTP 33 10.0.0.1", "CAPF 44 10.0.0.1"}},
		{
			"the recovery key signs: CallManager is named beside", tokenless(c.recovery, c.ccm.Certificate), c.recovery,
			[]string{"SAST 55 *", "SAST 33", "CCM+TFTP 33 10.0.0.1", "CAPF 44 10.0.0.1"},
		},
		{"an EC CallManager", change(c.order(), func(o *Create) {
			o.Servers = []Server{{ctl.RoleCCM, c.ccmEC.Certificate, "pub.lab", netip.Addr{}}}
		}), c.token1, []string{"SAST 11 *", "SAST 22", "CCM 35 pub.lab"}},
	} {
		t.Run(tt.situation, func(t *testing.T) {
			l := c.build(t, tt.order, tt.signer)
			if diff := cmp.Diff(tt.want, told(l)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if l.Kind() != ctl.CTL || !l.Timestamp.Equal(moment) || l.Envelope.Digest != signed.SHA1 {
				t.Errorf("%v of %v, %v", l.Kind(), l.Timestamp, l.Envelope.Digest)
			}
			for i := range l.Records { // of the USB-token era or not (trust list, sections 3 and 4)
				if r := &l.Records[i]; len(r.Certificate) > 0 && (len(r.Signature) > 0) != tt.order.Tokenless {
					t.Errorf("record %d: %d bytes of SIGNATURE", r.Number, len(r.Signature))
				}
			}
			if (l.SignerVersion != nil) != tt.order.Tokenless {
				t.Errorf("signer version %v", l.SignerVersion)
			}
			again := c.build(t, tt.order, tt.signer)
			if !l.Equal(again) {
				t.Error("the same order made other bytes")
			}
		})
	}
}

func TestCreateWarns(t *testing.T) {
	c := newCluster(t)
	for _, tt := range []struct {
		situation string
		change    func(*Create)
		want      []string
	}{
		{"nothing odd", func(*Create) {}, nil},
		{"no CAPF", func(o *Create) { o.Servers = o.Servers[:1] }, []string{"no CAPF record: phones cannot get an LSC"}},
		{"CAPF only", func(o *Create) { o.Servers = o.Servers[1:] }, []string{
			"no CCM or CCM+TFTP record: phones can register with no CallManager over TLS",
			"no TFTP or CCM+TFTP record: phones without an ITL ask for unsigned configuration",
		}},
		{"SHA-512", func(o *Create) { o.Digest = signed.SHA512 }, []string{"signed with SHA-512: phones that do not know it fail the update"}},
		{"certificates of the past", func(o *Create) {
			o.SASTs, o.Servers, o.Time = nil, o.Servers[1:], moment.AddDate(3, 0, 0)
			o.Flaw = FlawUnknownSigner
		}, []string{
			"SAST CN=SAST-1 (serial 11) expired on 2027-11-23", "CAPF CN=CAPF-1 (serial 44) expired on 2027-11-23",
		}},
		{"certificates of the future", func(o *Create) { o.SASTs, o.Time = o.SASTs[:0], moment.AddDate(-3, 0, 0); o.Flaw = FlawUnknownSigner }, []string{
			"SAST CN=SAST-1 (serial 11) is not valid before 2025-11-23, and the list is of 2023-11-23",
		}},
	} {
		o := c.order()
		tt.change(&o)
		p, err := o.Plan()
		if err != nil {
			t.Fatalf("%s: %v", tt.situation, err)
		}
		got := strings.Join(p.Warnings, "\n")
		for _, want := range tt.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no word of %q in\n%s", tt.situation, want, got)
			}
		}
		if tt.want == nil && got != "" {
			t.Errorf("%s: %s", tt.situation, got)
		}
	}
}

// Lists that are wrong on purpose, and what a phone says that holds the good one.
func TestFlaws(t *testing.T) {
	c := newCluster(t)
	good := c.build(t, c.order(), c.token1)
	held := phone.Held{CTL: good}
	for _, tt := range []struct {
		flaw   Flaw
		signer *x509.Certificate
		kind   ctl.Kind
		want   phone.Outcome
		cause  phone.Cause
	}{
		{FlawUnknownSigner, nil, ctl.CTL, phone.Reject, phone.CauseUntrusted},
		{FlawTruncated, c.token1.Certificate, ctl.CTL, phone.Reject, phone.CauseMalformed},
		{FlawSeparator, c.token1.Certificate, ctl.CTL, phone.Accept, ""},
		{FlawRollback, c.token1.Certificate, ctl.ITL, phone.Accept, ""},
	} {
		create := c.order()
		create.Flaw, create.Signer = tt.flaw, tt.signer
		update := Update{Old: good, Signer: tt.signer, Time: moment.Add(time.Hour), Flaw: tt.flaw}
		for name, order := range map[string]planner{"create": create, "update": update} {
			t.Run(name+" "+string(tt.flaw), func(t *testing.T) {
				p, err := order.Plan()
				if err != nil {
					t.Fatal(err)
				}
				file, err := p.Build(t.Context(), c.token1.key)
				if err != nil {
					t.Fatal(err)
				}
				v := held.JudgeList(t.Context(), tt.kind, file, nil, nil)
				if v.Outcome != tt.want || v.Cause != tt.cause {
					t.Errorf("a phone: %v, %q: %s", v.Outcome, v.Cause, v.Reason)
				}
				switch tt.flaw {
				case FlawSeparator:
					if r := v.List.Records[2]; r.Subject != "CN=pub" || r.Items[2].Tag != ctl.TagSubjectName || r.Items[3].Tag != ctl.TagIssuerName {
						t.Errorf("the third record is not in the open builder's order: %v", r.Items)
					}
				case FlawRollback:
					want := []string{"SAST 11 *", "SAST 22", "TFTP- 10.0.0.1", "TVS- 10.0.0.1", "CAPF 44 10.0.0.1"}
					if diff := cmp.Diff(want, told(v.List)); diff != "" || v.List.Kind() != ctl.ITL || !v.List.Rollback() {
						t.Errorf("no rollback ITL (-want +got):\n%s", diff)
					}
				}
			})
		}
	}
	if _, err := ParseFlaw("rolback"); err == nil || err.Error() != `"rolback" is none of rollback, unknown-signer, truncated, separator` {
		t.Errorf("%v", err)
	}
}

func TestUpdate(t *testing.T) {
	c := newCluster(t)
	old := c.build(t, c.order(), c.token1)
	later := moment.Add(time.Hour)
	recovered := c.build(t, Create{Signer: c.recovery.Certificate, Servers: []Server{c.node, c.capfServer}, Time: moment, Tokenless: true}, c.recovery)
	ccmSigned := c.build(t, Create{Signer: c.ccm.Certificate, Servers: []Server{c.node, c.capfServer}, Time: moment, Tokenless: true}, c.ccm)
	clear := c.build(t, Update{Old: old, Signer: c.token1.Certificate, Mode: NonSecure, Time: moment}, c.token1)
	open := c.order()
	open.Flaw = FlawSeparator
	open.Digest = signed.SHA512
	damaged := bytes.Clone(old.Bytes())
	damaged[len(damaged)-1] ^= 1
	broken, err := ctl.Parse(damaged)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		situation string
		order     Update
		signer    credential
		want      []string
	}{
		{"signed again by the backup", Update{Old: old}, c.token2, []string{"SAST 11", "SAST 22 *", "CCM+TFTP 33 10.0.0.1", "CAPF 44 10.0.0.1"}},
		{
			"CallManager's certificate exchanged", Update{
				Old: old, Remove: []Removal{{Serial: []byte{0x33}}},
				Add: []Server{{ctl.RoleCCMTFTP, c.ccmNew.Certificate, "10.0.0.1", netip.MustParseAddr("10.0.0.1")}},
			}, c.token1, []string{"SAST 11 *", "SAST 22", "CAPF 44 10.0.0.1", "CCM+TFTP 34 10.0.0.1"},
		},
		{"a node added stands behind the first", Update{Old: old, Add: []Server{c.another}}, c.token1, []string{"SAST 11 *", "SAST 22", "CCM+TFTP 33 10.0.0.1", "CCM+TFTP 34 sub.lab", "CAPF 44 10.0.0.1"}},
		{
			"a token exchanged",
			Update{Old: old, Remove: []Removal{{Serial: []byte{0x11}}}, Add: []Server{{Role: ctl.RoleSAST, Certificate: c.token3.Certificate}}},
			c.token2,
			[]string{"SAST 22 *", "SAST 23", "CCM+TFTP 33 10.0.0.1", "CAPF 44 10.0.0.1"},
		},
		{"to non-secure mode", Update{Old: old, Mode: NonSecure}, c.token1, []string{"SAST 11 *", "SAST 22", "CCM+TFTP- 10.0.0.1", "CAPF 44 10.0.0.1"}},
		{"and back", Update{Old: clear, Mode: Mixed, Add: []Server{c.node}}, c.token1, []string{"SAST 11 *", "SAST 22", "CCM+TFTP 33 10.0.0.1", "CAPF 44 10.0.0.1"}},
		{"tokenless, signed by the recovery key", Update{Old: recovered}, c.recovery, []string{"SAST 33", "SAST 55 *", "CCM+TFTP 33 10.0.0.1", "CAPF 44 10.0.0.1"}},
		{"tokenless with one SAST", Update{Old: ccmSigned}, c.ccm, []string{"SAST 33 *", "CCM+TFTP 33 10.0.0.1", "CAPF 44 10.0.0.1"}},
		{
			"a list of the open builder",
			Update{Old: c.build(t, open, c.token1), Add: []Server{c.another}},
			c.token1,
			[]string{"SAST 11 *", "SAST 22", "CCM+TFTP 33 10.0.0.1", "CCM+TFTP 34 sub.lab", "CAPF 44 10.0.0.1"},
		},
		{"a damaged list, when told so", Update{Old: broken, Unverified: true}, c.token1, nil},
	} {
		t.Run(tt.situation, func(t *testing.T) {
			tt.order.Signer, tt.order.Time = tt.signer.Certificate, later
			if tt.want == nil {
				if _, err := tt.order.Plan(); err != nil {
					t.Error(err)
				}
				return
			}
			l := c.build(t, tt.order, tt.signer)
			if diff := cmp.Diff(tt.want, told(l)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if l.Envelope.Digest != tt.order.Old.Envelope.Digest || !l.Timestamp.Equal(later) {
				t.Errorf("%v of %v", l.Envelope.Digest, l.Timestamp)
			}
			if v := (phone.Held{CTL: tt.order.Old}).JudgeList(t.Context(), ctl.CTL, l.Bytes(), nil, nil); v.Outcome != phone.Accept || v.FirstUse {
				t.Errorf("a phone that holds the old list: %v: %s", v.Outcome, v.Reason)
			}
		})
	}
}

func TestParsePlace(t *testing.T) {
	for text, want := range map[string]string{
		"10.0.0.1": "10.0.0.1 10.0.0.1", "pub.lab": "pub.lab invalid IP", "pub.lab/10.0.0.1": "pub.lab 10.0.0.1",
		"::ffff:10.0.0.1": "::ffff:10.0.0.1 10.0.0.1", "2001:db8::1": "2001:db8::1 invalid IP",
	} {
		name, address, err := ParsePlace(text)
		if got := name + " " + address.String(); err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"": `"" is neither a host name nor an address`, "a b": `"a b" is neither a host name nor an address`, "/10.0.0.1": `"/10.0.0.1" is neither a host name nor an address`,
		"pub/lab": `"pub/lab": what follows the slash is an IPv4 address`, "pub/::1": `"pub/::1": IPADDRESS holds IPv4 only`,
		"büro": `"büro" is neither a host name nor an address`, strings.Repeat("a", 254): `"` + strings.Repeat("a", 254) + `" is neither a host name nor an address`,
	} {
		if _, _, err := ParsePlace(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestParseRemoval(t *testing.T) {
	for text, want := range map[string]string{
		"74:AE:9E": "74:AE:9E", "74ae9e": "74:AE:9E", "0x74AE9E": "74:AE:9E", "1:ae": "01:AE", "0033": "33", "00": "00",
		"CCM+TFTP=33": "CCM+TFTP=33", "SAST=0:1": "SAST=01", "a:b": "0A:0B",
	} {
		if got, err := ParseRemoval(text); err != nil || got.String() != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"":          `"" is no serial number: write it as AA:BB:CC or AABBCC`,
		"ADN4e31":   `"ADN4e31" is no serial number: write it as AA:BB:CC or AABBCC`,
		"TOKEN=11":  `role "TOKEN": want SAST, CCM, CCM+TFTP, TFTP, CAPF, APP-SERVER or TVS`,
		"CAPF=":     `"" is no serial number: write it as AA:BB:CC or AABBCC`,
		"CN=pub=33": `role "CN=pub": want SAST, CCM, CCM+TFTP, TFTP, CAPF, APP-SERVER or TVS`,
	} {
		if _, err := ParseRemoval(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}
