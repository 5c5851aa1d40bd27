package phone

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"testing"
	"time"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

const (
	testConfigName = "SEP001122334455.cnf.xml.sgn"
	testConfigXML  = "<device><deviceProtocol>SCCP</deviceProtocol></device>\n"
)

// signConfig makes a signed configuration.
func signConfig(t *testing.T, signer party, name string) []byte {
	t.Helper()
	file, err := signed.Sign(signed.Header{
		Signer: signed.SignerOf(signer.cert, ""), Filename: name, Timestamp: time.Unix(1.7e9, 0),
	}, []byte(testConfigXML), signer.key)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestConfigurationsThatAPhoneJudges(t *testing.T) {
	c := testCluster()
	both := Held{CTL: c.heldCTL(t), ITL: c.heldITL(t)}
	good := signConfig(t, c.ccm, testConfigName)
	strange := signConfig(t, c.tokenC, testConfigName)
	nonsecure := Held{CTL: parse(t, build(t, ctl.CTL, c.tokenA, []ctl.Entry{
		c.tokenA.as(ctl.RoleSAST), {Role: ctl.RoleCCMTFTP, DNSName: "10.1.1.1"},
	}))}
	found := vouching(ctl.RoleTFTP)
	found.Certificate = c.tokenC.cert.Raw
	impostor := vouching(ctl.RoleTFTP)
	impostor.Certificate = c.tokenB.cert.Raw
	unrelated := vouching(ctl.RoleCCM)
	unrelated.Certificate = c.tokenC.cert.Raw
	const (
		asCCM      = "signed by CN=CCM (serial 77:D4), CCM+TFTP record "
		noneNamesC = "signed by CN=Token C (serial 0C:03), whom neither held list names as CCM+TFTP or TFTP: the CTL has CN=CCM (serial 77:D4), the ITL has CN=CCM (serial 77:D4); "
		newList    = "Give the phone a trust list with the certificate of the TFTP server that signs, or have the file signed with a key its lists name, or have a TVS server of its ITL vouch for the signer. Hands on the phone are needed only if it takes no new list."
		newListBut = "Give the phone a trust list with the certificate of the TFTP server that signs, or have the file signed with a key its lists name. Hands on the phone are needed only if it takes no new list."
	)
	for _, row := range []struct {
		situation string
		held      Held
		requested string
		file      []byte
		model     string
		tvs       Asker

		outcome             Outcome
		cause               Cause
		reason, fix, status string
	}{
		{
			situation: "signed by the TFTP server of the CTL",
			held:      both, requested: testConfigName, file: good, outcome: Accept,
			reason: asCCM + "3 of the held CTL",
		},
		{
			situation: "only an ITL held",
			held:      Held{ITL: both.ITL}, requested: testConfigName, file: good, outcome: Accept,
			reason: asCCM + "2 of the held ITL",
		},
		{
			situation: "no name was asked for",
			held:      both, file: good, outcome: Accept, reason: asCCM + "3 of the held CTL",
		},
		{
			situation: "unsigned, nothing held",
			requested: "SEP001122334455.cnf.xml", file: []byte(testConfigXML), outcome: Accept,
			reason: "not signed, and the phone holds no TFTP certificate that would ask for signed files",
		},
		{
			situation: "unsigned, the CTL of a cluster that is non-secure again",
			held:      nonsecure, requested: "SEP001122334455.cnf.xml", file: []byte(testConfigXML), outcome: Accept,
			reason: "not signed, and the phone holds no TFTP certificate that would ask for signed files",
		},
		{
			situation: "unknown signer, TVS finds the certificate as TFTP",
			held:      both, requested: testConfigName, file: strange, tvs: found, outcome: Accept,
			reason: "signed by CN=Token C (serial 0C:03), for whom TVS 10.0.0.1:2445 vouches as TFTP",
		},
		{
			situation: "held as SAST only, TVS vouches as CCM+TFTP",
			held:      both, requested: testConfigName, file: signConfig(t, c.tokenA, testConfigName), tvs: vouching(ctl.RoleSAST, ctl.RoleCCMTFTP), outcome: Accept,
			reason: "signed by CN=Token A (serial 0A:01), for whom TVS 10.0.0.1:2445 vouches as SAST and CCM+TFTP",
		},
		{
			situation: "unsigned where a signed one is due",
			held:      both, requested: "SEP001122334455.cnf.xml", file: []byte(testConfigXML), cause: CauseUntrusted,
			reason: "the file is not signed, but the phone takes signed files only, because it holds CCM+TFTP record 3 of the held CTL (CN=CCM (serial 77:D4))",
			fix:    "Serve the file signed, as SEP001122334455.cnf.xml.sgn. No hands on the phone are needed.",
			status: "File auth error",
		},
		{
			situation: "signed, under the name of an unsigned one",
			held:      both, requested: "SEP001122334455.cnf.xml", file: good, cause: CauseUntrusted,
			reason: "the file is signed, but the phone asked for SEP001122334455.cnf.xml, an unsigned file, and takes signed files only, because it holds CCM+TFTP record 3 of the held CTL (CN=CCM (serial 77:D4))",
			fix:    "Have it asked for by the name inside, SEP001122334455.cnf.xml.sgn. No hands on the phone are needed.",
			status: "File auth error",
		},
		{
			situation: "plain XML under a signed name",
			held:      both, requested: testConfigName, file: []byte(testConfigXML), cause: CauseMalformed,
			reason: `the file is no signed configuration but text that begins "<device><deviceProtocol>": offset 0: VERSION: tag 60 where tag 1 belongs`,
			fix:    "Have the server sign the file (restart TFTP). No hands on the phone are needed.",
			status: "File auth error",
		},
		{
			situation: "reserved digest",
			held:      both, requested: testConfigName, cause: CauseMalformed,
			file:   bytes.Replace(good, []byte{8, 0, 1, 1}, []byte{8, 0, 1, 2}, 1),
			reason: "offset 48: the digest is number 2, phones know 1 (sha1) and 3 (sha512)",
			fix:    "Have the file signed with SHA-1 or SHA-512. No hands on the phone are needed.",
			status: "File auth error",
		},
		{
			situation: "flipped bit",
			held:      both, requested: testConfigName, file: flipped(good, 1), cause: CauseUntrusted,
			reason: "the signature does not verify with the key of CN=CCM (serial 77:D4), CCM+TFTP record 3 of the held CTL",
			fix:    "Have the file signed again with that key: it was changed after signing, or another key signed it. No hands on the phone are needed.",
			status: "File auth error",
		},
		{
			situation: "made for another phone",
			held:      both, requested: testConfigName, file: signConfig(t, c.ccm, "SEP0011223344FF.cnf.xml.sgn"), cause: CauseUntrusted,
			reason: "the file is SEP0011223344FF.cnf.xml.sgn, but the phone asked for SEP001122334455.cnf.xml.sgn",
			fix:    "Serve each phone its own file: the name inside is signed and must be the one asked for. No hands on the phone are needed.",
			status: "File auth error",
		},
		{
			situation: "no name inside",
			held:      both, requested: testConfigName, file: signConfig(t, c.ccm, ""), cause: CauseUntrusted,
			reason: "the file is without a name inside, but the phone asked for SEP001122334455.cnf.xml.sgn",
			fix:    "Serve each phone its own file: the name inside is signed and must be the one asked for. No hands on the phone are needed.",
			status: "File auth error",
		},
		{
			situation: "unknown signer, an 8945, no TVS server known",
			held:      both, requested: testConfigName, file: strange, model: "8945", cause: CauseUntrusted,
			reason: noneNamesC + "the phone knows no TVS server", fix: newList,
			status: "invalid file SEP001122334455.cnf.xml.sgn, authenticated fail. Reason:14.",
		},
		{
			situation: "unknown signer, TVS denies",
			held:      both, requested: testConfigName, file: strange, tvs: denying(), cause: CauseUntrusted,
			reason: noneNamesC + "TVS 10.0.0.1:2445 does not know the signer", fix: newList, status: "File auth error",
		},
		{
			situation: "unknown signer, TVS unreachable",
			held:      both, requested: testConfigName, file: strange, tvs: silent(), cause: CauseUntrusted,
			reason: noneNamesC + "TVS did not help: TVS 10.0.0.1:2445: no answer", fix: newList, status: "File auth error",
		},
		{
			situation: "unknown signer, TVS denies and names roles all the same",
			held:      both, requested: testConfigName, file: strange, cause: CauseUntrusted,
			tvs:    &answers{TVSAnswer: TVSAnswer{Server: "10.0.0.1:2445", Roles: []ctl.Role{ctl.RoleTFTP}, Certificate: c.tokenC.cert.Raw}},
			reason: noneNamesC + "TVS 10.0.0.1:2445 does not know the signer", fix: newList, status: "File auth error",
		},
		{
			situation: "unknown signer, TVS finds a CallManager's certificate",
			held:      both, requested: testConfigName, file: strange, tvs: unrelated, cause: CauseUntrusted,
			reason: noneNamesC + "TVS 10.0.0.1:2445 knows the signer as CCM, not as CCM+TFTP or TFTP", fix: newList, status: "File auth error",
		},
		{
			situation: "unknown signer, TVS finds another certificate",
			held:      both, requested: testConfigName, file: strange, tvs: impostor, cause: CauseUntrusted,
			reason: "signed in the name of CN=Token C (serial 0C:03), but not with the key that TVS 10.0.0.1:2445 gives for it: the certificate has another serial number",
			fix:    "Have the file signed again and restart TFTP. No hands on the phone are needed.", status: "File auth error",
		},
		{
			situation: "signed by a SAST, model without TVS",
			held:      Held{CTL: both.CTL}, requested: testConfigName, file: signConfig(t, c.tokenA, testConfigName), model: "7940", tvs: vouching(ctl.RoleTFTP), cause: CauseUntrusted,
			reason: "signed by CN=Token A (serial 0A:01), whom the held CTL does not name as CCM+TFTP or TFTP: it has CN=CCM (serial 77:D4); that serial is SAST record 1 of the held CTL, with no right to sign configuration; a 7940 cannot ask TVS",
			fix:    newListBut, status: "File auth error",
		},
		{
			situation: "signed by CAPF",
			held:      Held{CTL: both.CTL}, requested: testConfigName, file: signConfig(t, c.capf, testConfigName), cause: CauseUntrusted,
			reason: "signed by CN=CAPF (serial CA:F5), whom the held CTL does not name as CCM+TFTP or TFTP: it has CN=CCM (serial 77:D4); that serial is CAPF record 4 of the held CTL, with no right to sign configuration; the phone knows no TVS server",
			fix:    newListBut, status: "File auth error",
		},
		{
			situation: "signed, nothing held",
			requested: testConfigName, file: good, cause: CauseUntrusted,
			reason: "signed by CN=CCM (serial 77:D4), but the phone holds no list that could name anybody as CCM+TFTP or TFTP; the phone knows no TVS server",
			fix:    newListBut, status: "File auth error",
		},
	} {
		t.Run(row.situation, func(t *testing.T) {
			if row.model == "" {
				row.model = "7965"
			}
			v := row.held.JudgeConfig(context.Background(), row.requested, row.file, model(t, row.model), row.tvs)
			if v.Outcome != row.outcome || v.Cause != row.cause || v.Status != row.status {
				t.Errorf("%v, cause %q, status %q; want %v, %q, %q", v.Outcome, v.Cause, v.Status, row.outcome, row.cause, row.status)
			}
			if v.Reason != row.reason || v.Fix != row.fix {
				t.Errorf("got\n%s\n%s\nwant\n%s\n%s", v.Reason, v.Fix, row.reason, row.fix)
			}
			if got, want := string(v.Payload), testConfigXML; (got == want) != (v.Outcome == Accept) {
				t.Errorf("%v with payload %q", v.Outcome, got)
			}
			if (v.Err() == nil) != (v.Outcome == Accept) {
				t.Errorf("%v with error %v", v.Outcome, v.Err())
			}
			if len(v.Console) == 0 {
				t.Error("the console says nothing")
			}
		})
	}
}

// The files of signed configuration, section 9, under the list of trust list,
// section 15.
func TestConfigurationsThatAreNotOurs(t *testing.T) {
	held := Held{CTL: parse(t, readHex(t, "../wire/ctl/testdata/example-ctl.hex"))}
	plain := held.JudgeConfig(context.Background(), testConfigName, readHex(t, "../wire/signed/testdata/example.sgn.hex"), nil, nil)
	if plain.Outcome != Accept || string(plain.Payload) != testConfigXML {
		t.Fatalf("%v (%s) with payload %q", plain.Outcome, plain.Reason, plain.Payload)
	}
	const want = "signed by CN=EX-SIGNER,O=Lab,OU=X (serial 32:16:9E:02:80:E9:BE:1A:E3:68:D4:A2:B7:D0:58:0A), CCM+TFTP record 2 of the held CTL"
	if plain.Reason != want {
		t.Errorf("reason %s", plain.Reason)
	}
	if !bytes.Equal(plain.Certified, held.CTL.Records[1].Certificate) {
		t.Error("the certificate is not that of the record that vouched")
	}
	digest := sha256.Sum256([]byte(testConfigXML))
	if got := plain.Summary().PayloadSHA256; got != hex.EncodeToString(digest[:]) {
		t.Errorf("payload_sha256 %s", got)
	}

	sealed := held.JudgeConfig(context.Background(), "SEP001122334455.cnf.xml.enc.sgn", readHex(t, "../wire/signed/testdata/example.enc.sgn.hex"), nil, nil)
	if sealed.Outcome != Accept || sealed.Payload != nil || sealed.Summary().PayloadSHA256 != "" {
		t.Fatalf("%v (%s) with payload %q", sealed.Outcome, sealed.Reason, sealed.Payload)
	}
	block, _ := pem.Decode(readFile(t, "../wire/signed/testdata/phone-key.pem"))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if xml, err := sealed.Envelope.Open(key.(*rsa.PrivateKey)); err != nil || string(xml) != testConfigXML {
		t.Errorf("%q, %v", xml, err)
	}
}

func TestTVSIsAskedWhatThePhoneDoesNotKnow(t *testing.T) {
	c := testCluster()
	held := Held{CTL: c.heldCTL(t), ITL: c.heldITL(t)}
	tvs := denying()
	held.JudgeConfig(context.Background(), testConfigName, signConfig(t, c.tokenA, testConfigName), nil, tvs)
	if len(tvs.asked) != 1 || len(tvs.found) != 0 || !bytes.Equal(tvs.asked[0], c.tokenA.cert.Raw) {
		t.Errorf("a signer whose certificate is held: asked %d, found %d", len(tvs.asked), len(tvs.found))
	}
	tvs = denying()
	held.JudgeConfig(context.Background(), testConfigName, signConfig(t, c.fakeA, testConfigName), nil, tvs)
	if len(tvs.asked) != 0 || len(tvs.found) != 1 {
		t.Errorf("a stranger under a held name: asked %d, found %d", len(tvs.asked), len(tvs.found))
	}
	tvs = denying()
	held.JudgeConfig(context.Background(), testConfigName, signConfig(t, c.tokenC, testConfigName), nil, tvs)
	if len(tvs.asked) != 0 || len(tvs.found) != 1 || tvs.found[0].Name != "CN=Token C" {
		t.Errorf("a signer whose certificate is not held: asked %d, found %d", len(tvs.asked), len(tvs.found))
	}
}
