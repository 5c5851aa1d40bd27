package phone

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// badSignature: a held record names the signer, but its key did not sign.
func (j *judgement) badSignature(file *signed.Envelope, v voucher, err error) finding {
	problem := "the signature does not verify with the key of"
	if errors.Is(err, signed.ErrUnsupported) {
		problem = fmt.Sprintf("the signature cannot be checked (%v) with the key of", err)
	}
	reason := fmt.Sprintf("%s %s, %s", problem, describe(v.record), place(v))
	if own := j.impostor(v); own != nil {
		reason += fmt.Sprintf("; record %d of the new list claims the same serial with another certificate", own.Number)
	}
	return finding{
		class: FindingBadSignature, reason: reason, where: at(file, signed.TagSignature).against(v), holds: circle{v},
		fix: "Have the file signed again with that key: it was changed after signing, or another key signed it. No hands on the phone are needed.",
	}
}

// impostor is the new list's own record that fits its signature, but is not
// the held one.
func (j *judgement) impostor(v voucher) *ctl.Record {
	if j.List == nil || v.list == "" {
		return nil
	}
	own := j.List.SignedByRecord()
	if own == nil || v.record.Is(own.Certificate) {
		return nil
	}
	return own
}

// badOwnSignature: no held list names the signer, and the list is not even
// what it says it is.
func (j *judgement) badOwnSignature(own *ctl.Record, err error) finding {
	return finding{
		class: FindingBadSignature, where: at(j.List.Envelope, signed.TagSignature).against(voucher{record: own}), holds: j.electors().records(ctl.RoleSAST),
		reason: fmt.Sprintf("signed in the name of %s, %s; the signature does not even fit the list's own %s: %v",
			named(j.Signer), j.electors().unnamed(ctl.RoleSAST), numbered(own), err),
		fix: "Have the list signed again, by a SAST that the phone holds: it was changed after signing, or another key signed it. No hands on the phone are needed.",
	}
}

// unknownSigner: nobody the phone trusts vouches for the signer of a list. own
// is the list's own record for its signer, nil if it has none.
func (j *judgement) unknownSigner(own *ctl.Record) finding {
	who, firstUse, _ := j.held.listSigners(j.Kind, j.List)
	if firstUse {
		return finding{
			class: FindingUnknownSigner, where: at(j.List.Envelope, signed.TagSerialNumber),
			reason: fmt.Sprintf("signed by %s, for whom the list itself has no SAST record", named(j.Signer)),
			fix:    "Have the list written again with its signer among the SASTs. No hands on the phone are needed.",
		}
	}
	parts := []string{fmt.Sprintf("signed by %s, %s", named(j.Signer), j.electors().unnamed(ctl.RoleSAST))}
	parts = append(parts, j.asOther(who, map[ctl.Kind]string{ctl.CTL: "a CTL", ctl.ITL: "an ITL"}[j.Kind])...)
	says := "the new list does not bring its signer's certificate, so that nobody can be asked about it"
	if own != nil && len(own.Certificate) > 0 {
		says = j.tvsSays(ctl.RoleSAST)
	}
	fix, hands := j.cureSigner(len(who.only(ctl.RoleSAST)) > 0)
	return finding{
		class: FindingUnknownSigner, where: at(j.List.Envelope, signed.TagSerialNumber), holds: who.only(ctl.RoleSAST), tvs: says,
		reason: strings.Join(append(parts, says), "; "), fix: fix, hands: hands,
	}
}

// cureSigner says what a list needs to be taken, and whether somebody must go
// to the phone if its signer stays.
func (j *judgement) cureSigner(holdsSAST bool) (fix string, needsHands bool) {
	const sign = "Have the list signed by a SAST that the phone holds"
	if j.mayAsk() && j.held.namesTVS() {
		if holdsSAST {
			return sign + ", or have a TVS server of its ITL vouch for the signer. Hands on the phone are needed only if neither can be done: then its lists must be erased.", false
		}
		return "Have a TVS server of the phone's ITL vouch for the signer as SAST. Hands on the phone are needed only if none can: then its lists must be erased.", false
	}
	hands := fmt.Sprintf("the %s must be deleted on the phone by hand, because without a TVS record in its ITL it cannot ask TVS.", j.Kind)
	if !j.mayAsk() {
		hands = fmt.Sprintf("the %s must be deleted on the phone by hand, because a %s cannot ask TVS.", j.Kind, j.model.Name)
	}
	if holdsSAST {
		return sign + ". Hands on the phone are needed only if none of their keys is left: then " + hands, true
	}
	return "Nobody can sign for this phone: " + hands, true
}

// asOther names the records that know the signer, but do not help: they have
// no right to sign what was signed, or no usable key.
func (j *judgement) asOther(who circle, what string) []string {
	var powerless, broken []string
	for _, v := range j.held.everything() {
		if len(v.record.Serial) == 0 || !bytes.Equal(v.record.Serial, j.Signer.Serial) {
			continue
		}
		if !who.has(v.record) {
			powerless = append(powerless, place(v))
			continue
		}
		problem := "another issuer"
		if _, err := v.record.Key(); err != nil {
			problem = fmt.Sprintf("no usable key (%v)", err)
		}
		broken = append(broken, fmt.Sprintf("%s has that serial, but %s", place(v), problem))
	}
	if len(powerless) > 0 {
		broken = append(broken, fmt.Sprintf("that serial is %s, with no right to sign %s", enumerate("and", powerless), what))
	}
	return broken
}

// electors are the lists whose SASTs decide about the new one.
func (j *judgement) electors() Held {
	if j.Kind == ctl.CTL && j.held.StrictCTL {
		return Held{CTL: j.held.CTL}
	}
	return j.held
}

// tvsSays is what came of asking about the signer.
func (j *judgement) tvsSays(wanted ...ctl.Role) string {
	switch {
	case j.TVS != nil && !j.TVS.Valid:
		return fmt.Sprintf("TVS %s does not know the signer", j.TVS.Server)
	case j.TVS != nil && slices.ContainsFunc(j.TVS.Roles, func(r ctl.Role) bool { return slices.Contains(wanted, r) }):
		return fmt.Sprintf("TVS %s knows the signer as %s", j.TVS.Server, roleNames("and", j.TVS.Roles))
	case j.TVS != nil:
		return fmt.Sprintf("TVS %s knows the signer as %s, not as %s", j.TVS.Server, roleNames("and", j.TVS.Roles), roleNames("or", wanted))
	case j.TVSErr != nil:
		return fmt.Sprintf("TVS did not help: %v", j.TVSErr)
	case !j.mayAsk():
		return fmt.Sprintf("a %s cannot ask TVS", j.model.Name)
	default:
		return "the phone knows no TVS server"
	}
}

func (c circle) only(role ctl.Role) circle {
	var some circle
	for _, v := range c {
		if v.record.Role == role {
			some = append(some, v)
		}
	}
	return some
}

func (c circle) has(r *ctl.Record) bool {
	for _, v := range c {
		if v.record == r {
			return true
		}
	}
	return false
}
