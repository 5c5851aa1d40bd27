package ctlclient

import (
	"bytes"
	"crypto/x509"
	"errors"
	"net/netip"
	"testing"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// Everything the CTL client refuses, word for word, and what it says to do.
func TestCreateRefuses(t *testing.T) {
	c := newCluster(t)
	order := func(change func(*Create)) Create {
		o := c.order()
		change(&o)
		return o
	}
	for _, tt := range []struct {
		situation    string
		order        Create
		reason, cure string
	}{
		{
			"one token", order(func(o *Create) { o.SASTs = nil }),
			"only one security token, CN=SAST-1 (serial 11): at least two must be present in a CTL file, one to sign and one as a backup, because phones take the next list only from a token of this one",
			"Add another token with --sast CERT. Clusters without tokens sign with --tokenless.",
		},
		{
			"the same token twice", order(func(o *Create) { o.SASTs = []*x509.Certificate{c.token1.Certificate} }),
			"only one security token, CN=SAST-1 (serial 11): at least two must be present in a CTL file, one to sign and one as a backup, because phones take the next list only from a token of this one",
			"Add another token with --sast CERT. Clusters without tokens sign with --tokenless.",
		},
		{
			"CallManager's key for a token", order(func(o *Create) { o.Signer = c.ccm.Certificate }),
			"CN=pub (serial 33) is the CCM+TFTP certificate of 10.0.0.1, no security token",
			"Sign with a token, or use --tokenless.",
		},
		{
			"CAPF's certificate as a backup token", order(func(o *Create) { o.SASTs = []*x509.Certificate{c.capf.Certificate} }),
			"CN=CAPF-1 (serial 44) is the CAPF certificate of 10.0.0.1, no security token",
			"Sign with a token, or use --tokenless.",
		},
		{
			"an EC key signs", order(func(o *Create) { o.Signer = c.ccmEC.Certificate }),
			"CN=pub-EC (serial 35) cannot be a SAST: not supported: a signer's key is RSA, not EC",
			"Use a token with an RSA key of 1024, 2048 or 4096 bits.",
		},
		{
			"a backup whose key has no code in the header", order(func(o *Create) { o.SASTs = []*x509.Certificate{c.odd.Certificate} }),
			"CN=SAST-3072 (serial 66) cannot be a SAST: not supported: RSA-3072 key: the header has a code for 1024, 2048 and 4096 bits only",
			"Use a token with an RSA key of 1024, 2048 or 4096 bits.",
		},
		{
			"no server", order(func(o *Create) { o.Servers = nil }),
			"no server is listed: phones would trust nobody but the tokens",
			"Name the servers: --ccm-tftp CERT@NAME for each node, --capf CERT@NAME.",
		},
		{
			"a server twice", order(func(o *Create) { o.Servers = append(o.Servers, c.node) }),
			"CN=pub (serial 33) is named twice as CCM+TFTP of 10.0.0.1", "Leave one of them out.",
		},
		{
			"TVS in a CTL", order(func(o *Create) { o.Servers[0].Role = ctl.RoleTVS }),
			"CN=pub (serial 33): TVS certificates stand in ITL files only", "Leave it out: the TFTP servers write it into their ITLs themselves.",
		},
		{
			"a role that no phone knows", order(func(o *Create) { o.Servers[0].Role = 9 }),
			"CN=pub (serial 33): no phone knows role 9", "Use SAST, CCM, CCM+TFTP, TFTP, CAPF or APP-SERVER.",
		},
		{
			"tokenless, signed by a token", order(func(o *Create) { o.Tokenless = true }),
			"without tokens the publisher's CallManager or the recovery key signs; CN=SAST-1 (serial 11) is neither",
			"Sign with the key of the publisher's CallManager certificate and list it with --ccm-tftp, or with the recovery key (CN=ITLRECOVERY_…).",
		},
		{
			"tokenless, signed by a CallManager that is not listed", order(func(o *Create) {
				o.Tokenless, o.Signer, o.SASTs, o.Servers = true, c.ccm.Certificate, nil, []Server{c.another, c.capfServer}
			}),
			"without tokens the publisher's CallManager or the recovery key signs; CN=pub (serial 33) is neither",
			"Sign with the key of the publisher's CallManager certificate and list it with --ccm-tftp, or with the recovery key (CN=ITLRECOVERY_…).",
		},
		{
			"the recovery key without a CallManager", order(func(o *Create) {
				o.Tokenless, o.Signer, o.SASTs, o.Servers = true, c.recovery.Certificate, nil, []Server{c.capfServer}
			}),
			"the recovery certificate is listed as SAST next to CallManager, and no CCM+TFTP record has an RSA certificate",
			"Name the publisher's CallManager certificate with --ccm-tftp CERT@NAME.",
		},
	} {
		t.Run(tt.situation, func(t *testing.T) { refused(t, tt.order, tt.reason, tt.cure) })
	}
}

func refused(t *testing.T, order planner, reason, cure string) {
	t.Helper()
	_, err := order.Plan()
	var r *Refusal
	if !errors.As(err, &r) {
		t.Fatalf("got %v, want a refusal", err)
	}
	if r.Reason != reason {
		t.Errorf("got  %s\nwant %s", r.Reason, reason)
	}
	if r.Cure != cure {
		t.Errorf("cure %s\nwant %s", r.Cure, cure)
	}
}

func TestUpdateRefuses(t *testing.T) {
	c := newCluster(t)
	old := c.build(t, c.order(), c.token1)
	damaged := bytes.Clone(old.Bytes())
	damaged[len(damaged)-1] ^= 1
	itl, err := ctl.Build(ctl.Spec{
		Kind: ctl.ITL, Signer: c.ccm.Certificate, Key: c.ccm.key,
		Records: []ctl.Entry{{Role: ctl.RoleSAST, Certificate: c.ccm.Certificate}},
	})
	if err != nil {
		t.Fatal(err)
	}
	parse := func(b []byte) *ctl.List {
		l, err := ctl.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	clear := c.build(t, Update{Old: old, Signer: c.token1.Certificate, Mode: NonSecure, Time: moment}, c.token1)
	twins := c.order()
	twins.Servers = append(twins.Servers, Server{ctl.RoleCCM, issue(t, "sub", 0x44, c.ccm.key).Certificate, "sub", netip.Addr{}})
	impostor := issue(t, "SAST-1", 0x11, c.token2.key)
	sast := ctl.RoleSAST
	for _, tt := range []struct {
		situation    string
		order        Update
		reason, cure string
	}{
		{
			"a token that is not in the list",
			Update{Old: old, Signer: c.token3.Certificate},
			"CN=SAST-3 (serial 23) is not in the list: to update the CTL file, at least one of the tokens inside the current CTL file must be found; it has CN=SAST-1 (serial 11) and CN=SAST-2 (serial 22)",
			"Sign with a token that the list names; this one can be added with --add SAST=CERT.",
		},
		{
			"another key under a token's name and serial",
			Update{Old: old, Signer: impostor.Certificate},
			"CN=SAST-1 (serial 11) is not in the list: to update the CTL file, at least one of the tokens inside the current CTL file must be found; it has CN=SAST-1 (serial 11) and CN=SAST-2 (serial 22)",
			"Sign with a token that the list names; this one can be added with --add SAST=CERT.",
		},
		{
			"a certificate of the list that is no SAST",
			Update{Old: old, Signer: c.ccm.Certificate},
			"CN=pub (serial 33) is not in the list: to update the CTL file, at least one of the tokens inside the current CTL file must be found; it has CN=SAST-1 (serial 11) and CN=SAST-2 (serial 22)",
			"Sign with a token that the list names; this one can be added with --add SAST=CERT.",
		},
		{
			"an EC key",
			Update{Old: old, Signer: c.ccmEC.Certificate},
			"CN=pub-EC (serial 35) cannot be a SAST: not supported: a signer's key is RSA, not EC",
			"Use a token with an RSA key of 1024, 2048 or 4096 bits.",
		},
		{
			"a damaged list",
			Update{Old: parse(damaged), Signer: c.token1.Certificate},
			"Verification of the CTL File Failed: signature does not verify with this RSA-1024 key",
			"Fetch the file again from the TFTP server. If phones really hold these bytes, --unverified goes on.",
		},
		{
			"an ITL",
			Update{Old: parse(itl), Signer: c.ccm.Certificate},
			`the list to be updated is no CTL: its FILENAME is "ITLFile.tlv"`,
			"Name a CTL file: an ITL is written and signed by the TFTP server that serves it.",
		},
		{
			"the signer removed",
			Update{Old: old, Signer: c.token1.Certificate, Remove: []Removal{{Serial: []byte{0x11}}}},
			"CN=SAST-1 (serial 11) signs the list and cannot be removed from it: a new phone takes a list only from a SAST of its own",
			"Sign with another token of the list to remove this one.",
		},
		{
			"the backup removed",
			Update{Old: old, Signer: c.token1.Certificate, Remove: []Removal{{Serial: []byte{0x22}}}},
			"only one security token, CN=SAST-1 (serial 11): at least two must be present in a CTL file, one to sign and one as a backup, because phones take the next list only from a token of this one",
			"Add another token with --sast CERT. Clusters without tokens sign with --tokenless.",
		},
		{
			"nothing with that serial",
			Update{Old: old, Signer: c.token1.Certificate, Remove: []Removal{{Serial: []byte{0x77, 1}}}},
			"no record is 77:01", "The list has SAST=11, SAST=22, CCM+TFTP=33, CAPF=44.",
		},
		{
			"nothing in that role",
			Update{Old: old, Signer: c.token1.Certificate, Remove: []Removal{{[]byte{0x33}, &sast}}},
			"no record is SAST=33", "The list has SAST=11, SAST=22, CCM+TFTP=33, CAPF=44.",
		},
		{
			"two certificates with that serial",
			Update{Old: c.build(t, twins, c.token1), Signer: c.token1.Certificate, Remove: []Removal{{Serial: []byte{0x44}}}},
			"CN=CAPF-1 (serial 44) and CN=sub (serial 44) have the same serial number", "Name the role as well: --remove CAPF=44.",
		},
		{
			"a certificate that is there already",
			Update{Old: old, Signer: c.token1.Certificate, Add: []Server{c.node}},
			"CN=pub (serial 33) is in the list as CCM+TFTP already", "Leave --add out.",
		},
		{
			"a token that could never sign",
			Update{Old: old, Signer: c.token1.Certificate, Add: []Server{{Role: ctl.RoleSAST, Certificate: c.odd.Certificate}}},
			"CN=SAST-3072 (serial 66) cannot be a SAST: not supported: RSA-3072 key: the header has a code for 1024, 2048 and 4096 bits only",
			"Use a token with an RSA key of 1024, 2048 or 4096 bits.",
		},
		{
			"TVS",
			Update{Old: old, Signer: c.token1.Certificate, Add: []Server{{Role: ctl.RoleTVS, Certificate: c.ccm.Certificate, Name: "x"}}},
			"CN=pub (serial 33): TVS certificates stand in ITL files only", "Leave it out: the TFTP servers write it into their ITLs themselves.",
		},
		{
			"back to mixed mode without CallManager's certificate",
			Update{Old: clear, Signer: c.token1.Certificate, Mode: Mixed},
			"record 3 (CCM+TFTP 10.0.0.1) has no certificate, as in non-secure mode: mixed mode needs one", "Name it: --add CCM+TFTP=CERT@10.0.0.1.",
		},
	} {
		t.Run(tt.situation, func(t *testing.T) { refused(t, tt.order, tt.reason, tt.cure) })
	}
}

// What the records alone do not show, a phone that is asked does.
func TestBuildAsksAPhone(t *testing.T) {
	c := newCluster(t)
	many := c.order()
	for i := range 40 {
		s := c.node
		s.Role, s.Name = ctl.RoleAppServer, string(rune('a'+i))
		many.Servers = append(many.Servers, s)
	}
	p, err := many.Plan()
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Build(t.Context(), c.token1.key)
	var r *Refusal
	if !errors.As(err, &r) || r.Reason != "no phone would take this list: the list carries 44 certificates, a phone loads 39 at most" || r.Cure == "" {
		t.Errorf("got %v", err)
	}
	if p, err = c.order().Plan(); err != nil {
		t.Fatal(err)
	}
	if _, err = p.Build(t.Context(), c.token2.key); err == nil || errors.Is(err, signed.ErrUnsupported) {
		t.Errorf("signed with another's key: %v", err)
	}
}
