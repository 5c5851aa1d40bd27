package core

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
)

const testDevice = "SEP001122334455"

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// newDesk is a CAPF with one device for which an operation is pending.
func newDesk(t *testing.T, auth cnf.AuthMode, operation Operation) *capfDesk {
	t.Helper()
	c, err := Config{
		CAPF: CAPFPolicy{Auth: auth, Operation: operation, Key: capf.KeySpec{Bits: 1024}}, AuthString: "12345",
		Devices: []Device{{Name: testDevice}},
	}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	db, err := newDatabase(c)
	if err != nil {
		t.Fatal(err)
	}
	a := testAuthority()
	return &capfDesk{db: db, authority: a, policy: c.CAPF, trust: stored{authority: a}.trust(), now: time.Now}
}

const session = 7

func answerOf(device string, more ...capf.Element) capf.Message {
	return capf.AuthResponse(session, capf.Version, capf.ReasonSuccess, device).With(more...)
}

func keyOf(t *testing.T, pub any) capf.Message {
	t.Helper()
	m, err := capf.KeyGenResponse(session, pub)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// in names what a phone sends, in the words of the table above capfSession.
func in(t *testing.T, event string) capf.Message {
	t.Helper()
	switch event {
	case "AUTH_RES":
		return answerOf(testDevice)
	case "AUTH_RES, device unknown":
		return answerOf("SEP000000000000")
	case "AUTH_RES, credential wrong":
		return answerOf(testDevice, capf.PasswordElement("wrong"))
	case "REQ_IN_PROGRESS":
		return capf.InProgress(session)
	case "KEY_GEN_RES, the key asked for":
		return keyOf(t, phoneKey().Public())
	case "KEY_GEN_RES, another":
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return keyOf(t, key.Public())
	case "KEY_GEN_RES, none":
		return capf.Message{Command: capf.KeyGenRes, Session: session}
	case "STORE_CERT_RES 1":
		return capf.StoreResponse(session, capf.ReasonSuccess)
	case "STORE_CERT_RES 7":
		return capf.StoreResponse(session, capf.ReasonRefused)
	case "FETCH_CERT_RES 7":
		return capf.FetchResponse(session, capf.ReasonRefused, nil)
	case "DELETE_CERT_RES 1":
		return capf.DeleteResponse(session, capf.ReasonSuccess)
	case "DELETE_CERT_RES 7":
		return capf.DeleteResponse(session, capf.ReasonRefused)
	case "END_SESSION":
		return capf.EndSession(session, capf.ReasonNone)
	case "wrong session":
		return capf.InProgress(session + 1)
	case "unknown command":
		return capf.Message{Command: 99, Session: session}
	}
	t.Fatalf("no event %q", event)
	return capf.Message{}
}

// TestCAPFSession walks the table above capfSession.
func TestCAPFSession(t *testing.T) {
	type row struct {
		state     capfState
		operation Operation
		event     string
		answer    string // name of the message, and the reason of END_SESSION
		next      capfState
		left      Operation // what is pending afterwards
	}
	tests := []row{
		{capfAwaitAuth, OperationInstall, "AUTH_RES, device unknown", "CAPF_MSG_END_SESSION 9", capfDone, OperationInstall},
		{capfAwaitAuth, OperationNone, "AUTH_RES", "CAPF_MSG_END_SESSION 0", capfDone, OperationNone},
		{capfAwaitAuth, OperationInstall, "AUTH_RES, credential wrong", "CAPF_MSG_END_SESSION 7", capfDone, OperationInstall},
		{capfAwaitAuth, OperationInstall, "AUTH_RES", "CAPF_MSG_KEY_GEN_REQ", capfAwaitKey, OperationInstall},
		{capfAwaitAuth, OperationFetch, "AUTH_RES", "CAPF_MSG_FETCH_CERT_REQ", capfAwaitFetch, OperationFetch},
		{capfAwaitAuth, OperationDelete, "AUTH_RES", "CAPF_MSG_DELETE_CERT_REQ", capfAwaitDelete, OperationDelete},
		{capfAwaitKey, OperationInstall, "REQ_IN_PROGRESS", "", capfAwaitKey, OperationInstall},
		{capfAwaitKey, OperationInstall, "KEY_GEN_RES, the key asked for", "CAPF_MSG_STORE_CERT_REQ", capfAwaitStore, OperationInstall},
		{capfAwaitKey, OperationInstall, "KEY_GEN_RES, another", "CAPF_MSG_END_SESSION 7", capfDone, OperationInstall},
		{capfAwaitKey, OperationInstall, "KEY_GEN_RES, none", "CAPF_MSG_END_SESSION 7", capfDone, OperationInstall},
		{capfAwaitStore, OperationInstall, "STORE_CERT_RES 1", "CAPF_MSG_END_SESSION 1", capfDone, OperationNone},
		{capfAwaitStore, OperationInstall, "STORE_CERT_RES 7", "CAPF_MSG_END_SESSION 7", capfDone, OperationInstall},
		{capfAwaitFetch, OperationFetch, "FETCH_CERT_RES 7", "CAPF_MSG_END_SESSION 0", capfDone, OperationNone},
		{capfAwaitDelete, OperationDelete, "DELETE_CERT_RES 1", "CAPF_MSG_END_SESSION 1", capfDone, OperationNone},
		{capfAwaitDelete, OperationDelete, "DELETE_CERT_RES 7", "CAPF_MSG_END_SESSION 1", capfDone, OperationNone},
	}
	for _, state := range []capfState{capfAwaitAuth, capfAwaitKey, capfAwaitStore, capfAwaitFetch, capfAwaitDelete} {
		tests = append(tests,
			row{state, OperationInstall, "END_SESSION", "", capfDone, OperationInstall},
			row{state, OperationInstall, "wrong session", "", capfDone, OperationInstall},
			row{state, OperationInstall, "unknown command", "", state, OperationInstall})
		if state != capfAwaitStore { // a message out of place
			tests = append(tests, row{state, OperationInstall, "STORE_CERT_RES 1", "", capfDone, OperationInstall})
		}
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s/%s/%s", tt.state, tt.operation, tt.event), func(t *testing.T) {
			desk := newDesk(t, cnf.CAPFNullString, tt.operation)
			device := desk.db.find(testDevice)
			s := &capfSession{desk: desk, id: session, state: tt.state, name: testDevice, doing: tt.operation}
			if tt.state != capfAwaitAuth {
				s.device = device
			}
			var got string
			for _, m := range s.receive(in(t, tt.event), noon) {
				if m.Session != session {
					t.Errorf("answer for session %d", m.Session)
				}
				got = m.Command.String()
				if reason, ok := m.Reason(); ok {
					got += fmt.Sprint(" ", uint8(reason))
				}
			}
			if got != tt.answer || s.state != tt.next || device.pending() != tt.left {
				t.Errorf("answer %q, state %s, pending %s; want %q, %s, %s", got, s.state, device.pending(), tt.answer, tt.next, tt.left)
			}
		})
	}
}

func TestTheServerSpeaksFirst(t *testing.T) {
	s := &capfSession{id: 1}
	got, err := s.open().Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []byte{0x55, 1, 0, 0, 0, 1, 0, 4, 7, 0, 1, 3} // as real CUCM: CAPF, section 11
	if !slices.Equal(got, want) {
		t.Errorf("% x, want % x", got, want)
	}
}

// TestCAPFCredentials asks who may have an LSC, by mode (CAPF, section 9).
func TestCAPFCredentials(t *testing.T) {
	a := testAuthority()
	lsc, err := a.LSC(testDevice, phoneKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	mic, err := a.Manufacturer.OldMIC(testDevice, "7965", phoneKey())
	if err != nil {
		t.Fatal(err)
	}
	other, err := a.LSC("SEP665544332211", phoneKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := (&Manufacturer{Credential: a.Recovery, now: time.Now}).MIC(testDevice, "7965", phoneKey())
	if err != nil {
		t.Fatal(err)
	}
	prove := func(der []byte) []capf.Element {
		elements, err := capf.SignCredential(testDevice, der, phoneKey())
		if err != nil {
			t.Fatal(err)
		}
		return elements
	}
	forged := prove(lsc)
	forged[1].Value[len(forged[1].Value)-1] ^= 1
	tests := []struct {
		name  string
		auth  cnf.AuthMode
		shows []capf.Element
		want  bool
	}{
		{"the string", cnf.CAPFString, []capf.Element{capf.PasswordElement("12345")}, true},
		{"another string", cnf.CAPFString, []capf.Element{capf.PasswordElement("54321")}, false},
		{"the string and more", cnf.CAPFString, []capf.Element{capf.PasswordElement("123456")}, false},
		{"an empty string where one is asked for", cnf.CAPFString, []capf.Element{capf.PasswordElement("")}, false},
		{"no string where one is asked for", cnf.CAPFString, nil, false},
		{"a null string", cnf.CAPFNullString, []capf.Element{capf.PasswordElement("")}, true},
		{"no password, as real phones do", cnf.CAPFNullString, nil, true},
		{"a string where none is asked for", cnf.CAPFNullString, []capf.Element{capf.PasswordElement("12345")}, false},
		{"an LSC of ours", cnf.CAPFLSC, prove(lsc), true},
		{"a MIC signed with SHA-1", cnf.CAPFMIC, prove(mic), true},
		{"the MIC where the LSC is preferred", cnf.CAPFLSC, prove(mic), true},
		{"no certificate", cnf.CAPFLSC, nil, false},
		{"another phone's certificate", cnf.CAPFLSC, prove(other), false},
		{"a certificate of an unknown issuer", cnf.CAPFMIC, prove(foreign), false},
		{"a signature that is not the key's", cnf.CAPFLSC, forged, false},
		{"a password where a certificate is asked for", cnf.CAPFMIC, []capf.Element{capf.PasswordElement("12345")}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &capfSession{desk: newDesk(t, tt.auth, OperationInstall), id: session}
			answers := s.receive(answerOf(testDevice, tt.shows...), noon)
			if got := answers[0].Command == capf.KeyGenReq; got != tt.want {
				t.Errorf("answered with %s", answers[0].Command)
			}
			if (s.fault == "") != tt.want {
				t.Errorf("the trace would say %q", s.fault)
			}
			// What a MIC has proved is good for a sealed configuration, too.
			_, learned := s.device.sealingKey()
			if (learned != "") != strings.Contains(tt.name, "MIC") {
				t.Errorf("a configuration would be sealed for %q", learned)
			}
		})
	}
}

// TestFetchedCertificates asks what a cluster makes of the certificate that it
// fetches: only the phone's own MIC is news.
func TestFetchedCertificates(t *testing.T) {
	a := testAuthority()
	issued := func(der []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	for _, tt := range []struct {
		name  string
		shows []byte
		want  bool
	}{
		{"the MIC", issued(a.Manufacturer.MIC(testDevice, "7965", phoneKey())), true},
		{"the LSC", issued(a.LSC(testDevice, phoneKey().Public())), false},
		{"another phone's MIC", issued(a.Manufacturer.MIC("SEP665544332211", "7965", phoneKey())), false},
		{"a MIC of an unknown factory", issued((&Manufacturer{Credential: a.Recovery, now: time.Now}).MIC(testDevice, "7965", phoneKey())), false},
		{"no certificate", []byte("MIC"), false},
		{"nothing", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &capfSession{desk: newDesk(t, cnf.CAPFNullString, OperationFetch), id: session}
			s.receive(answerOf(testDevice), noon)
			s.receive(capf.FetchResponse(session, capf.ReasonSuccess, tt.shows), noon)
			if _, learned := s.device.sealingKey(); (learned != "") != tt.want || s.device.pending() != OperationNone {
				t.Errorf("a configuration would be sealed for %q, and %s is pending", learned, s.device.pending())
			}
		})
	}
}

// TestTenWrongStrings is the rule of ten: then even the right one is wrong, for
// ten minutes.
func TestTenWrongStrings(t *testing.T) {
	desk := newDesk(t, cnf.CAPFString, OperationInstall)
	try := func(password string, now time.Time) capf.Command {
		s := &capfSession{desk: desk, id: session}
		return s.receive(answerOf(testDevice, capf.PasswordElement(password)), now)[0].Command
	}
	for range 9 {
		try("wrong", noon)
	}
	if try("12345", noon) != capf.KeyGenReq {
		t.Fatal("nine wrong strings already lock the device")
	}
	for range 10 {
		try("wrong", noon)
	}
	if try("12345", noon.Add(lockout-time.Second)) != capf.EndSessionCmd {
		t.Error("the right string passes before ten minutes are over")
	}
	if try("12345", noon.Add(lockout)) != capf.KeyGenReq {
		t.Error("the right string does not pass after ten minutes")
	}
}

// TestInstallIssuesTheCertificate follows an install to its LSC.
func TestInstallIssuesTheCertificate(t *testing.T) {
	desk := newDesk(t, cnf.CAPFNullString, OperationInstall)
	s := &capfSession{desk: desk, id: session}
	if spec, err := s.receive(answerOf(testDevice), noon)[0].KeySpec(); err != nil || spec.Bits != 1024 {
		t.Fatalf("asked for %s (%v)", spec, err)
	}
	store := s.receive(keyOf(t, phoneKey().Public()), noon)[0]
	der, err := store.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if cert.Subject.CommonName != testDevice || !samePublicKey(cert.PublicKey, phoneKey().Public()) {
		t.Errorf("issued for %s", cert.Subject)
	}
	device := desk.db.find(testDevice)
	if device.lsc != nil {
		t.Error("the certificate counts before the phone has stored it")
	}
	s.receive(capf.StoreResponse(session, capf.ReasonSuccess), noon)
	if !slices.Equal(device.lsc, der) {
		t.Error("the stored certificate is not known")
	}
}
