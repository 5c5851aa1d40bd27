package ctl_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

func TestKind(t *testing.T) {
	tests := map[string]ctl.Kind{
		"CTLFile.tlv":            ctl.CTL,
		"CTLSEP001122334455.tlv": ctl.CTL,
		"ITLFile.tlv":            ctl.ITL,
		"ITLSEP001122334455.tlv": ctl.ITL,
		"ITLEXTFile.tlv":         ctl.KindUnknown,
		"SEP001122334455.tlv":    ctl.KindUnknown,
		"ctlfile.tlv":            ctl.KindUnknown,
		"":                       ctl.KindUnknown,
	}
	for name, want := range tests {
		l := &ctl.List{Envelope: &signed.Envelope{Filename: name}}
		if got := l.Kind(); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
	for kind, want := range map[ctl.Kind]string{ctl.CTL: "CTL", ctl.ITL: "ITL", ctl.KindUnknown: "unknown"} {
		if kind.String() != want {
			t.Errorf("%d: %q, want %q", kind, kind, want)
		}
	}
}

// cluster is a CTL: two tokens of the same serial number, a call manager whose
// certificate is a token too, CAPF.
func cluster(t *testing.T) *ctl.List {
	t.Helper()
	signer := certificate(t, "token", 7, rsaKey(t, 1024).Public(), 0)
	impostor := certificate(t, "impostor", 7, rsaKey(t, 2048).Public(), 0)
	ccm := certificate(t, "ccm", 8, rsaKey(t, 2048).Public(), 0)
	return build(t, ctl.Spec{
		Records: []ctl.Entry{
			{Role: ctl.RoleSAST, Certificate: impostor},
			{Role: ctl.RoleSAST, Certificate: signer},
			{Role: ctl.RoleCCMTFTP, Certificate: ccm},
			{Role: ctl.RoleCAPF, Certificate: signer},
			{Role: ctl.RoleSAST, Certificate: ccm},
		},
		Signer: signer, Key: rsaKey(t, 1024),
	})
}

func TestAskingAList(t *testing.T) {
	l := cluster(t)
	numbers := func(records []*ctl.Record) (n []int) {
		for _, r := range records {
			n = append(n, r.Number)
		}
		return n
	}
	token, ccm := l.Records[1].Certificate, l.Records[2].Certificate
	tests := []struct {
		name string
		got  []*ctl.Record
		want []int
	}{
		{"tokens", slices.Collect(l.With(ctl.RoleSAST)), []int{1, 2, 5}},
		{"two roles, in file order", slices.Collect(l.With(ctl.RoleCAPF, ctl.RoleCCMTFTP)), []int{3, 4}},
		{"a role that is not there", slices.Collect(l.With(ctl.RoleTVS)), nil},
		{"no role", slices.Collect(l.With()), nil},
		{"tokens of serial number 7", l.Find(ctl.RoleSAST, []byte{7}), []int{1, 2}},
		{"CAPF of serial number 7", l.Find(ctl.RoleCAPF, []byte{7}), []int{4}},
		{"serial number 9", l.Find(ctl.RoleSAST, []byte{9}), nil},
		{"no serial number", l.Find(ctl.RoleSAST, nil), nil},
		{"the token as SAST", []*ctl.Record{l.Trusts(token, ctl.RoleSAST)}, []int{2}},
		{"the token as any of two", []*ctl.Record{l.Trusts(token, ctl.RoleCCM, ctl.RoleCAPF)}, []int{4}},
		{"the call manager as CCM+TFTP", []*ctl.Record{l.Trusts(ccm, ctl.RoleCCMTFTP)}, []int{3}},
		{"the call manager as SAST", []*ctl.Record{l.Trusts(ccm, ctl.RoleSAST)}, []int{5}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, numbers(tt.got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	for range l.With(ctl.RoleSAST) {
		break // must not go on
	}
	for name, r := range map[string]*ctl.Record{
		"the token as CCM+TFTP":       l.Trusts(token, ctl.RoleCCMTFTP),
		"the call manager as CAPF":    l.Trusts(ccm, ctl.RoleCAPF),
		"the token without a role":    l.Trusts(token),
		"nobody's certificate":        l.Trusts(nil, ctl.RoleSAST),
		"half of the token's":         l.Trusts(token[:100], ctl.RoleSAST),
		"a token asked of no list":    (*ctl.List)(nil).Trusts(token, ctl.RoleSAST),
		"the signer found in no list": slices.Concat((*ctl.List)(nil).Find(ctl.RoleSAST, []byte{7}), []*ctl.Record{nil})[0],
	} {
		if r != nil {
			t.Errorf("%s: record %d", name, r.Number)
		}
	}
	if l.SignedByRecord() != &l.Records[1] {
		t.Errorf("signed by %v, want record 2: an impostor of the same serial number stands before it", l.SignedByRecord())
	}
}

func TestVerifySelf(t *testing.T) {
	key := rsaKey(t, 1024)
	token := certificate(t, "token", 7, key.Public(), 0)
	impostor := certificate(t, "token", 7, rsaKey(t, 2048).Public(), 0)
	other := certificate(t, "token", 8, key.Public(), 0)
	strange := certificate(t, "token", 7, rsaKey(t, 3072).Public(), 0)
	built := func(records ...ctl.Entry) *ctl.List {
		return build(t, ctl.Spec{Records: records, Signer: token, Key: key})
	}
	tests := []struct {
		name string
		list *ctl.List
		want error
	}{
		{"signed by its token", built(ctl.Entry{Certificate: token}), nil},
		{"behind an impostor", built(ctl.Entry{Certificate: impostor}, ctl.Entry{Certificate: token}), nil},
		{"no records", built(), ctl.ErrUnknownSigner},
		{"token of another serial number", built(ctl.Entry{Certificate: other}), ctl.ErrUnknownSigner},
		{"signer in another role", built(ctl.Entry{Role: ctl.RoleCCMTFTP, Certificate: token}), ctl.ErrUnknownSigner},
		{"another's key under its serial number", built(ctl.Entry{Certificate: impostor}), signed.ErrSignature},
		{"a key that signs no lists", built(ctl.Entry{Certificate: strange}), signed.ErrUnsupported},
		{"only a digest of the signer", built(ctl.Entry{Certificate: token, HashOnly: true}), ctl.ErrNoKey},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.list.VerifySelf()
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if (tt.list.SignedByRecord() != nil) != (tt.want == nil) {
				t.Errorf("signed by %v", tt.list.SignedByRecord())
			}
		})
	}
}

func TestRollback(t *testing.T) {
	token := certificate(t, "token", 7, rsaKey(t, 1024).Public(), 0)
	sast := ctl.Entry{Role: ctl.RoleSAST, Certificate: token}
	tests := []struct {
		name    string
		records []ctl.Entry
		want    bool
	}{
		{"no such records", []ctl.Entry{sast}, true},
		{"records without certificates", []ctl.Entry{sast, {Role: ctl.RoleTFTP}, {Role: ctl.RoleCCMTFTP}, {Role: ctl.RoleTVS}}, true},
		{"CAPF and CCM only", []ctl.Entry{sast, {Role: ctl.RoleCAPF, Certificate: token}, {Role: ctl.RoleCCM, Certificate: token}}, true},
		{"TFTP", []ctl.Entry{sast, {Role: ctl.RoleTFTP, Certificate: token}}, false},
		{"CCM+TFTP", []ctl.Entry{sast, {Role: ctl.RoleCCMTFTP, Certificate: token}}, false},
		{"TVS", []ctl.Entry{sast, {Role: ctl.RoleTVS, Certificate: token}}, false},
		{"TVS by digest", []ctl.Entry{sast, {Role: ctl.RoleTVS, Certificate: token, HashOnly: true}}, false},
	}
	for _, tt := range tests {
		l := build(t, ctl.Spec{Kind: ctl.ITL, Records: tt.records, Signer: token, Key: rsaKey(t, 1024)})
		if got := l.Rollback(); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestEqual(t *testing.T) {
	l := parse(t, example(t))
	if !l.Equal(parse(t, example(t))) {
		t.Error("the same bytes are not equal")
	}
	if l.Equal(cluster(t)) || l.Equal(nil) {
		t.Error("other bytes are equal")
	}
}
