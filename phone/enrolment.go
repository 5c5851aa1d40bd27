package phone

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/phonebank/phonebank/wire/capf"
)

// enrolment is the phone's side of a CAPF session (CAPF, section 10) as a plain
// state machine: a message in, messages out. Making a key takes time and is
// left to the driver: it sees asked, sets key and calls keyMade.
//
//	state      | event            | send                                  | next
//	-----------+------------------+---------------------------------------+-----------
//	waitAuth   | AUTH_REQ         | AUTH_RES                              | waitOp
//	waitOp     | KEY_GEN_REQ      | (REQ_IN_PROGRESS, then) KEY_GEN_RES   | waitStore
//	waitOp     | KEY_GEN_REQ for a key that the model cannot make: END_SESSION 7 | closed
//	waitOp     | FETCH_CERT_REQ   | FETCH_CERT_RES 1 and certificate, or 7| waitEnd
//	waitOp     | DELETE_CERT_REQ  | DELETE_CERT_RES 1, or 7 without LSC   | waitEnd
//	waitStore  | STORE_CERT_REQ   | STORE_CERT_RES 1, or 7 for a stranger's certificate | waitEnd
//	any        | RETRY_LATER      | -                                     | closed
//	any        | END_SESSION      | -                                     | closed
//	any        | unknown command  | -                                     | same
//	any        | wrong session id, or a command out of turn: an error
type enrolment struct {
	device  string
	model   *Model
	own     *Credential // proves the phone's identity, nil when a string does
	lscHeld *Credential
	fetched *Credential // what FETCH_CERT_REQ gets: the LSC, else the MIC; nil without either
	text    *string     // password, nil: none is sent
	proof   string      // what own or text is, in words

	state   enrolState
	session uint32
	asked   *capf.KeySpec // a key is wanted
	spec    capf.KeySpec
	key     crypto.Signer

	lsc     *Credential // stored
	deleted bool
	shown   bool
	refused error
	reason  capf.Reason
	doubted bool // CAPF ended the session where it should have said what to do
	later   *retryLater
}

type enrolState int

const (
	waitAuth enrolState = iota
	waitOp
	waitStore
	waitEnd
	enrolClosed
)

func (s enrolState) String() string {
	return [...]string{
		"waiting for AUTH_REQ", "waiting for an operation", "waiting for STORE_CERT_REQ", "waiting for END_SESSION", "closed",
	}[s]
}

// retryLater is the server's wish to be left alone for a while.
type retryLater struct{ wait time.Duration }

func (r *retryLater) Error() string { return fmt.Sprintf("core asked to retry in %v", r.wait) }

// newEnrolment decides how the phone will prove who it is.
func (b *boot) newEnrolment() (*enrolment, error) {
	e := &enrolment{device: string(b.id.Name), model: b.id.Model, lscHeld: b.flash.LSC}
	mic, err := b.factoryCertificate()
	if err != nil {
		return nil, err
	}
	if e.fetched = b.flash.LSC; e.fetched == nil {
		e.fetched = mic
	}
	return e, e.authenticate(b.Phone, mic, b.config.CAPFAuthMode)
}

func (e *enrolment) over() bool { return e.state == enrolClosed }

// handle takes the next message from the server; send is called with the
// answer, if there is one.
func (e *enrolment) handle(m capf.Message, send func(capf.Message) error) error {
	if e.state != waitAuth && m.Session != e.session {
		return failf(CauseMalformed, "%s: session id %d, not %d", m.Command, m.Session, e.session)
	}
	switch m.Command {
	case capf.AuthReq:
		if e.state != waitAuth {
			return e.outOfTurn(m)
		}
		e.session, e.state = m.Session, waitOp
		answer, err := e.introduce()
		if err != nil {
			return err
		}
		return send(answer)
	case capf.EndSessionCmd:
		reason, ok := m.Reason()
		if !ok {
			return failf(CauseMalformed, "END_SESSION without REASON")
		}
		e.doubted = e.state == waitOp
		e.reason, e.state = reason, enrolClosed
	case capf.RetryLaterCmd:
		wait, ok := m.RetryDelay()
		if !ok {
			wait = defaultRetryLater
		}
		e.later, e.state = &retryLater{wait: wait}, enrolClosed
	case capf.KeyGenReq, capf.FetchCertReq, capf.DeleteCertReq:
		if e.state != waitOp {
			return e.outOfTurn(m)
		}
		return e.operate(m, send)
	case capf.StoreCertReq:
		if e.state != waitStore {
			return e.outOfTurn(m)
		}
		e.state = waitEnd
		return e.store(m, send)
	}
	return nil
}

// defaultRetryLater is the wait when RETRY_LATER does not say one.
const defaultRetryLater = 30 * time.Second

func (e *enrolment) outOfTurn(m capf.Message) error {
	return failf(CauseMalformed, "%s while %s", m.Command, e.state)
}

func (e *enrolment) operate(m capf.Message, send func(capf.Message) error) error {
	switch m.Command {
	case capf.FetchCertReq:
		e.state, e.shown = waitEnd, e.fetched != nil
		if e.fetched == nil {
			return send(capf.FetchResponse(e.session, capf.ReasonRefused, nil))
		}
		return send(capf.FetchResponse(e.session, capf.ReasonSuccess, e.fetched.Certificate))
	case capf.DeleteCertReq:
		e.state, e.deleted = waitEnd, e.lscHeld != nil
		if e.lscHeld == nil {
			return send(capf.DeleteResponse(e.session, capf.ReasonRefused))
		}
		return send(capf.DeleteResponse(e.session, capf.ReasonSuccess))
	}
	spec, err := m.KeySpec()
	if err == nil {
		err = e.model.CanMake(spec)
	}
	if err != nil { // refused before anything is computed
		e.state, e.refused = enrolClosed, err
		return send(capf.EndSession(e.session, capf.ReasonRefused))
	}
	e.asked, e.spec = &spec, spec
	return nil
}

// keyMade is called when the key that was asked for is in place.
func (e *enrolment) keyMade() (capf.Message, error) {
	e.asked, e.state = nil, waitStore
	return capf.KeyGenResponse(e.session, e.key.Public())
}

// store accepts a certificate for the key that was just made and no other.
func (e *enrolment) store(m capf.Message, send func(capf.Message) error) error {
	der, err := m.Certificate()
	if err != nil {
		return &failure{cause: CauseMalformed, text: "STORE_CERT_REQ", err: err}
	}
	if err := certifies(der, e.key.Public()); err != nil {
		e.refused = err
		return send(capf.StoreResponse(e.session, capf.ReasonRefused))
	}
	e.lsc = &Credential{Certificate: bytes.Clone(der), Key: e.key}
	return send(capf.StoreResponse(e.session, capf.ReasonSuccess))
}

func certifies(der []byte, key crypto.PublicKey) error {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return fmt.Errorf("CAPF issued a certificate that does not parse: %w", err)
	}
	if own, ok := key.(interface{ Equal(crypto.PublicKey) bool }); !ok || !own.Equal(certificate.PublicKey) {
		return fmt.Errorf("CAPF issued a certificate for another key, serial %X", certificate.SerialNumber)
	}
	return nil
}

// verdict is the outcome of a session that has ended.
func (e *enrolment) verdict() error {
	switch {
	case e.later != nil:
		return &failure{cause: CauseRejected, text: "CAPF", err: e.later}
	case e.refused != nil:
		return &failure{cause: CauseRejected, text: "the phone refused", err: e.refused}
	case e.reason == capf.ReasonNone || e.reason == capf.ReasonSuccess:
		return nil
	case e.lsc != nil:
		return failf(CauseRejected, "CAPF ended the session with reason %s after the certificate was stored", e.reason)
	case e.doubted && e.reason == capf.ReasonRefused:
		return failf(CauseRejected, "CAPF ended the session with reason %s after the phone had authenticated by %s", e.reason, e.proof)
	}
	return failf(CauseRejected, "CAPF ended the session with reason %s", e.reason)
}
