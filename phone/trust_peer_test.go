package phone

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

func TestPeerMustBeARecordOfTheRightRole(t *testing.T) {
	c := testCluster()
	both := Held{CTL: c.heldCTL(t), ITL: c.heldITL(t)}
	hashOnly := Held{CTL: parse(t, build(t, ctl.CTL, c.tokenA, []ctl.Entry{{Role: ctl.RoleCAPF, Certificate: c.capf.cert, HashOnly: true}}))}
	bad := bytes.Replace(both.CTL.Bytes(), both.CTL.Records[3].PublicKey, both.CTL.Records[0].PublicKey, 1)
	twoCAPF := Held{CTL: parse(t, build(t, ctl.CTL, c.tokenA, []ctl.Entry{c.tokenB.as(ctl.RoleCAPF), c.tokenC.as(ctl.RoleCAPF)}))}
	for _, row := range []struct {
		situation string
		held      Held
		der       []byte
		roles     []ctl.Role
		record    int // number, 0 for none
		err       string
	}{
		{"CAPF of the CTL", both, c.capf.cert.Raw, []ctl.Role{ctl.RoleCAPF}, 4, ""},
		{"CCM+TFTP where CCM or CCM+TFTP will do", both, c.ccm.cert.Raw, []ctl.Role{ctl.RoleCCM, ctl.RoleCCMTFTP}, 3, ""},
		{"only the ITL has it", Held{ITL: both.ITL}, c.capf.cert.Raw, []ctl.Role{ctl.RoleCAPF}, 3, ""},
		{"known by digest", hashOnly, c.capf.cert.Raw, []ctl.Role{ctl.RoleCAPF}, 1, ""},
		{
			"a certificate with the same name and serial",
			Held{CTL: parse(t, build(t, ctl.CTL, c.tokenA, []ctl.Entry{c.tokenA.as(ctl.RoleCAPF)}))},
			c.fakeA.cert.Raw,
			[]ctl.Role{ctl.RoleCAPF},
			0,
			"the server shows CN=Token A (serial 0A:01), whom the held CTL does not name as CAPF: it has CN=Token A (serial 0A:01)",
		},
		{
			"another role", both, c.ccm.cert.Raw,
			[]ctl.Role{ctl.RoleCAPF},
			0,
			"the server shows CN=CCM (serial 77:D4), whom neither held list names as CAPF: the CTL has CN=CAPF (serial CA:F5), the ITL has CN=CAPF (serial CA:F5); that certificate is CCM+TFTP record 3 of the held CTL",
		},
		{
			"regenerated since the list was made", twoCAPF, c.capf.cert.Raw,
			[]ctl.Role{ctl.RoleCAPF},
			0,
			"the server shows CN=CAPF (serial CA:F5), whom the held CTL does not name as CAPF: it has CN=Token B (serial 0B:02) and CN=Token C (serial 0C:03)",
		},
		{
			"the record contradicts itself",
			Held{CTL: parse(t, bad)},
			c.capf.cert.Raw,
			[]ctl.Role{ctl.RoleCAPF},
			0,
			"the server shows CN=CAPF (serial CA:F5), whom the held CTL does not name as CAPF: it has none; that certificate is CAPF record 4 of the held CTL, whose PUBLICKEY contradicts it",
		},
		{
			"nothing held",
			Held{},
			c.capf.cert.Raw,
			[]ctl.Role{ctl.RoleCCM, ctl.RoleCCMTFTP},
			0,
			"the server shows CN=CAPF (serial CA:F5), but the phone holds no list that could name anybody as CCM or CCM+TFTP",
		},
		{
			"no certificate at all",
			Held{ITL: both.ITL},
			[]byte("nonsense"),
			[]ctl.Role{ctl.RoleTVS},
			0,
			"the server shows something that is no certificate, whom the held ITL does not name as TVS: it has CN=TVS (serial 24:45)",
		},
	} {
		t.Run(row.situation, func(t *testing.T) {
			record, err := row.held.Peer(row.der, row.roles...)
			switch {
			case row.record == 0 && (err == nil || record != nil):
				t.Fatalf("trusted: record %v, error %v", record, err)
			case row.record == 0 && (err.Error() != row.err || CauseOf(err) != CauseUntrusted):
				t.Errorf("cause %q\n got %v\nwant %s", CauseOf(err), err, row.err)
			case row.record != 0 && (err != nil || record.Number != row.record):
				t.Errorf("record %v, error %v", record, err)
			}
		})
	}
}

func TestSignsWhenATFTPCertificateIsHeld(t *testing.T) {
	c := testCluster()
	bare := parse(t, build(t, ctl.CTL, c.tokenA, []ctl.Entry{c.tokenA.as(ctl.RoleSAST), {Role: ctl.RoleCCMTFTP, DNSName: "10.1.1.1"}}))
	tftp := parse(t, build(t, ctl.ITL, c.ccm, []ctl.Entry{c.ccm.as(ctl.RoleSAST), c.ccm.as(ctl.RoleTFTP)}))
	ccmOnly := parse(t, build(t, ctl.ITL, c.ccm, []ctl.Entry{c.ccm.as(ctl.RoleSAST), c.ccm.as(ctl.RoleCCM), c.capf.as(ctl.RoleCAPF)}))
	for _, row := range []struct {
		situation string
		held      Held
		want      bool
	}{
		{"nothing held", Held{}, false},
		{"CTL in mixed mode", Held{CTL: c.heldCTL(t)}, true},
		{"CTL of a cluster that is non-secure again", Held{CTL: bare}, false},
		{"ITL with a TFTP record", Held{ITL: tftp}, true},
		{"ITL without one", Held{ITL: ccmOnly}, false},
		{"ITL for rollback, the CTL is still there", Held{CTL: c.heldCTL(t), ITL: ccmOnly}, true},
	} {
		t.Run(row.situation, func(t *testing.T) {
			if got := row.held.Signs(); got != row.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestListsAreParsedOnce(t *testing.T) {
	c := testCluster()
	file := c.heldCTL(t).Bytes()
	var none *Lists
	if a, _ := none.Parse(file); a == nil {
		t.Fatal("a nil cache does not parse")
	}
	var shared Lists
	var wait sync.WaitGroup
	got := make([]*ctl.List, 16)
	for i := range got {
		wait.Go(func() { got[i], _ = shared.Parse(bytes.Clone(file)) })
	}
	wait.Wait()
	for i, list := range got {
		if list == nil || list != got[0] {
			t.Errorf("phone %d has a list of its own", i)
		}
	}
	if _, err := shared.Parse(file[:100]); err == nil {
		t.Error("a truncated list parses")
	}
}

func TestTheQuickerCallersListStays(t *testing.T) {
	c := testCluster()
	var shared Lists
	digest, first := [32]byte{1}, c.heldCTL(t)
	if shared.lists.keep(digest, first) != first || shared.lists.keep(digest, c.heldCTL(t)) != first || len(shared.lists.oldest) != 1 {
		t.Errorf("the second caller's list took the place of the first's, %d in order", len(shared.lists.oldest))
	}
}

func TestListsForgetTheOldest(t *testing.T) {
	c := testCluster()
	var shared Lists
	file := func(i int) []byte {
		return build(t, ctl.CTL, c.tokenA, []ctl.Entry{{Role: ctl.RoleCCM, DNSName: fmt.Sprint(i)}})
	}
	parse := func(i int) *ctl.List {
		list, err := shared.Parse(file(i))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	oldest, second := parse(0), parse(1)
	for i := 2; i <= sharedFiles; i++ {
		parse(i)
	}
	if len(shared.lists.values) != sharedFiles || len(shared.lists.oldest) != sharedFiles {
		t.Errorf("%d lists, %d in order; want %d", len(shared.lists.values), len(shared.lists.oldest), sharedFiles)
	}
	if parse(1) != second {
		t.Error("the second oldest is forgotten")
	}
	if parse(0) == oldest {
		t.Error("the oldest is remembered")
	}
}

// TestGoodSignaturesAreRemembered has the phone's copy of the bytes changed
// under it, which tells whether it looked again.
func TestGoodSignaturesAreRemembered(t *testing.T) {
	c := testCluster()
	file := build(t, ctl.CTL, c.tokenB, c.mixed(c.tokenA, c.tokenB))
	good, other := c.tokenB.key.Public(), c.tokenA.key.Public()
	var none *Lists
	for _, row := range []struct {
		situation string
		lists     *Lists
		again     bool // the signature is good still
	}{{"shared", new(Lists), true}, {"not shared", none, false}} {
		t.Run(row.situation, func(t *testing.T) {
			list, err := row.lists.Parse(bytes.Clone(file))
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := row.lists.verify(list.Envelope, other); !errors.Is(err, signed.ErrSignature) {
					t.Errorf("another key: %v", err)
				}
			}
			if err := row.lists.verify(list.Envelope, good); err != nil {
				t.Errorf("the signer's key: %v", err)
			}
			list.Envelope.Signature = bytes.Clone(list.Envelope.Signature)
			list.Envelope.Signature[0] ^= 1
			if err := row.lists.verify(list.Envelope, good); (err == nil) != row.again {
				t.Errorf("the signer's key, for the second time: %v", err)
			}
			if err := row.lists.verify(list.Envelope, ed25519.PublicKey("not comparable")); err == nil {
				t.Error("a key that is not RSA")
			}
		})
	}
}

func TestVerdictsShareTheirLists(t *testing.T) {
	c := testCluster()
	file := build(t, ctl.CTL, c.tokenB, c.mixed(c.tokenA, c.tokenB))
	held := Held{CTL: c.heldCTL(t), Lists: new(Lists)}
	first := held.JudgeList(context.Background(), ctl.CTL, bytes.Clone(file), nil, nil)
	second := held.JudgeList(context.Background(), ctl.CTL, bytes.Clone(file), nil, nil)
	if first.List == nil || first.List != second.List {
		t.Error("two phones, two lists")
	}
	held.CTL = first.List
	if v := held.JudgeList(context.Background(), ctl.CTL, bytes.Clone(file), nil, nil); v.Outcome != Unchanged {
		t.Errorf("the installed list again: %v", v.Outcome)
	}
}
