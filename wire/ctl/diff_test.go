package ctl_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// told is a difference in short: "field signer", "added CAPF 3", "moved CCM 1 -> CCM+TFTP 2".
func told(d ctl.Difference) (lines []string) {
	for _, f := range d.Fields {
		lines = append(lines, "field "+f.Name)
	}
	name := func(r *ctl.Record) string { return fmt.Sprintf("%s %d", r.Role.Short(), r.Number) }
	for _, c := range d.Records {
		switch {
		case c.Old == nil:
			lines = append(lines, fmt.Sprintf("%s %s", c.Change, name(c.New)))
		case c.New == nil:
			lines = append(lines, fmt.Sprintf("%s %s", c.Change, name(c.Old)))
		default:
			lines = append(lines, fmt.Sprintf("%s %s -> %s", c.Change, name(c.Old), name(c.New)))
		}
	}
	for _, r := range d.Gained {
		lines = append(lines, "gained "+name(r))
	}
	for _, r := range d.Lost {
		lines = append(lines, "lost "+name(r))
	}
	return lines
}

func TestDiff(t *testing.T) {
	key, big := rsaKey(t, 1024), rsaKey(t, 2048)
	one := certificate(t, "token", 1, key.Public(), 0)
	two := certificate(t, "spare", 2, big.Public(), 0)
	three := certificate(t, "third", 3, big.Public(), 0)
	ccm := certificate(t, "ccm", 4, big.Public(), 0)
	renewed := certificate(t, "ccm", 5, key.Public(), 0)
	other := certificate(t, "other host", 6, key.Public(), 0)
	capf := certificate(t, "CAPF", 7, big.Public(), 0)

	at := func(role ctl.Role, name string) ctl.Entry {
		e := ctl.Entry{Role: role, Certificate: ccm, DNSName: name}
		e.IPAddress, _ = netip.ParseAddr(name)
		return e
	}
	with := func(e ctl.Entry, change func(*ctl.Entry)) ctl.Entry { change(&e); return e }
	sasts := []ctl.Entry{{Certificate: one}, {Certificate: two}}
	node := at(ctl.RoleCCMTFTP, "10.0.0.1")
	server := ctl.Entry{Role: ctl.RoleCAPF, Certificate: capf, DNSName: "10.0.0.1"}
	spec := func(records ...ctl.Entry) ctl.Spec {
		return ctl.Spec{Records: append(sasts[:2:2], records...), Signer: one, Key: key, Time: time.Unix(1e9, 0)}
	}
	usual := spec(node, server)
	change := func(s ctl.Spec, f func(*ctl.Spec)) ctl.Spec { f(&s); return s }

	tests := []struct {
		situation string
		a, b      ctl.Spec
		want      []string
	}{
		{"the same list", usual, usual, nil},
		{"the same records in another order", usual, spec(server, node), []string{"field layout"}},
		{"signed again a day later", usual, change(usual, func(s *ctl.Spec) { s.Time = s.Time.AddDate(0, 0, 1) }), []string{"field time"}},
		{"a better digest", usual, change(usual, func(s *ctl.Spec) { s.Digest = signed.SHA512 }), []string{"field digest"}},
		{"a signer version", usual, change(usual, func(s *ctl.Spec) { s.SignerVersion = &[2]uint8{1, 1} }), []string{"field signer version"}},
		{
			"the spare token signs", usual, change(usual, func(s *ctl.Spec) { s.Signer, s.Key = two, big }),
			[]string{"field signer", "field signer's serial", "field signer's issuer", "field signature"},
		},
		{"CAPF added", spec(node), usual, []string{"added CAPF 4"}},
		{"CAPF removed", usual, spec(node), []string{"removed CAPF 4"}},
		{
			"CallManager's certificate regenerated", usual, spec(with(node, func(e *ctl.Entry) { e.Certificate = renewed }), server),
			[]string{"re-issued CCM+TFTP 3 -> CCM+TFTP 3"},
		},
		{
			"regenerated, and the node moved to another address", usual,
			spec(with(node, func(e *ctl.Entry) { e.Certificate, e.DNSName = renewed, "10.0.0.9" }), server),
			[]string{"re-issued CCM+TFTP 3 -> CCM+TFTP 3"},
		},
		{
			"the node has another name and certificate", usual, spec(with(node, func(e *ctl.Entry) { e.Certificate = other }), server),
			[]string{"replaced CCM+TFTP 3 -> CCM+TFTP 3"},
		},
		{
			"back to non-secure mode", usual, spec(with(node, func(e *ctl.Entry) { e.Certificate = nil }), server),
			[]string{"replaced CCM+TFTP 3 -> CCM+TFTP 3"},
		},
		{"non-secure on both sides", spec(ctl.Entry{Role: ctl.RoleCCMTFTP, DNSName: "a"}), spec(ctl.Entry{Role: ctl.RoleCCMTFTP, DNSName: "a"}), nil},
		{
			"another node without a certificate", spec(ctl.Entry{Role: ctl.RoleCCMTFTP, DNSName: "a"}), spec(ctl.Entry{Role: ctl.RoleCCMTFTP, DNSName: "b"}),
			[]string{"removed CCM+TFTP 3", "added CCM+TFTP 3"},
		},
		{"the same certificate by name", usual, spec(at(ctl.RoleCCMTFTP, "ccm.lab"), server), []string{"renamed CCM+TFTP 3 -> CCM+TFTP 3"}},
		{"the same certificate in another role", usual, spec(at(ctl.RoleCCM, "10.0.0.1"), server), []string{"moved CCM+TFTP 3 -> CCM 3"}},
		{
			"tokenless: CallManager became a SAST as well", usual, spec(ctl.Entry{Certificate: ccm}, node, server),
			[]string{"added SAST 3", "gained SAST 3"},
		},
		{
			"the certificate by its digest", usual, spec(with(node, func(e *ctl.Entry) { e.HashOnly = true }), server),
			[]string{"rewritten CCM+TFTP 3 -> CCM+TFTP 3"},
		},
		{
			"without the certificate's signature", usual, spec(with(node, func(e *ctl.Entry) { e.OmitSignature = true }), server),
			[]string{"rewritten CCM+TFTP 3 -> CCM+TFTP 3"},
		},
		{
			"the spare token exchanged", usual, change(usual, func(s *ctl.Spec) {
				s.Records = []ctl.Entry{{Certificate: one}, {Certificate: three}, node, server}
			}),
			[]string{"removed SAST 2", "added SAST 2", "gained SAST 2", "lost SAST 2"},
		},
		{"an ITL of the same records", usual, change(usual, func(s *ctl.Spec) { s.Kind = ctl.ITL }), []string{"field filename"}},
	}
	for _, tt := range tests {
		t.Run(tt.situation, func(t *testing.T) {
			a, b := build(t, tt.a), build(t, tt.b)
			d := ctl.Diff(a, b)
			if diff := cmp.Diff(tt.want, told(d)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if d.Same() != (tt.want == nil) || d.Same() != a.Equal(b) {
				t.Errorf("Same is %v", d.Same())
			}
			back := ctl.Diff(b, a)
			if len(back.Records) != len(d.Records) || len(back.Gained) != len(d.Lost) || len(back.Lost) != len(d.Gained) {
				t.Errorf("the reverse is not: %v", told(back))
			}
			if n := len(d.Kept) + len(d.Gained); n != strings.Count(fmt.Sprint(roles(b)), "SAST") {
				t.Errorf("%d SASTs kept or gained", n)
			}
		})
	}
}

func roles(l *ctl.List) (names []string) {
	for _, r := range l.Records {
		names = append(names, r.Role.Short())
	}
	return names
}

func TestDiffOfADamagedList(t *testing.T) {
	whole := parse(t, example(t))
	file := bytes.Clone(example(t))
	file[150] ^= 1 // inside SIGNATURE
	d := ctl.Diff(whole, parse(t, file))
	want := []ctl.FieldChange{{"verification", "the signature verifies", "signature does not verify with this RSA-1024 key"}}
	if diff := cmp.Diff(want, d.Fields); diff != "" || len(d.Records) != 0 {
		t.Errorf("(-want +got):\n%s%v", diff, d.Records)
	}
}
