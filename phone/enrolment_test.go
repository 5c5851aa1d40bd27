package phone

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/wire/capf"
)

// selfSigned is a credential that nobody needs to trust.
func selfSigned(t testing.TB, name string) *Credential {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &Credential{Certificate: der, Key: key}
}

// TestEnrolmentWalksItsTable holds the machine against the table above its
// type.
func TestEnrolmentWalksItsTable(t *testing.T) {
	const session = 0x01020304
	made, stranger := selfSigned(t, "made"), selfSigned(t, "stranger")
	ec := capf.KeySpec{Type: capf.EC, Curve: capf.P256}
	keyMade := capf.Message{Command: 255} // stands for the driver that has made the key
	other := capf.FetchRequest(session + 1)
	type event struct {
		in     capf.Message
		sends  string // command and reason
		state  enrolState
		failed string
	}
	auth := event{capf.AuthRequest(session, 3), "CAPF_MSG_AUTH_RES success", waitOp, ""}
	for _, c := range []struct {
		situation string
		held      *Credential
		model     string
		events    []event
		verdict   string
	}{
		{"install", nil, "8945", []event{
			auth,
			{capf.KeyGenRequest(session, ec), "", waitOp, ""},
			{keyMade, "CAPF_MSG_KEY_GEN_RES", waitStore, ""},
			{capf.StoreRequest(session, capf.LSC, made.Certificate), "CAPF_MSG_STORE_CERT_RES success", waitEnd, ""},
			{capf.EndSession(session, capf.ReasonSuccess), "", enrolClosed, ""},
		}, ""},
		{"a certificate for another key", nil, "8945", []event{
			auth,
			{capf.KeyGenRequest(session, ec), "", waitOp, ""},
			{keyMade, "CAPF_MSG_KEY_GEN_RES", waitStore, ""},
			{capf.StoreRequest(session, capf.LSC, stranger.Certificate), "CAPF_MSG_STORE_CERT_RES refused", waitEnd, ""},
			{capf.EndSession(session, capf.ReasonRefused), "", enrolClosed, ""},
		}, "issued a certificate for another key"},
		{"a key that the model cannot make", nil, "7965", []event{
			auth, {capf.KeyGenRequest(session, ec), "CAPF_MSG_END_SESSION refused", enrolClosed, ""},
		}, "cannot make EC keys"},
		{"a key that nobody should make", nil, "8945", []event{
			auth, {capf.KeyGenRequest(session, capf.KeySpec{Bits: 16384}), "CAPF_MSG_END_SESSION refused", enrolClosed, ""},
		}, "16384"},
		{"fetch with a certificate", stranger, "7965", []event{
			auth,
			{capf.FetchRequest(session), "CAPF_MSG_FETCH_CERT_RES success", waitEnd, ""},
			{capf.EndSession(session, capf.ReasonNone), "", enrolClosed, ""},
		}, ""},
		{"fetch without", nil, "7965", []event{
			auth, {capf.FetchRequest(session), "CAPF_MSG_FETCH_CERT_RES refused", waitEnd, ""},
		}, ""},
		{"delete with a certificate", stranger, "7965", []event{
			auth,
			{capf.DeleteRequest(session), "CAPF_MSG_DELETE_CERT_RES success", waitEnd, ""},
			{capf.EndSession(session, capf.ReasonSuccess), "", enrolClosed, ""},
		}, ""},
		{"delete without", nil, "7965", []event{
			auth, {capf.DeleteRequest(session), "CAPF_MSG_DELETE_CERT_RES refused", waitEnd, ""},
		}, ""},
		{"nothing is pending", nil, "7965", []event{
			auth, {capf.EndSession(session, capf.ReasonNone), "", enrolClosed, ""},
		}, ""},
		{"wrong string", nil, "7965", []event{
			auth, {capf.EndSession(session, capf.ReasonRefused), "", enrolClosed, ""},
		}, "ended the session with reason refused after the phone had authenticated by null string"},
		{"refused after the certificate was made", nil, "8945", []event{
			auth,
			{capf.KeyGenRequest(session, ec), "", waitOp, ""},
			{keyMade, "CAPF_MSG_KEY_GEN_RES", waitStore, ""},
			{capf.EndSession(session, capf.ReasonRefused), "", enrolClosed, ""},
		}, "ended the session with reason refused"},
		{"retry later", nil, "7965", []event{
			auth, {capf.RetryLater(session, 5*time.Second), "", enrolClosed, ""},
		}, "core asked to retry in 5s"},
		{"an unknown command", nil, "7965", []event{
			auth, {capf.Message{Command: 99, Session: session}, "", waitOp, ""},
		}, ""},
		{"another session's message", nil, "7965", []event{
			auth, {other, "", waitOp, "session id 16909061, not 16909060"},
		}, ""},
		{"a certificate before a key", nil, "7965", []event{
			auth, {capf.StoreRequest(session, capf.LSC, made.Certificate), "", waitOp, "while waiting for an operation"},
		}, ""},
		{"asked to authenticate twice", nil, "7965", []event{
			auth, {capf.AuthRequest(session, 3), "", waitOp, "CAPF_MSG_AUTH_REQ while waiting for an operation"},
		}, ""},
	} {
		t.Run(c.situation, func(t *testing.T) {
			model, err := FindModel(c.model)
			if err != nil {
				t.Fatal(err)
			}
			e := &enrolment{device: "SEP0011215A1AE3", model: model, lscHeld: c.held, fetched: c.held, text: new(string), proof: proofNull}
			for i, ev := range c.events {
				sent := ""
				send := func(m capf.Message) error {
					sent = m.Command.String()
					if r, ok := m.Reason(); ok {
						sent += " " + r.String()
					}
					return nil
				}
				var err error
				if ev.in.Command == keyMade.Command {
					e.key = made.Key
					var m capf.Message
					if m, err = e.keyMade(); err == nil {
						err = send(m)
					}
				} else {
					err = e.handle(ev.in, send)
				}
				if (err == nil) != (ev.failed == "") || err != nil && !strings.Contains(err.Error(), ev.failed) {
					t.Fatalf("event %d: error %v, want %q", i, err, ev.failed)
				}
				if sent != ev.sends || e.state != ev.state {
					t.Fatalf("event %d: sends %q, %s; want %q, %s", i, sent, e.state, ev.sends, ev.state)
				}
			}
			if err := e.verdict(); (err == nil) != (c.verdict == "") || err != nil && !strings.Contains(err.Error(), c.verdict) {
				t.Errorf("verdict %v, want %q", err, c.verdict)
			}
		})
	}
}
