package phone

import (
	"encoding/hex"
	"fmt"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// TraceStep is one step of a decision of trust, told by the decision itself
// while it is taken (Held.Trace). Offsets are bytes from the start of the file.
type TraceStep struct {
	Step    string        `json:"step"` // parse, limits, identical, algorithms, signers, serial, issuer, key, signature, TVS, name, open, outcome
	Text    string        `json:"text"` // what was found
	Items   []TraceItem   `json:"items,omitempty"`
	Records []TraceRecord `json:"records,omitempty"`
	Bytes   []Span        `json:"bytes,omitempty"` // that the signature covers
	Console []string      `json:"console,omitempty"`
}

// TraceItem is an item of the header.
type TraceItem struct {
	Offset int    `json:"offset"`
	Tag    int    `json:"tag"`
	Name   string `json:"name"`
	Length int    `json:"length"` // of the value; 0 for padding, which has none
	Value  string `json:"value"`  // text, a number in hex, or the beginning of the bytes
}

// TraceRecord is a record of the file or of a held list.
type TraceRecord struct {
	Holding
	Offset int  `json:"offset"`
	Length int  `json:"length"`
	May    bool `json:"may_sign"`
}

// Span is the bytes First to Last of a file.
type Span struct {
	First int `json:"first"`
	Last  int `json:"last"`
}

// tracer hears the steps of a decision; nil hears nothing, and then a step
// costs no more than finding that out.
type tracer func(TraceStep)

func (t tracer) say(step, format string, args ...any) {
	t(TraceStep{Step: step, Text: fmt.Sprintf(format, args...)})
}

func (t tracer) unparsed(file []byte, err error) {
	if t != nil {
		t.say("parse", "%d bytes, and a fault: %v", len(file), err)
	}
}

func (t tracer) parsed(file *signed.Envelope, records []ctl.Record) {
	if t == nil {
		return
	}
	s := TraceStep{Step: "parse", Text: fmt.Sprintf("header of %d bytes, version %d.%d, %d items; %d bytes in all",
		file.HeaderLength, file.Major, file.Minor, len(file.Items), len(file.Bytes()))}
	for _, it := range file.Items {
		s.Items = append(s.Items, TraceItem{
			Offset: it.Offset, Tag: int(it.Tag), Name: signed.TagName(it.Tag), Length: len(it.Value), Value: valueOf(it),
		})
	}
	for i := range records {
		s.Records = append(s.Records, traceRecord(voucher{record: &records[i]}))
	}
	t(s)
}

// valueOf shows names as text and everything else in hex, cut short.
func valueOf(it signed.Item) string {
	switch it.Tag {
	case signed.TagSignerName, signed.TagCAName, signed.TagFilename:
		return printable(signed.Text(it.Value))
	case signed.TagSerialNumber:
		return signed.SerialText(it.Value[:min(len(it.Value), 32)])
	case signed.TagSignerID, signed.TagSignatureInfo, signed.TagAlgorithmInfo, signed.TagEncryptionInfo, signed.TagIVInfo, signed.TagKeyInfo:
		return "" // the items inside follow
	}
	if len(it.Value) > 8 {
		return hex.EncodeToString(it.Value[:8]) + "…"
	}
	return hex.EncodeToString(it.Value)
}

func traceRecord(v voucher) TraceRecord {
	r := v.record
	name := r.Subject
	if name == "" {
		name = r.DNSName
	}
	return TraceRecord{
		Holding: Holding{List: v.list, Record: r.Number, Role: r.Role.Short(), Name: printable(name), Serial: signed.SerialText(r.Serial)},
		Offset:  r.Offset, Length: r.Length,
	}
}

func (t tracer) limits(list *ctl.List, fault finding, ok bool) {
	switch {
	case t == nil:
	case ok:
		t.say("limits", "%d bytes, %d records; a phone loads %d bytes and %d certificates", list.Size(), len(list.Records), maxListBytes, maxListCertificates)
	default:
		t.say("limits", "%s", fault.reason)
	}
}

func (t tracer) compared(kind ctl.Kind, held *ctl.List, same bool) {
	switch {
	case t == nil:
	case held == nil:
		t.say("identical", "no %s is held", kind)
	case same:
		t.say("identical", "yes: the held %s has the same %d bytes", kind, held.Size())
	default:
		t.say("identical", "no: the held %s has other bytes (%d)", kind, held.Size())
	}
}

func (t tracer) algorithms(file *signed.Envelope, ok bool) {
	if t == nil {
		return
	}
	verdict := "known"
	if !ok {
		verdict = "not both known"
	}
	t.say("algorithms", "digest %d (%v) at offset %d, signature algorithm %d at offset %d: %s", uint8(file.Digest), file.Digest,
		offsetOf(file, signed.TagDigest), file.Algorithm, offsetOf(file, signed.TagAlgorithm), verdict)
}

// signers lists everybody who is known, and who of them may sign.
func (t tracer) signers(known, who circle, rule string) {
	if t == nil {
		return
	}
	s := TraceStep{Step: "signers", Text: rule}
	for _, v := range known {
		r := traceRecord(v)
		r.May = who.has(v.record)
		s.Records = append(s.Records, r)
	}
	t(s)
}

func (t tracer) bySerial(signer signed.Signer, found circle) {
	if t == nil {
		return
	}
	s := TraceStep{Step: "serial", Text: fmt.Sprintf("%s of those has serial %s", countOf(found), signer.SerialString())}
	for _, v := range found {
		r := traceRecord(v)
		r.May = true
		s.Records = append(s.Records, r)
	}
	t(s)
}

func countOf(c circle) string {
	switch len(c) {
	case 0:
		return "none"
	case 1:
		return "one"
	}
	return fmt.Sprint(len(c))
}

func (t tracer) issuer(v voucher, same bool) {
	if t == nil {
		return
	}
	verdict := "is the signer's"
	if !same {
		verdict = "is another"
	}
	t.say("issuer", "of %s %s", place(v), verdict)
}

func (t tracer) key(v voucher, err error) {
	switch {
	case t == nil:
	case err != nil:
		t.say("key", "%s has no usable key: %v", place(v), err)
	default:
		t.say("key", "that of %s, %s", place(v), describe(v.record))
	}
}

// signature says over which bytes it was checked: all but the SIGNATURE item.
func (t tracer) signature(file *signed.Envelope, err error) {
	if t == nil {
		return
	}
	from, to := file.SignatureItem()
	last := len(file.Bytes()) - 1
	s := TraceStep{Step: "signature", Bytes: []Span{{0, from - 1}, {to, last}}}
	verdict := "it holds"
	if err != nil {
		verdict = err.Error()
	}
	s.Text = fmt.Sprintf("%v over bytes 0–%d and %d–%d, %d bytes of SIGNATURE cut out: %s", file.Digest, from-1, to, last, to-from, verdict)
	t(s)
}

func (t tracer) notAsked(j *judgement, wanted ...ctl.Role) {
	if t != nil {
		t.say("TVS", "not asked: %s", j.tvsSays(wanted...))
	}
}

// asked says what was asked and what came of it; the console lines say of whom.
// The question is about a certificate that the phone has, or, when about is
// empty, for that of the signer.
func (t tracer) asked(about voucher, answer TVSAnswer, err error) {
	if t == nil {
		return
	}
	question := "QUERY_CERT_REQ for the signer's certificate"
	if about.record != nil {
		question = fmt.Sprintf("CERT_VERIFICATION_REQ about %s, %d bytes of certificate", place(about), len(about.record.Certificate))
	}
	s := TraceStep{Step: "TVS"}
	switch {
	case err != nil:
		s.Text = fmt.Sprintf("%s: %v", question, err)
	case !answer.Valid:
		s.Text = fmt.Sprintf("%s: %s answers invalid", question, answer.Server)
	default:
		s.Text = fmt.Sprintf("%s: %s answers valid, roles %s, to be kept for %v", question, answer.Server, roleNames("and", answer.Roles), answer.TTL)
	}
	if answer.Cached {
		s.Text += " (remembered)"
	}
	for _, line := range answer.Console {
		s.Console = append(s.Console, line.Text)
	}
	t(s)
}

func (t tracer) name(inside, requested string) {
	if t != nil && requested != "" {
		t.say("name", "%s inside, %s was asked for", quoted(inside), requested)
	}
}

func (t tracer) opened(err error) {
	switch {
	case t == nil:
	case err != nil:
		t.say("open", "%v", err)
	default:
		t.say("open", "the phone's key opens it")
	}
}

func (t tracer) outcome(v Verdict) {
	switch {
	case t == nil:
	case v.Outcome == Reject:
		t.say("outcome", "reject, %s (%s): %s", v.Cause, v.Finding, v.Reason)
	default:
		t.say("outcome", "%s: %s", v.Outcome, v.Reason)
	}
}
