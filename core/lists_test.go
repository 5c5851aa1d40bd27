package core

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// outline is a list in one line: role and, for a record without a certificate,
// a minus sign.
func outline(l *ctl.List) string {
	var roles []string
	for _, r := range l.Records {
		role := r.Role.Short()
		if r.Certificate == nil {
			role += "-"
		}
		roles = append(roles, role)
	}
	return strings.Join(roles, " ")
}

func TestLists(t *testing.T) {
	a := testAuthority()
	ctlOf := a.CTL
	itlOf := func(o ListOptions) ([]byte, error) { return a.ITL(2, o) }
	tests := []struct {
		name   string
		build  func(ListOptions) ([]byte, error)
		o      ListOptions
		want   string
		signer Credential
	}{
		{"CTL by default", ctlOf, ListOptions{}, "SAST SAST CCM+TFTP CCM+TFTP CAPF", a.Tokens[0]},
		{"CTL by the second token", ctlOf, ListOptions{Signer: "token-2"}, "SAST SAST CCM+TFTP CCM+TFTP CAPF", a.Tokens[1]},
		{"CTL by a token that no older list knows", ctlOf, ListOptions{Signer: SignerUnknown}, "SAST SAST SAST CCM+TFTP CCM+TFTP CAPF", a.Unknown},
		{"tokenless CTL", ctlOf, ListOptions{Signer: SignerCallManager}, "SAST SAST CCM+TFTP CCM+TFTP CAPF", a.CallManagers[0]},
		{"tokenless CTL by the recovery key", ctlOf, ListOptions{Signer: SignerRecovery}, "SAST SAST CCM+TFTP CCM+TFTP CAPF", a.Recovery},
		{"CTL of a cluster that is no longer in mixed mode", ctlOf, ListOptions{NonSecure: true}, "SAST SAST CCM+TFTP- CCM+TFTP- CAPF", a.Tokens[0]},
		{"ITL in mixed mode", itlOf, ListOptions{}, "SAST SAST CCM+TFTP CCM+TFTP CAPF TVS TVS", a.CallManagers[1]},
		{"ITL does not care for tokens", itlOf, ListOptions{Signer: "token-2"}, "SAST SAST CCM+TFTP CCM+TFTP CAPF TVS TVS", a.CallManagers[1]},
		{"ITL in non-secure mode", itlOf, ListOptions{NonSecure: true}, "SAST SAST TFTP CAPF TVS TVS", a.CallManagers[1]},
		{"ITL by the recovery key", itlOf, ListOptions{Signer: SignerRecovery}, "SAST SAST CCM+TFTP CCM+TFTP CAPF TVS TVS", a.Recovery},
		{"ITL does not care for unknown tokens either", itlOf, ListOptions{Signer: SignerUnknown}, "SAST SAST CCM+TFTP CCM+TFTP CAPF TVS TVS", a.CallManagers[1]},
		{"ITL by an unknown key", func(o ListOptions) ([]byte, error) { return a.unknownITL(2, o) }, ListOptions{}, "SAST SAST SAST CCM+TFTP CCM+TFTP CAPF TVS TVS", a.Unknown},
		{"ITL before a rollback", itlOf, ListOptions{Rollback: true}, "SAST SAST TFTP- CAPF TVS- TVS-", a.CallManagers[1]},
	}
	for _, tt := range tests {
		for _, digest := range []signed.Digest{signed.SHA1, signed.SHA512} {
			t.Run(fmt.Sprintf("%s, %s", tt.name, digest), func(t *testing.T) {
				tt.o.Digest = digest
				tt.o.Addresses = []netip.Addr{netip.MustParseAddr("127.1.1.1"), netip.MustParseAddr("127.1.1.2")}
				b, err := tt.build(tt.o)
				if err != nil {
					t.Fatal(err)
				}
				l, err := ctl.Parse(b)
				if err != nil {
					t.Fatal(err)
				}
				if got := outline(l); got != tt.want {
					t.Errorf("records\n %s, want\n %s", got, tt.want)
				}
				if err := l.VerifySelf(); err != nil {
					t.Error(err)
				}
				if err := l.Verify(tt.signer.Certificate.PublicKey); err != nil {
					t.Errorf("not signed by %s: %v", tt.signer.Certificate.Subject.CommonName, err)
				}
				if l.Digest != digest || !l.Timestamp.Equal(a.Minted()) {
					t.Errorf("digest %s, dated %s", l.Digest, l.Timestamp)
				}
				if last := l.Records[len(l.Records)-1]; l.Kind() == ctl.ITL && last.DNSName != "127.1.1.2" {
					t.Errorf("the last TVS record is of %q", last.DNSName)
				}
				again, err := tt.build(tt.o)
				if err != nil || !bytes.Equal(b, again) {
					t.Errorf("the same options made other bytes (%v)", err)
				}
			})
		}
	}
}

// TestStaleListsAreStepsBehind holds older lists to their use: a phone that has
// one takes today's, and one that has been made to forget does not.
func TestStaleListsAreStepsBehind(t *testing.T) {
	a := testAuthority()
	for _, kind := range []SignerKind{"", "token-2", SignerCallManager, SignerRecovery} {
		for _, forget := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s forget=%t", kind, forget), func(t *testing.T) {
				o := ListOptions{Signer: kind, Forget: forget}
				for _, pair := range []struct {
					today, stale func(ListOptions) ([]byte, error)
				}{
					{a.CTL, a.StaleCTL},
					{func(o ListOptions) ([]byte, error) { return a.ITL(1, o) }, func(o ListOptions) ([]byte, error) { return a.StaleITL(1, o) }},
				} {
					today, stale := parseList(t, pair.today, o), parseList(t, pair.stale, o)
					if err := stale.VerifySelf(); err != nil {
						t.Error(err)
					}
					if got, want := stale.Timestamp, a.Minted().AddDate(-1, 0, 0); !got.Equal(want) {
						t.Errorf("dated %s, want %s", got, want)
					}
					if bytes.Equal(stale.Signer.Serial, today.Signer.Serial) {
						t.Error("signed by the same key as today's")
					}
					knows := len(stale.Find(ctl.RoleSAST, today.Signer.Serial)) > 0
					if knows == forget {
						t.Errorf("%s: knows today's signer: %t", stale.Kind(), knows)
					}
				}
			})
		}
	}
}

func TestAStaleListNeverKnowsTheUnknownToken(t *testing.T) {
	a := testAuthority()
	o := ListOptions{Signer: SignerUnknown}
	today, stale := parseList(t, a.CTL, o), parseList(t, a.StaleCTL, o)
	if len(stale.Find(ctl.RoleSAST, today.Signer.Serial)) > 0 {
		t.Error("it does")
	}
}

func TestTheLargestClustersListsFitPhones(t *testing.T) {
	a, err := NewAuthority(AuthorityOptions{Nodes: MaxNodes, Tokens: 8, Bits: 1024})
	if err != nil {
		t.Fatal(err)
	}
	l := parseList(t, a.CTL, ListOptions{Signer: SignerUnknown})
	if len(l.Records) > 39 || l.Size() > 65_535 {
		t.Errorf("%d records, %d bytes: phones take 39 and 65,535", len(l.Records), l.Size())
	}
}

func TestListsThatCannotBe(t *testing.T) {
	a := testAuthority()
	for name, build := range map[string]func() ([]byte, error){
		"a token that the cluster has not": func() ([]byte, error) { return a.CTL(ListOptions{Signer: "token-3"}) },
		"a signer that nobody knows":       func() ([]byte, error) { return a.CTL(ListOptions{Signer: "eToken"}) },
		"the ITL of no node":               func() ([]byte, error) { return a.ITL(3, ListOptions{}) },
		"a stale CTL by no token":          func() ([]byte, error) { return a.StaleCTL(ListOptions{Signer: "token-9"}) },
		"a stale ITL of no node":           func() ([]byte, error) { return a.StaleITL(0, ListOptions{}) },
		"a date that does not fit":         func() ([]byte, error) { return a.CTL(ListOptions{Time: time.Unix(1<<33, 0)}) },
	} {
		if _, err := build(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func parseList(t *testing.T, build func(ListOptions) ([]byte, error), o ListOptions) *ctl.List {
	t.Helper()
	b, err := build(o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ctl.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
