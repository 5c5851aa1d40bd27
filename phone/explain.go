package phone

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// finding is what is wrong with a file, and what would cure it. All of them
// are made in this file and the next, so that a run, a boot and the command
// line explain a refusal in the same words.
type finding struct {
	class       Finding
	reason, fix string
	hands       bool // what the server now signs with needs hands on the phone
	where       Place
	holds       circle // whom the phone would have believed instead
	tvs         string // what came of TVS, or why it was not asked
}

// judgement is a verdict in the making.
type judgement struct {
	Verdict
	held  Held
	model *Model // nil: any phone with security by default
	trace tracer
}

// mayAsk says whether the model knows TVS.
func (j *judgement) mayAsk() bool { return j.model == nil || j.model.SecurityByDefault }

func (j *judgement) reject(cause Cause, f finding) Verdict {
	j.Outcome, j.Cause, j.Reason, j.Fix = Reject, cause, f.reason, f.fix
	j.Finding, j.Hands, j.Where, j.Holds, j.TVSSays = f.class, f.hands, f.where, holdings(f.holds), f.tvs
	j.Status = StatusListUpdateFailed
	if j.List != nil {
		j.Console = append(j.Console, ownLineRefused(j.List.HeaderLength))
	}
	j.trace.outcome(j.Verdict)
	return j.Verdict
}

func (j *judgement) take(r *ctl.Record, reason string) Verdict {
	j.Outcome, j.Record, j.Reason = Accept, r, reason
	j.Status = StatusListUpdated
	j.Console = append(j.Console, lineVerified(j.List.HeaderLength))
	if j.mayAsk() && j.held.ITL != nil {
		j.Console = append(j.Console, lineTVSFlushed())
	}
	j.trace.outcome(j.Verdict)
	return j.Verdict
}

func (j *judgement) accept(v voucher) Verdict {
	return j.take(v.record, fmt.Sprintf("signed by %s, %s", describe(v.record), place(v)))
}

func (j *judgement) acceptFirstUse(v voucher) Verdict {
	j.FirstUse = true
	why := fmt.Sprintf("the phone holds no %s", j.Kind)
	switch {
	case j.Kind == ctl.ITL && j.held.ITL != nil:
		why = "the held ITL is one for rollback, which trusts any next ITL"
	case j.Kind == ctl.CTL && j.held.ITL != nil:
		why = "the phone holds no CTL, and its ITL has no say in the first one"
	}
	return j.take(v.record, fmt.Sprintf("taken without a check of identity, because %s; signed by its own %s", why, numbered(v.record)))
}

func (j *judgement) acceptTVS() Verdict {
	return j.take(nil, fmt.Sprintf("signed by %s, for whom TVS %s vouches as SAST", named(j.Signer), j.TVS.Server))
}

func (j *judgement) unchanged(held *ctl.List) Verdict {
	j.Outcome = Unchanged
	j.Reason = fmt.Sprintf("the same %d bytes as the held %s", held.Size(), j.Kind)
	j.Console = append(j.Console, ownLineUnchanged())
	j.trace.outcome(j.Verdict)
	return j.Verdict
}

// heard keeps what TVS said about a certificate.
func (j *judgement) heard(about voucher, answer TVSAnswer, err error) {
	j.trace.asked(about, answer, err)
	j.Console = append(j.Console, answer.Console...)
	if err != nil {
		j.TVSErr = err
		return
	}
	j.TVS = &answer
}

// Faults of the file itself. They are cured on the server.

func (j *judgement) malformed(file []byte, err error) Verdict {
	j.trace.unparsed(file, err)
	v := j.reject(CauseMalformed, finding{
		class: FindingMalformed, where: faultAt(err),
		reason: fmt.Sprintf("the file is no trust list%s: %v", lookOf(file), err),
		fix:    "Have the list written again and restart TFTP. No hands on the phone are needed.",
	})
	v.Console = append(v.Console, ownLineNoEnvelope(len(file)))
	return v
}

// faultAt is where the fault of a format lies.
func faultAt(err error) Place {
	var fault *signed.FormatError
	if !errors.As(err, &fault) {
		return Place{}
	}
	return Place{Offset: fault.Offset, Field: fault.Field}
}

// lookOf says what a file looks like that does not parse.
func lookOf(file []byte) string {
	trimmed := strings.TrimSpace(string(file[:min(len(file), 64)]))
	switch {
	case len(file) == 0:
		return " but empty"
	case strings.HasPrefix(trimmed, "<"):
		return fmt.Sprintf(" but text that begins %q", trimmed[:min(len(trimmed), 24)])
	}
	return ""
}

func noKind(list *ctl.List) finding {
	return finding{
		class: FindingMalformed, where: at(list.Envelope, signed.TagFilename),
		reason: fmt.Sprintf("FILENAME is %q, which names neither a CTL nor an ITL", printable(list.Filename)),
		fix:    "Say which of the two the file is meant to be.",
	}
}

func tooLong(size int) finding {
	return finding{
		class: FindingTooLarge, where: Place{Offset: maxListBytes, Field: "file"},
		reason: fmt.Sprintf("the list has %d bytes, a phone loads %d at most", size, maxListBytes),
		fix:    "Take certificates out of the list. No hands on the phone are needed.",
	}
}

func tooMany(certificates int) finding {
	return finding{
		class:  FindingTooLarge,
		reason: fmt.Sprintf("the list carries %d certificates, a phone loads %d at most", certificates, maxListCertificates),
		fix:    "Take certificates out of the list. No hands on the phone are needed.",
	}
}

func unsupportedDigest(file *signed.Envelope) finding {
	return finding{
		class: FindingUnsupported, where: at(file, signed.TagDigest),
		reason: fmt.Sprintf("offset %d: the digest is number %d, phones know 1 (sha1) and 3 (sha512)", offsetOf(file, signed.TagDigest), file.Digest),
		fix:    "Have the file signed with SHA-1 or SHA-512. No hands on the phone are needed.",
	}
}

func unsupportedAlgorithm(file *signed.Envelope) finding {
	return finding{
		class: FindingUnsupported, where: at(file, signed.TagAlgorithm),
		reason: fmt.Sprintf("offset %d: the signature algorithm is number %d, phones know 0 (RSA)", offsetOf(file, signed.TagAlgorithm), file.Algorithm),
		fix:    "Have the file signed with an RSA key. No hands on the phone are needed.",
	}
}

func offsetOf(file *signed.Envelope, tag uint8) int {
	i := slices.IndexFunc(file.Items, func(it signed.Item) bool { return it.Tag == tag })
	if i < 0 {
		return 0
	}
	return file.Items[i].Offset
}
