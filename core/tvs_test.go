package core

import (
	"encoding/hex"
	"testing"

	"github.com/phonebank/phonebank/wire/signed"
	"github.com/phonebank/phonebank/wire/tvs"
)

// TestTVSAnswers holds answers to the bytes of TVS, section 4.
func TestTVSAnswers(t *testing.T) {
	a := testAuthority()
	table := newTVSTable(a)
	ask := func(c Credential) tvs.Message {
		return tvs.VerifyRequest(1, "CP-7965-"+testDevice, c.Certificate.Raw)
	}
	tests := []struct {
		name string
		ask  tvs.Message
		want string
	}{
		{"a token", ask(a.Tokens[1]), "57010200" + "00000001" + "000f" + "07000100" + "08000100" + "09000400015180"},
		{"a CallManager, both its roles", ask(a.CallManagers[1]), "57010200" + "00000001" + "0010" + "07000100" + "0800020002" + "09000400015180"},
		{"CAPF", ask(a.CAPF), "57010200" + "00000001" + "000f" + "07000100" + "08000104" + "09000400015180"},
		{"the recovery key", ask(a.Recovery), "57010200" + "00000001" + "000f" + "07000100" + "08000100" + "09000400015180"},
		{"TVS itself", ask(a.TVS[0]), "57010200" + "00000001" + "000f" + "07000100" + "08000115" + "09000400015180"},
		{"an unknown token", ask(a.Unknown), "57010200" + "00000001" + "0004" + "07000101"},
		{"no certificate", tvs.Message{Command: tvs.CertVerificationReq, Session: 1}, "57010200" + "00000001" + "0004" + "07000101"},
		{"a subject that nobody has", tvs.QueryRequest(1, "CP-7965-"+testDevice, "CN=nobody", "", nil), "57010400" + "00000001" + "0004" + "07000101"},
		{"no subject", tvs.Message{Command: tvs.QueryCertReq, Session: 1}, "57010400" + "00000001" + "0004" + "07000101"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer, ok := table.answer(tt.ask)
			if !ok {
				t.Fatal("no answer")
			}
			b, err := answer.Append(nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(b); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
	if _, ok := table.answer(tvs.Message{Command: tvs.CertVerificationRes}); ok {
		t.Error("an answer was answered")
	}
}

// TestTVSQuery finds certificates by name: node 1's CallManager and TVS differ
// in their unit only.
func TestTVSQuery(t *testing.T) {
	a := testAuthority()
	table := newTVSTable(a)
	for _, c := range []Credential{a.CallManagers[0], a.TVS[0], a.CallManagers[1], a.CAPF} {
		subject := signed.NameText(c.Certificate.RawSubject, signed.VendorSeparator)
		answer, _ := table.answer(tvs.QueryRequest(5, "CP-7965-"+testDevice, subject, subject, signed.SerialBytes(c.Certificate.SerialNumber)))
		der, _ := answer.Certificate()
		if string(der) != string(c.Certificate.Raw) || len(answer.Roles()) == 0 || answer.Session != 5 {
			t.Errorf("%s: got another certificate, or roles %v", subject, answer.Roles())
		}
	}
}
