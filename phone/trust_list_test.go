package phone

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// listCase is one row of "what does a phone do with this list".
type listCase struct {
	situation string
	held      Held
	kind      ctl.Kind
	file      []byte
	model     string // "7965" when empty
	tvs       Asker

	outcome  Outcome
	firstUse bool
	cause    Cause
	reason   string
	fix      string
}

func (c listCase) judge(t *testing.T) Verdict {
	t.Helper()
	if c.model == "" {
		c.model = "7965"
	}
	return c.held.JudgeList(context.Background(), c.kind, c.file, model(t, c.model), c.tvs)
}

func (c listCase) check(t *testing.T) Verdict {
	t.Helper()
	v := c.judge(t)
	if v.Outcome != c.outcome || v.FirstUse != c.firstUse || v.Cause != c.cause {
		t.Errorf("%v, first use %v, cause %q; want %v, %v, %q", v.Outcome, v.FirstUse, v.Cause, c.outcome, c.firstUse, c.cause)
	}
	if v.Reason != c.reason {
		t.Errorf("reason\n got %s\nwant %s", v.Reason, c.reason)
	}
	if v.Fix != c.fix {
		t.Errorf("fix\n got %s\nwant %s", v.Fix, c.fix)
	}
	status := map[Outcome]string{Accept: "Trust List Updated", Reject: "Trust List Update Failed"}[v.Outcome]
	if v.Status != status {
		t.Errorf("status message %q, want %q", v.Status, status)
	}
	if err := v.Err(); (err == nil) != (v.Outcome != Reject) || CauseOf(err) != v.Cause || err != nil && err.Error() != v.Reason {
		t.Errorf("error %v with cause %q", err, CauseOf(err))
	}
	return v
}

// The rows of trust list, section 8.3, and the special cases of 8.2 that end
// well.
func TestListsThatAPhoneTakes(t *testing.T) {
	c := testCluster()
	both := Held{CTL: c.heldCTL(t), ITL: c.heldITL(t)}
	usual := c.mixed(c.tokenA, c.tokenB)
	rollback := parse(t, build(t, ctl.ITL, c.ccm, []ctl.Entry{c.ccm.as(ctl.RoleSAST), c.capf.as(ctl.RoleCAPF)}))
	rollbackBare := parse(t, build(t, ctl.ITL, c.ccm, []ctl.Entry{c.ccm.as(ctl.RoleSAST), {Role: ctl.RoleTFTP, DNSName: "tftp"}, {Role: ctl.RoleTVS, DNSName: "tvs"}}))
	hashOnly := parse(t, build(t, ctl.CTL, c.tokenA, []ctl.Entry{
		{Role: ctl.RoleSAST, Certificate: c.tokenA.cert}, {Role: ctl.RoleSAST, Certificate: c.tokenB.cert, HashOnly: true},
	}))
	bareHash := parse(t, withoutSerial(t, hashOnly.Bytes(), 1))
	foreign := parse(t, build(t, ctl.CTL, c.tokenA, []ctl.Entry{c.twinA.as(ctl.RoleSAST), c.tokenA.as(ctl.RoleSAST)}))
	const (
		byA       = "signed by CN=Token A (serial 0A:01), SAST record 1 of the held CTL"
		byB       = "signed by CN=Token B (serial 0B:02), SAST record 2 of the held CTL"
		byCCM     = "signed by CN=CCM (serial 77:D4), "
		noCheck   = "taken without a check of identity, because "
		strangerC = "signed by CN=Token C (serial 0C:03), "
	)
	for _, row := range []listCase{
		{
			situation: "good CTL, nothing held",
			kind:      ctl.CTL, file: build(t, ctl.CTL, c.tokenA, usual), outcome: Accept, firstUse: true,
			reason: noCheck + "the phone holds no CTL; signed by its own SAST record 1",
		},
		{
			situation: "good ITL, nothing held",
			kind:      ctl.ITL, file: build(t, ctl.ITL, c.ccm, c.byDefault()), outcome: Accept, firstUse: true,
			reason: noCheck + "the phone holds no ITL; signed by its own SAST record 1",
		},
		{
			situation: "good ITL after a good CTL",
			held:      Held{CTL: both.CTL}, kind: ctl.ITL, file: build(t, ctl.ITL, c.ccm, c.byDefault()), outcome: Accept,
			reason: byCCM + "CCM+TFTP record 3 of the held CTL",
		},
		{
			situation: "identical file",
			held:      both, kind: ctl.CTL, file: slices.Clone(both.CTL.Bytes()), outcome: Unchanged,
			reason: "the same 3269 bytes as the held CTL",
		},
		{
			situation: "update signed by the same token",
			held:      both, kind: ctl.CTL, file: build(t, ctl.CTL, c.tokenA, c.mixed(c.tokenA, c.tokenC)), outcome: Accept,
			reason: byA,
		},
		{
			situation: "update signed by the other token",
			held:      both, kind: ctl.CTL, file: build(t, ctl.CTL, c.tokenB, usual), outcome: Accept, reason: byB,
		},
		{
			situation: "new list drops the SAST that signed the old one",
			held:      both, kind: ctl.CTL, file: build(t, ctl.CTL, c.tokenB, c.mixed(c.tokenB, c.tokenC)), outcome: Accept, reason: byB,
		},
		{
			situation: "new list does not name its own signer, a held token",
			held:      both, kind: ctl.CTL, file: build(t, ctl.CTL, c.tokenA, c.mixed(c.tokenB, c.tokenC)), outcome: Accept, reason: byA,
		},
		{
			situation: "signed with SHA-512",
			held:      both, kind: ctl.CTL, outcome: Accept, reason: byA,
			file: build(t, ctl.CTL, c.tokenA, usual, func(s *ctl.Spec) { s.Digest = signed.SHA512 }),
		},
		{
			situation: "the open builder's names and order",
			held:      both, kind: ctl.CTL, outcome: Accept, reason: byA,
			file: build(t, ctl.CTL, c.tokenA, usual, func(s *ctl.Spec) { s.Separator = signed.BuilderSeparator }),
		},
		{
			situation: "two held SASTs share the serial, the issuer decides, written by another builder",
			held:      Held{CTL: foreign}, kind: ctl.CTL, outcome: Accept,
			file:   build(t, ctl.CTL, c.tokenA, usual, func(s *ctl.Spec) { s.Separator = signed.BuilderSeparator }),
			reason: "signed by CN=Token A (serial 0A:01), SAST record 2 of the held CTL",
		},
		{
			situation: "older TIMESTAMP than the held list",
			held:      both, kind: ctl.CTL, outcome: Accept, reason: byA,
			file: build(t, ctl.CTL, c.tokenA, usual, func(s *ctl.Spec) { s.Time = s.Time.AddDate(-3, 0, 0) }),
		},
		{
			situation: "first CTL on a phone that has only an ITL",
			held:      Held{ITL: both.ITL}, kind: ctl.CTL, file: build(t, ctl.CTL, c.tokenA, usual), outcome: Accept, firstUse: true,
			reason: noCheck + "the phone holds no CTL, and its ITL has no say in the first one; signed by its own SAST record 1",
		},
		{
			situation: "CTL signed by a SAST that only the ITL names",
			held:      both, kind: ctl.CTL, outcome: Accept,
			file:   build(t, ctl.CTL, c.ccm, []ctl.Entry{c.ccm.as(ctl.RoleSAST), c.ccm.as(ctl.RoleCCMTFTP)}),
			reason: byCCM + "SAST record 1 of the held ITL",
		},
		{
			situation: "ITL signed by a SAST of the held ITL",
			held:      Held{ITL: both.ITL}, kind: ctl.ITL, outcome: Accept, reason: byCCM + "SAST record 1 of the held ITL",
			file: build(t, ctl.ITL, c.ccm, []ctl.Entry{c.ccm.as(ctl.RoleSAST)}),
		},
		{
			situation: "ITL signed by a token of the held CTL",
			held:      both, kind: ctl.ITL, outcome: Accept, reason: byA, file: build(t, ctl.ITL, c.tokenA, c.byDefault()),
		},
		{
			situation: "any ITL after one for rollback",
			held:      Held{ITL: rollback}, kind: ctl.ITL, outcome: Accept, firstUse: true,
			file:   build(t, ctl.ITL, c.tokenC, append(c.byDefault(), c.tokenC.as(ctl.RoleSAST))),
			reason: noCheck + "the held ITL is one for rollback, which trusts any next ITL; signed by its own SAST record 5",
		},
		{
			situation: "any ITL after one for rollback with empty records, a CTL held",
			held:      Held{CTL: both.CTL, ITL: rollbackBare}, kind: ctl.ITL, outcome: Accept, firstUse: true,
			file:   build(t, ctl.ITL, c.tokenC, append(c.byDefault(), c.tokenC.as(ctl.RoleSAST))),
			reason: noCheck + "the held ITL is one for rollback, which trusts any next ITL; signed by its own SAST record 5",
		},
		{
			situation: "unknown signer of an ITL, TVS says SAST",
			held:      Held{ITL: both.ITL}, kind: ctl.ITL, tvs: vouching(ctl.RoleSAST), outcome: Accept,
			file:   build(t, ctl.ITL, c.tokenC, []ctl.Entry{c.tokenC.as(ctl.RoleSAST)}),
			reason: strangerC + "for whom TVS 10.0.0.1:2445 vouches as SAST",
		},
		{
			situation: "unknown signer of a CTL, TVS says CCM+TFTP and SAST",
			held:      both, kind: ctl.CTL, tvs: vouching(ctl.RoleSAST, ctl.RoleCCMTFTP), outcome: Accept,
			file:   build(t, ctl.CTL, c.tokenC, c.mixed(c.tokenC)),
			reason: strangerC + "for whom TVS 10.0.0.1:2445 vouches as SAST",
		},
		{
			situation: "the held SAST is known by digest, the new list brings it along",
			held:      Held{CTL: hashOnly}, kind: ctl.CTL, outcome: Accept, reason: byB,
			file: build(t, ctl.CTL, c.tokenB, usual),
		},
		{
			situation: "the held SAST is known by digest alone, without a serial",
			held:      Held{CTL: bareHash}, kind: ctl.CTL, outcome: Accept,
			file:   build(t, ctl.CTL, c.tokenB, usual),
			reason: "signed by CN=Token B (no serial), SAST record 2 of the held CTL",
		},
		{
			situation: "unknown signer, two records of the new list have its serial, TVS says SAST",
			held:      Held{ITL: both.ITL}, kind: ctl.ITL, tvs: vouching(ctl.RoleSAST), outcome: Accept,
			file:   build(t, ctl.ITL, c.tokenA, []ctl.Entry{c.twinA.as(ctl.RoleSAST), c.tokenA.as(ctl.RoleSAST)}),
			reason: "signed by CN=Token A (serial 0A:01), for whom TVS 10.0.0.1:2445 vouches as SAST",
		},
		{
			situation: "of the kind that its FILENAME names",
			held:      both, kind: ctl.KindUnknown, outcome: Accept, reason: byA, file: build(t, ctl.CTL, c.tokenA, usual[1:]),
		},
	} {
		t.Run(row.situation, func(t *testing.T) {
			v := row.check(t)
			if row.outcome == Unchanged {
				return
			}
			if want := lineVerified(v.List.HeaderLength); !slices.Contains(v.Console, want) {
				t.Errorf("console %q lacks %q", v.Console, want)
			}
			if (v.Record == nil) != (v.TVS != nil) {
				t.Errorf("record %v, TVS %v: one of them vouched", v.Record, v.TVS)
			}
		})
	}
}

// Every refusal, and the words that explain it.
func TestListsThatAPhoneRefuses(t *testing.T) {
	c := testCluster()
	both := Held{CTL: c.heldCTL(t), ITL: c.heldITL(t)}
	onlyCTL, onlyITL := Held{CTL: both.CTL}, Held{ITL: both.ITL}
	usual := c.mixed(c.tokenA, c.tokenB)
	good := build(t, ctl.CTL, c.tokenA, usual)
	strange := build(t, ctl.CTL, c.tokenC, c.mixed(c.tokenC, c.tokenB))
	strangeITL := build(t, ctl.ITL, c.tokenC, []ctl.Entry{c.tokenC.as(ctl.RoleSAST), c.ccm.as(ctl.RoleCCMTFTP)})
	many := slices.Repeat([]ctl.Entry{c.capf.as(ctl.RoleCAPF)}, 38)
	for _, row := range []listCase{
		{situation: "empty", held: both, kind: ctl.CTL, cause: CauseMalformed},
		{situation: "HTML page", held: both, kind: ctl.CTL, file: []byte("<!DOCTYPE html>\n<html><body>Not here"), cause: CauseMalformed},
		{situation: "truncated", held: both, kind: ctl.CTL, file: good[:len(good)-100], cause: CauseMalformed},
		{situation: "truncated in its header", held: both, kind: ctl.CTL, file: good[:100], cause: CauseMalformed},
		{situation: "longer than phones load", held: both, kind: ctl.CTL, cause: CauseMalformed, file: build(t, ctl.CTL, c.tokenA, slices.Repeat(usual, 30))},
		{situation: "more certificates than phones load", held: both, kind: ctl.CTL, cause: CauseMalformed, file: build(t, ctl.CTL, c.tokenA, append(many, usual[:2]...))},
		{situation: "reserved digest", held: both, kind: ctl.CTL, cause: CauseMalformed, file: withTag(t, good, signed.TagDigest, 2)},
		{situation: "unknown signature algorithm", held: both, kind: ctl.CTL, cause: CauseMalformed, file: withTag(t, good, signed.TagAlgorithm, 1)},
		{situation: "neither CTL nor ITL, and nobody said which", held: both, kind: ctl.KindUnknown, cause: CauseMalformed, file: bytes.Replace(good, []byte("CTLFile.tlv"), []byte("XTLFile.tlv"), 1)},
		{situation: "flipped bit", held: both, kind: ctl.CTL, file: flipped(good, 1), cause: CauseUntrusted},
		{situation: "flipped bit at first use", kind: ctl.CTL, file: flipped(good, 1), cause: CauseUntrusted},
		{situation: "first list without its signer", kind: ctl.CTL, file: build(t, ctl.CTL, c.tokenC, usual), cause: CauseUntrusted},
		{situation: "stranger under the name and serial of a held token", held: both, kind: ctl.CTL, file: build(t, ctl.CTL, c.fakeA, c.mixed(c.fakeA)), tvs: vouching(ctl.RoleSAST), cause: CauseUntrusted},
		{situation: "unknown signer, no TVS servers known", held: both, kind: ctl.CTL, file: strange, cause: CauseUntrusted},
		{situation: "unknown signer, TVS denies", held: both, kind: ctl.CTL, file: strange, tvs: denying(), cause: CauseUntrusted},
		{situation: "unknown signer, TVS denies and names roles all the same", held: both, kind: ctl.CTL, file: strange, cause: CauseUntrusted, tvs: &answers{TVSAnswer: TVSAnswer{Server: "10.0.0.1:2445", Roles: []ctl.Role{ctl.RoleSAST}}}},
		{situation: "stranger, the held SAST is known by digest alone", held: Held{CTL: parse(t, withoutSerial(t, build(t, ctl.CTL, c.tokenA, []ctl.Entry{{Role: ctl.RoleSAST, Certificate: c.tokenB.cert, HashOnly: true}}), 0))}, kind: ctl.CTL, file: strange, cause: CauseUntrusted},
		{situation: "stranger under the serial of a SAST that is known by digest", held: Held{CTL: parse(t, build(t, ctl.CTL, c.tokenB, []ctl.Entry{{Role: ctl.RoleSAST, Certificate: c.tokenA.cert, HashOnly: true}}))}, kind: ctl.CTL, file: build(t, ctl.CTL, c.fakeA, c.mixed(c.fakeA)), cause: CauseUntrusted},
		{situation: "unknown signer, TVS unreachable", held: onlyITL, kind: ctl.ITL, file: strangeITL, tvs: silent(), cause: CauseUntrusted},
		{situation: "unknown signer, TVS knows another role", held: onlyITL, kind: ctl.ITL, file: strangeITL, tvs: vouching(ctl.RoleCCM, ctl.RoleTFTP), cause: CauseUntrusted},
		{situation: "unknown signer, model without TVS", held: onlyCTL, kind: ctl.CTL, file: strange, model: "7940", tvs: vouching(ctl.RoleSAST), cause: CauseUntrusted},
		{situation: "unknown signer, no ITL held", held: onlyCTL, kind: ctl.CTL, file: strange, cause: CauseUntrusted},
		{situation: "unknown signer with a flipped bit", held: both, kind: ctl.CTL, file: flipped(strange, 1), tvs: vouching(ctl.RoleSAST), cause: CauseUntrusted},
		{situation: "unknown signer that the list does not name", held: both, kind: ctl.CTL, file: build(t, ctl.CTL, c.tokenC, usual), tvs: vouching(ctl.RoleSAST), cause: CauseUntrusted},
		{situation: "CTL signed by a CCM+TFTP record of the CTL", held: onlyCTL, kind: ctl.CTL, cause: CauseUntrusted, file: build(t, ctl.CTL, c.ccm, []ctl.Entry{c.ccm.as(ctl.RoleSAST)})},
		{situation: "CTL signed by a SAST that only the ITL names, strict", held: Held{CTL: both.CTL, ITL: both.ITL, StrictCTL: true}, kind: ctl.CTL, cause: CauseUntrusted, file: build(t, ctl.CTL, c.ccm, []ctl.Entry{c.ccm.as(ctl.RoleSAST)})},
		{situation: "ITL signed by a CAPF record", held: both, kind: ctl.ITL, cause: CauseUntrusted, file: build(t, ctl.ITL, c.capf, []ctl.Entry{c.capf.as(ctl.RoleSAST)})},
		{situation: "the held record contradicts itself", held: Held{CTL: parse(t, contradicting(t, c))}, kind: ctl.CTL, file: good, cause: CauseUntrusted},
		{situation: "two held SASTs share the serial, neither the issuer", held: Held{CTL: parse(t, build(t, ctl.CTL, c.tokenB, []ctl.Entry{c.twinA.as(ctl.RoleSAST), c.twinA.as(ctl.RoleSAST)}))}, kind: ctl.CTL, file: good, cause: CauseUntrusted},
		{situation: "the held list names no SAST at all", held: Held{CTL: parse(t, build(t, ctl.CTL, c.tokenA, []ctl.Entry{c.ccm.as(ctl.RoleCCMTFTP)})), ITL: both.ITL, StrictCTL: true}, kind: ctl.CTL, file: good, cause: CauseUntrusted},
	} {
		t.Run(row.situation, func(t *testing.T) {
			words := refusals[row.situation]
			row.reason, row.fix = words.reason, words.fix
			v := row.check(t)
			if len(v.Console) == 0 || v.Console[len(v.Console)-1].Severity != "ERR" {
				t.Errorf("the console's last line is no error: %q", v.Console)
			}
			if v.Record != nil {
				t.Errorf("record %d vouches for a list that is refused", v.Record.Number)
			}
		})
	}
}

// withTag sets the one-byte value of a header item.
func withTag(t *testing.T, file []byte, tag, value uint8) []byte {
	t.Helper()
	b := slices.Clone(file)
	b[offsetOf(parse(t, file).Envelope, tag)+3] = value
	return b
}

// contradicting is a list whose SAST record carries tokenB's key with tokenA's
// certificate.
func contradicting(t *testing.T, c *cluster) []byte {
	t.Helper()
	file := build(t, ctl.CTL, c.tokenA, c.mixed(c.tokenA, c.tokenB))
	records := parse(t, file).Records
	return bytes.Replace(file, records[0].PublicKey, records[1].PublicKey, 1)
}

// withoutSerial cuts the serial out of a record of a list, which then does not
// verify, but may be held.
func withoutSerial(t *testing.T, file []byte, record int) []byte {
	t.Helper()
	r := parse(t, file).Records[record]
	i := slices.IndexFunc(r.Items, func(it signed.Item) bool { return it.Tag == ctl.TagSerialNumber })
	at, size := r.Items[i].Offset, 3+len(r.Items[i].Value)
	b := slices.Delete(slices.Clone(file), at, at+size)
	binary.BigEndian.PutUint16(b[r.Offset+3:], uint16(r.Length-size))
	return b
}

func TestAnInterruptedQuestionIsNoVerdict(t *testing.T) {
	c := testCluster()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	held := Held{ITL: c.heldITL(t)}
	file := build(t, ctl.ITL, c.tokenC, []ctl.Entry{c.tokenC.as(ctl.RoleSAST)})
	v := held.JudgeList(ctx, ctl.ITL, file, model(t, "7965"), silent())
	if v.Outcome != Reject || v.Cause != CauseCanceled {
		t.Errorf("%v with cause %q", v.Outcome, v.Cause)
	}
}

func TestTVSIsAskedAboutTheSignersCertificate(t *testing.T) {
	c := testCluster()
	tvs := vouching(ctl.RoleSAST)
	file := build(t, ctl.ITL, c.tokenC, []ctl.Entry{c.ccm.as(ctl.RoleSAST), c.tokenC.as(ctl.RoleSAST)})
	Held{ITL: c.heldITL(t)}.JudgeList(context.Background(), ctl.ITL, file, model(t, "7965"), tvs)
	if len(tvs.asked) != 1 || !bytes.Equal(tvs.asked[0], c.tokenC.cert.Raw) {
		t.Errorf("asked about %d certificates", len(tvs.asked))
	}
}

// The list of trust list, section 15, and the published list of another
// installation are taken as first lists.
func TestListsThatAreNotOurs(t *testing.T) {
	example := readHex(t, "../wire/ctl/testdata/example-ctl.hex")
	for _, row := range []listCase{
		{
			situation: "worked example",
			kind:      ctl.CTL, file: example, outcome: Accept, firstUse: true,
			reason: "taken without a check of identity, because the phone holds no CTL; signed by its own SAST record 1",
		},
		{
			situation: "worked example again",
			held:      Held{CTL: parse(t, example)}, kind: ctl.CTL, file: example, outcome: Unchanged,
			reason: "the same 2214 bytes as the held CTL",
		},
		{
			situation: "published list",
			kind:      ctl.ITL, file: readFile(t, "../wire/ctl/testdata/real/ITLFile.tlv"), outcome: Accept, firstUse: true,
			reason: "taken without a check of identity, because the phone holds no ITL; signed by its own SAST record 1",
		},
	} {
		t.Run(row.situation, func(t *testing.T) { row.check(t) })
	}
}

// Judging costs a SHA-256 of the list: its signature has been verified for another phone.
func BenchmarkJudgeListAccept(b *testing.B) {
	c := testCluster()
	held := Held{CTL: c.heldCTL(b), Lists: new(Lists)}
	file := build(b, ctl.CTL, c.tokenB, c.mixed(c.tokenA, c.tokenB))
	b.ReportAllocs()
	for b.Loop() {
		if v := held.JudgeList(context.Background(), ctl.CTL, file, nil, nil); v.Outcome != Accept {
			b.Fatal(v.Reason)
		}
	}
}
