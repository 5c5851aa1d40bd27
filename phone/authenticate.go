package phone

import (
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
)

// capfVersion is the protocol version that phones answer with (CAPF, section
// 4).
const capfVersion = 3

// What a phone may prove its identity with, as errors and hints call it.
const (
	proofString = "authentication string"
	proofNull   = "null string"
	proofLSC    = "LSC"
	proofMIC    = "MIC"
)

// authenticate picks the phone's proof of identity for a CAPF authentication
// mode (CAPF, section 9).
func (e *enrolment) authenticate(p *Phone, mic *Credential, mode cnf.AuthMode) error {
	first, second := p.flash.LSC, mic
	switch mode {
	case cnf.CAPFString:
		e.text, e.proof = &p.id.AuthString, proofString
		return nil
	case cnf.CAPFMIC:
		first, second = mic, p.flash.LSC
	case cnf.CAPFLSC:
	default:
		e.text, e.proof = new(string), proofNull
		return nil
	}
	if e.own = first; e.own == nil {
		e.own = second
	}
	if e.own == nil {
		return failf(CauseLocal, "CAPF asks for an existing certificate, and the phone has neither LSC nor MIC")
	}
	e.proof = proofLSC
	if e.own == mic {
		e.proof = proofMIC
	}
	return nil
}

// introduce is the AUTH_RES.
func (e *enrolment) introduce() (capf.Message, error) {
	answer := capf.AuthResponse(e.session, capfVersion, capf.ReasonSuccess, e.device)
	if e.text != nil {
		answer.Elements = append(answer.Elements, capf.PasswordElement(*e.text))
		return answer, nil
	}
	proof, err := capf.SignCredential(e.device, e.own.Certificate, e.own.Key)
	if err != nil {
		return answer, &failure{cause: CauseLocal, text: "signing the authentication", err: err}
	}
	answer.Elements = append(answer.Elements, proof...)
	return answer, nil
}
