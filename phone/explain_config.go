package phone

import (
	"fmt"
	"strings"

	"github.com/phonebank/phonebank/wire/signed"
)

// configJudgement is the verdict on a configuration in the making.
type configJudgement struct {
	judgement
	requested string
	envelope  *signed.Envelope
	signer    voucher // zero when TVS vouches
	certified []byte  // DER
	payload   []byte
}

func (j *configJudgement) verdict() ConfigVerdict {
	return ConfigVerdict{Verdict: j.Verdict, Envelope: j.envelope, Payload: j.payload, Certified: j.certified, trace: j.trace}
}

func (j *configJudgement) reject(cause Cause, f finding) ConfigVerdict {
	if j.envelope != nil {
		j.Console = append(j.Console, ownLineRefused(j.envelope.HeaderLength))
	}
	return j.refuse(cause, f)
}

// rejectName refuses a file whose signature is good, but whose name is not.
func (j *configJudgement) rejectName() ConfigVerdict {
	j.Console = append(j.Console, lineVerified(j.envelope.HeaderLength), ownLineOtherName(j.requested))
	return j.refuse(CauseUntrusted, finding{
		class: FindingOtherName, where: at(j.envelope, signed.TagFilename),
		reason: fmt.Sprintf("the file is %s, but the phone asked for %s", quoted(j.envelope.Filename), j.requested),
		fix:    "Serve each phone its own file: the name inside is signed and must be the one asked for. No hands on the phone are needed.",
	})
}

func (j *configJudgement) refuse(cause Cause, f finding) ConfigVerdict {
	j.judgement.reject(cause, f)
	j.Status = statusConfigRefused(j.model, j.requested)
	return j.verdict()
}

func (j *configJudgement) accept() ConfigVerdict {
	j.Outcome, j.Record = Accept, j.signer.record
	j.Console = append(j.Console, lineVerified(j.envelope.HeaderLength))
	if j.envelope.Encryption == nil {
		j.payload = j.envelope.Payload
	}
	if j.Record == nil {
		j.Reason = fmt.Sprintf("signed by %s, for whom TVS %s vouches as %s", named(j.Signer), j.TVS.Server, roleNames("and", j.TVS.Roles))
	} else {
		j.Reason = fmt.Sprintf("signed by %s, %s", describe(j.Record), place(j.signer))
	}
	j.trace.outcome(j.Verdict)
	return j.verdict()
}

// unsigned judges a file that was asked for under a plain name.
func (j *configJudgement) unsigned(file []byte) ConfigVerdict {
	j.trace.signers(j.held.everything(), j.held.configSigners(), "the file is not signed; a phone that holds one of these takes signed files only: "+configRule)
	for _, v := range j.held.records(configRoles[:]...) {
		if identifies(v.record) {
			j.Console = append(j.Console, ownLineUnsignedRefused(j.requested))
			what, mend := "the file is not signed, but the phone", "Serve the file signed, as "+j.requested+".sgn"
			if e, err := signed.Parse(file); err == nil && strings.HasSuffix(e.Filename, ".sgn") {
				what = fmt.Sprintf("the file is signed, but the phone asked for %s, an unsigned file, and", j.requested)
				mend = "Have it asked for by the name inside, " + quoted(e.Filename)
			}
			return j.reject(CauseUntrusted, finding{
				class: FindingUnsigned, where: in(v), holds: j.held.records(configRoles[:]...),
				reason: fmt.Sprintf("%s takes signed files only, because it holds %s (%s)", what, place(v), describe(v.record)),
				fix:    mend + ". No hands on the phone are needed.",
			})
		}
	}
	j.Outcome, j.payload = Accept, file
	j.Reason = "not signed, and the phone holds no TFTP certificate that would ask for signed files"
	j.Console = append(j.Console, lineUnsignedApproved(j.requested))
	j.trace.outcome(j.Verdict)
	return j.verdict()
}

func (j *configJudgement) malformed(file []byte, err error) ConfigVerdict {
	j.trace.unparsed(file, err)
	j.Console = append(j.Console, ownLineNoEnvelope(len(file)))
	return j.reject(CauseMalformed, finding{
		class: FindingMalformed, where: faultAt(err),
		reason: fmt.Sprintf("the file is no signed configuration%s: %v", lookOf(file), err),
		fix:    "Have the server sign the file (restart TFTP). No hands on the phone are needed.",
	})
}

func (j *configJudgement) badTVSSignature(err error) finding {
	return finding{
		class: FindingBadSignature, where: at(j.envelope, signed.TagSignature), tvs: j.tvsSays(configRoles[:]...),
		reason: fmt.Sprintf("signed in the name of %s, but not with the key that TVS %s gives for it: %v", named(j.Signer), j.TVS.Server, err),
		fix:    "Have the file signed again and restart TFTP. No hands on the phone are needed.",
	}
}

// unknownSigner: no TFTP record of the held lists is the signer.
func (j *configJudgement) unknownSigner() finding {
	parts := []string{fmt.Sprintf("signed by %s, %s", named(j.Signer), j.held.unnamed(configRoles[:]...))}
	parts = append(parts, j.asOther(j.held.records(configRoles[:]...), "configuration")...)
	says := j.tvsSays(configRoles[:]...)
	fix := "Give the phone a trust list with the certificate of the TFTP server that signs, or have the file signed with a key its lists name"
	if j.mayAsk() && j.held.ITL != nil {
		fix += ", or have a TVS server of its ITL vouch for the signer"
	}
	return finding{
		class: FindingUnknownSigner, where: at(j.envelope, signed.TagSerialNumber), holds: j.held.records(configRoles[:]...), tvs: says,
		reason: strings.Join(append(parts, says), "; "),
		fix:    fix + ". Hands on the phone are needed only if it takes no new list.",
	}
}

func quoted(name string) string {
	if name == "" {
		return "without a name inside"
	}
	return printable(name)
}
