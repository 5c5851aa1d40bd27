package phone

import (
	"errors"
	"fmt"
	"strings"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// Explanation is why a phone decided as it did about a trust list, a
// configuration or a TLS server, and what to do when it refused. The command
// line, a boot and the result of a run all print this one value. Its texts are
// fit for a terminal; its JSON is a contract: fields are added, never renamed.
type Explanation struct {
	About         string        `json:"about"`   // CTL, ITL, configuration, CAPF server, CallManager, TVS server
	Finding       Finding       `json:"finding"` // of a refusal: its class
	Cause         Cause         `json:"cause"`   // of a refusal: untrusted, malformed or canceled
	Reason        string        `json:"reason"`  // one sentence
	Fix           string        `json:"fix"`     // of a refusal: what would cure it
	Hands         bool          `json:"hands_on_phone"`
	Where         Place         `json:"where,omitzero"`
	Signer        SignerSummary `json:"signer"` // as the header names it, or the certificate that a server showed
	Digest        string        `json:"digest"` // sha1 or sha512, of the signature
	Holds         []Holding     `json:"holds"`  // of a refusal: whom the phone would have believed instead
	StatusMessage string        `json:"status_message"`
	Console       []string      `json:"console"`
	TVS           *TVSSummary   `json:"tvs,omitempty"`      // absent when it was not asked
	TVSSays       string        `json:"tvs_says,omitempty"` // what came of TVS, or why it was not asked; empty when that played no part
}

// Finding is the class of a refusal in one or two words.
type Finding string

// The findings.
const (
	FindingMalformed     Finding = "malformed"      // the bytes do not follow the format
	FindingTooLarge      Finding = "too large"      // more than a phone loads
	FindingUnsupported   Finding = "unsupported"    // an algorithm that no phone knows
	FindingUnknownSigner Finding = "unknown signer" // nobody the phone trusts vouches for the signer
	FindingBadSignature  Finding = "bad signature"  // the signer's key did not sign these bytes
	FindingOtherName     Finding = "other name"     // the file is not the one asked for
	FindingUnsigned      Finding = "unsigned"       // a plain file where the phone takes signed ones
	FindingSealed        Finding = "sealed"         // encrypted, but not for this phone's key
	FindingUnreadable    Finding = "unreadable"     // believed, but no configuration
	FindingOtherPeer     Finding = "other peer"     // a TLS server that the lists do not name
)

// Place is which bytes or which record a refusal is about. The zero value names
// none.
type Place struct {
	Offset int    `json:"offset"` // of Field, bytes from the start of the file
	Field  string `json:"field"`  // empty: not about bytes
	Record string `json:"record"` // "SAST record 1 of the held CTL"; empty: not about a record
}

// String is "offset 109: SIGNATURE; SAST record 1 of the held CTL".
func (p Place) String() string {
	var parts []string
	if p.Field != "" {
		parts = append(parts, fmt.Sprintf("offset %d: %s", p.Offset, p.Field))
	}
	if p.Record != "" {
		parts = append(parts, p.Record)
	}
	return strings.Join(parts, "; ")
}

// Holding is a record of a held list.
type Holding struct {
	List   string `json:"list"`   // CTL or ITL
	Record int    `json:"record"` // from 1
	Role   string `json:"role"`
	Name   string `json:"subject"`
	Serial string `json:"serial"`
}

// Explain is the explanation that a decision of trust left with its error; false
// for an error that has nothing to do with trust.
func Explain(err error) (Explanation, bool) {
	var refused *refusal
	if errors.As(err, &refused) {
		return refused.Explanation, true
	}
	return Explanation{}, false
}

// refusal is the error of a decision of trust.
type refusal struct{ Explanation }

func (r *refusal) Error() string { return r.Reason }

// at is the place of a header's item.
func at(file *signed.Envelope, tag uint8) Place {
	return Place{Offset: offsetOf(file, tag), Field: signed.TagName(tag)}
}

// in is the place of a record.
func in(v voucher) Place { return Place{Record: place(v)} }

// against is p, held against a record.
func (p Place) against(v voucher) Place {
	p.Record = place(v)
	return p
}

// holdings are the records that a phone would have believed.
func holdings(believed circle) []Holding {
	all := []Holding{}
	for _, v := range believed {
		if v.list == "" || !identifies(v.record) || !valid(v.record) {
			continue
		}
		all = append(all, Holding{
			List: v.list, Record: v.record.Number, Role: v.record.Role.Short(),
			Name: printable(v.record.Subject), Serial: signed.SerialText(v.record.Serial),
		})
	}
	return all
}

// signerSummary makes what a file says of its signer fit for a terminal.
func signerSummary(s signed.Signer) SignerSummary {
	return SignerSummary{Subject: printable(s.Name), Issuer: printable(s.Issuer), Serial: s.SerialString()}
}

// serverName is what a phone takes a TLS server for that it trusts in one of
// the roles.
func serverName(roles []ctl.Role) string {
	for _, role := range roles {
		switch role {
		case ctl.RoleCAPF:
			return "CAPF server"
		case ctl.RoleTVS:
			return "TVS server"
		}
	}
	return "CallManager"
}
