package phone

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"strings"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

const configRule = "CCM+TFTP and TFTP records of the held CTL and ITL sign configuration"

// signers of configuration are TFTP and CCM+TFTP records; neither a
// CallManager's nor a SAST's own record is enough.
var configRoles = [...]ctl.Role{ctl.RoleCCMTFTP, ctl.RoleTFTP}

// JudgeConfig decides about a configuration that was fetched under the name
// requested ("" takes the name inside for granted). Names that end in ".sgn"
// are signed files, by the steps of signed configuration, section 3:
//
//	1  parse                                      4  the key of that record decides
//	2  find the signer among TFTP and CCM+TFTP    5  the name inside is the one asked for
//	3  else ask TVS for the signer's certificate
//
// Under any other name the file is not signed, and a phone that signed files
// are made for (Signs) refuses it. A nil model and a nil tvs mean the same as
// for JudgeList.
func (h Held) JudgeConfig(ctx context.Context, requested string, file []byte, m *Model, tvs Asker) ConfigVerdict {
	h = h.of(m)
	j := configJudgement{judgement: judgement{held: h, model: m, trace: h.Trace}, requested: requested}
	if requested != "" && !strings.HasSuffix(requested, ".sgn") {
		return j.unsigned(file)
	}
	envelope, err := signed.Parse(file)
	if err != nil {
		return j.malformed(file, err)
	}
	j.trace.parsed(envelope, nil)
	j.envelope, j.Signer, j.Digest = envelope, envelope.Signer, envelope.Digest
	fault, ok := supported(envelope)
	if j.trace.algorithms(envelope, ok); !ok {
		return j.reject(CauseMalformed, fault)
	}
	who := h.configSigners()
	j.trace.signers(h.known(who, false), who, configRule)
	signer, err := who.named(envelope.Signer, nil, j.trace).verify(envelope, nil, (*signed.Envelope).Verify, j.trace)
	switch {
	case err == nil:
		j.signer, j.certified = signer, signer.record.Certificate
	case !errors.Is(err, errNobody):
		return j.reject(CauseUntrusted, j.badSignature(envelope, signer, err))
	default:
		if cause := j.askTVS(ctx, tvs); cause != "" {
			return j.reject(cause, j.unknownSigner())
		}
		err := j.verifyWith(j.certified)
		if j.trace.signature(envelope, err); err != nil {
			return j.reject(CauseUntrusted, j.badTVSSignature(err))
		}
	}
	if j.trace.name(envelope.Filename, requested); requested != "" && envelope.Filename != requested {
		return j.rejectName()
	}
	return j.accept()
}

// askTVS asks about the signer: for a verdict if the phone knows the
// certificate in another role, else for the certificate itself. It returns the
// cause of a refusal, or "" and the certificate.
func (j *configJudgement) askTVS(ctx context.Context, tvs Asker) Cause {
	if !j.mayAsk() || tvs == nil {
		j.trace.notAsked(&j.judgement, configRoles[:]...)
		return CauseUntrusted
	}
	known, about := j.knownCertificate()
	var answer TVSAnswer
	var err error
	if known != nil {
		answer, err = tvs.Ask(ctx, known)
	} else if answer, err = tvs.Find(ctx, j.Signer); err == nil {
		known = answer.Certificate
	}
	j.heard(about, answer, err)
	switch {
	case ctx.Err() != nil:
		return CauseCanceled
	case err != nil || !answer.Valid || !slices.ContainsFunc(answer.Roles, isConfigRole):
		return CauseUntrusted
	}
	j.certified = known
	return ""
}

func isConfigRole(r ctl.Role) bool { return slices.Contains(configRoles[:], r) }

// knownCertificate is the signer's certificate if a held list has it in a role
// that does not sign configuration.
func (j *configJudgement) knownCertificate() ([]byte, voucher) {
	for _, v := range j.held.everything().named(j.Signer, nil, nil) {
		if der := v.record.Certificate; der != nil && valid(v.record) && j.verifyWith(der) == nil {
			return der, v
		}
	}
	return nil, voucher{}
}

// verifyWith holds the file against a certificate, which must also be the one
// that the header names.
func (j *configJudgement) verifyWith(der []byte) error {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	if !bytes.Equal(signed.SerialBytes(cert.SerialNumber), j.Signer.Serial) {
		return errOtherCertificate
	}
	return j.envelope.Verify(cert.PublicKey)
}

var errOtherCertificate = errors.New("the certificate has another serial number")
