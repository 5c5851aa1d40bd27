package core

import (
	"crypto/x509"
	"fmt"
	"time"

	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
)

// capfState is where a CAPF session stands.
type capfState int

const (
	capfAwaitAuth capfState = iota
	capfAwaitKey
	capfAwaitStore
	capfAwaitFetch
	capfAwaitDelete
	capfDone
)

// String is the state as a trace would name it.
func (s capfState) String() string {
	names := [...]string{"AWAIT_AUTH_RES", "AWAIT_KEY_GEN_RES", "AWAIT_STORE_CERT_RES", "AWAIT_FETCH_CERT_RES", "AWAIT_DELETE_CERT_RES", "DONE"}
	if s < 0 || int(s) >= len(names) {
		return fmt.Sprintf("CAPF_STATE_%d", int(s))
	}
	return "CAPF_STATE_" + names[s]
}

// capfSession is the server's side of one CAPF conversation (CAPF, section 10).
// It is pure: a message in, messages out; its desk is memory.
//
//	state         event                                answer           next
//	-             open                                 AUTH_REQ         await auth
//	await auth    AUTH_RES, device unknown             END 9            done
//	await auth    AUTH_RES, no operation               END 0            done
//	await auth    AUTH_RES, credential wrong           END 7            done
//	await auth    AUTH_RES, install                    KEY_GEN_REQ      await key
//	await auth    AUTH_RES, fetch                      FETCH_CERT_REQ   await fetch
//	await auth    AUTH_RES, delete                     DELETE_CERT_REQ  await delete
//	await key     REQ_IN_PROGRESS                      -                await key
//	await key     KEY_GEN_RES, the key asked for       STORE_CERT_REQ   await store
//	await key     KEY_GEN_RES, another or none         END 7            done
//	await store   STORE_CERT_RES 1                     END 1            done, operation none
//	await store   STORE_CERT_RES, other reason         END 7            done
//	await fetch   FETCH_CERT_RES, any reason           END 0            done, operation none
//	await delete  DELETE_CERT_RES, any reason          END 1            done, operation none
//	any           END_SESSION                          -                done
//	any           wrong session, message out of place  -                done
//	any           unknown command                      -                same
type capfSession struct {
	desk  *capfDesk
	id    uint32 // in every message of both sides
	state capfState

	device *device
	name   string // as the phone gave it, known or not
	doing  Operation
	issued []byte      // DER of the new LSC, until its phone has stored it
	reason capf.Reason // of END_SESSION; ReasonNone before
	fault  string      // why the phone could not prove who it is, for the trace
}

// capfDesk is what every CAPF session shares, as CAPF was started.
type capfDesk struct {
	db        *database
	authority *Authority
	lscs      lscForm
	policy    CAPFPolicy
	trust     trustStore
	now       func() time.Time // of the server, for certificates
}

// open is the first message: the server speaks first.
func (s *capfSession) open() capf.Message {
	return capf.AuthRequest(s.id, capf.Version)
}

// wait is how long the next message may take.
func (s *capfSession) wait(l Limits) time.Duration {
	if s.state == capfAwaitKey {
		return l.CAPFKey
	}
	return l.CAPFMessage
}

// receive takes one message of the phone and returns the answers.
func (s *capfSession) receive(m capf.Message, now time.Time) []capf.Message {
	if m.Session != s.id || m.Command == capf.EndSessionCmd {
		s.state = capfDone
		return nil
	}
	switch {
	case s.state == capfAwaitAuth && m.Command == capf.AuthRes:
		return s.authenticate(m, now)
	case s.state == capfAwaitKey && m.Command == capf.KeyGenRes:
		return s.issue(m)
	case s.state == capfAwaitKey && m.Command == capf.ReqInProgress:
		return nil
	case s.state == capfAwaitStore && m.Command == capf.StoreCertRes:
		if reason, _ := m.Reason(); reason != capf.ReasonSuccess {
			return s.end(capf.ReasonRefused)
		}
		s.device.done(OperationInstall, s.issued)
		return s.end(capf.ReasonSuccess)
	case s.state == capfAwaitFetch && m.Command == capf.FetchCertRes:
		s.fetched(m)
		s.device.done(OperationFetch, nil)
		return s.end(capf.ReasonNone)
	case s.state == capfAwaitDelete && m.Command == capf.DeleteCertRes:
		s.device.done(OperationDelete, nil)
		return s.end(capf.ReasonSuccess)
	case !knownCAPF(m.Command):
		return nil
	}
	s.state = capfDone
	return nil
}

// knownCAPF says whether a phone sends the command in some state.
func knownCAPF(c capf.Command) bool {
	switch c {
	case capf.AuthRes, capf.KeyGenRes, capf.StoreCertRes, capf.FetchCertRes, capf.DeleteCertRes, capf.ReqInProgress:
		return true
	}
	return false
}

func (s *capfSession) end(reason capf.Reason) []capf.Message {
	s.state, s.reason = capfDone, reason
	return []capf.Message{capf.EndSession(s.id, reason)}
}

// authenticate answers AUTH_RES.
func (s *capfSession) authenticate(m capf.Message, now time.Time) []capf.Message {
	s.name, _ = m.DeviceName()
	if s.device = s.desk.db.find(s.name); s.device == nil {
		s.fault = "the device is not in the database"
		return s.end(capf.ReasonUnknownDevice)
	}
	s.doing = s.device.pending()
	if s.doing == OperationNone {
		return s.end(capf.ReasonNone)
	}
	if s.fault = s.doubts(m, now); s.fault != "" {
		return s.end(capf.ReasonRefused)
	}
	switch s.doing {
	case OperationFetch:
		s.state = capfAwaitFetch
		return []capf.Message{capf.FetchRequest(s.id)}
	case OperationDelete:
		s.state = capfAwaitDelete
		return []capf.Message{capf.DeleteRequest(s.id)}
	}
	s.state = capfAwaitKey
	return []capf.Message{capf.KeyGenRequest(s.id, s.desk.policy.Key)}
}

// doubts says what is wrong with the credential in AUTH_RES, nothing when it is
// good (CAPF, sections 7 and 9).
func (s *capfSession) doubts(m capf.Message, now time.Time) string {
	password, _ := m.Password()
	switch s.device.profile().Auth {
	case cnf.CAPFString:
		if !s.device.typed(password, now) {
			return "the authentication string is not that of the device, or too many were wrong in a row"
		}
		return ""
	case cnf.CAPFNullString:
		if password != "" {
			return "an authentication string where none is expected"
		}
		return ""
	case cnf.CAPFLSC, cnf.CAPFMIC:
		cert, err := capf.VerifyCredential(&m)
		switch {
		case err != nil:
			return err.Error()
		case !certificateNames(cert, s.name):
			return fmt.Sprintf("the certificate is that of %s", cert.Subject)
		case !s.desk.trust.vouches(cert):
			return fmt.Sprintf("no CA in CAPF-trust has issued the certificate of %s, but %s", cert.Subject, cert.Issuer)
		case !s.desk.trust.issuedLSC(cert):
			s.device.seen(cert.Raw)
		}
		return ""
	}
	return "the device's authentication mode lets nobody in"
}

// fetched notes the MIC that a phone without an LSC shows, so that its
// configuration can be encrypted.
func (s *capfSession) fetched(m capf.Message) {
	der, err := m.Certificate()
	if err != nil {
		return
	}
	cert, err := x509.ParseCertificate(der)
	if err == nil && certificateNames(cert, s.name) && s.desk.trust.vouches(cert) && !s.desk.trust.issuedLSC(cert) {
		s.device.seen(cert.Raw)
	}
}

// issue answers KEY_GEN_RES.
func (s *capfSession) issue(m capf.Message) []capf.Message {
	pub, err := m.PublicKey()
	if err != nil {
		return s.end(capf.ReasonRefused)
	}
	if spec, err := capf.SpecOf(pub); err != nil || spec != s.desk.policy.Key {
		return s.end(capf.ReasonRefused)
	}
	life := orDefault(s.desk.policy.Lifetime, lscLifetime)
	if s.issued, err = s.desk.lscs.issue(s.desk.authority, s.name, pub, s.desk.now(), life); err != nil {
		return s.end(capf.ReasonRefused)
	}
	s.state = capfAwaitStore
	return []capf.Message{capf.StoreRequest(s.id, capf.LSC, s.issued)}
}
