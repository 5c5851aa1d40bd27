package phone

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// Summary is a verdict on a trust list for people and for JSON.
type Summary struct {
	Decision
	Records []RecordSummary `json:"records"`
}

// ConfigSummary is a verdict on a configuration for people and for JSON.
type ConfigSummary struct {
	Decision
	PayloadSHA256 string `json:"payload_sha256"` // of the XML, empty when there is none to see
}

// Decision is what the two have in common.
type Decision struct {
	Verdict  string `json:"verdict"` // accept, reject or unchanged
	FirstUse bool   `json:"first_use"`
	Explanation
}

// SignerSummary is a signer as the header names it; Serial is "AA:BB".
type SignerSummary struct {
	Subject string `json:"subject"`
	Issuer  string `json:"issuer"`
	Serial  string `json:"serial"`
}

// RecordSummary is a record of a trust list. SHA1 is that of the certificate
// in hex, empty for a record without one.
type RecordSummary struct {
	Role    string `json:"role"`
	Subject string `json:"subject"`
	Serial  string `json:"serial"`
	SHA1    string `json:"sha1"`
}

// TVSSummary is what came of asking TVS.
type TVSSummary struct {
	Server     string   `json:"server"`
	Valid      bool     `json:"valid"`
	Roles      []string `json:"roles"`
	TTLSeconds float64  `json:"ttl_seconds"`
	Cached     bool     `json:"cached"`
	Error      string   `json:"error,omitempty"`
}

// Summary puts the verdict into the shape of "ctl verify --json". Its texts
// are fit for a terminal.
func (v Verdict) Summary() Summary {
	s := Summary{Decision: v.decision(), Records: []RecordSummary{}}
	if v.List == nil {
		return s
	}
	for i := range v.List.Records {
		r := &v.List.Records[i]
		row := RecordSummary{Role: r.Role.Short(), Subject: printable(r.Subject), Serial: signed.SerialText(r.Serial)}
		if len(r.Certificate) > 0 {
			digest := r.SHA1()
			row.SHA1 = hex.EncodeToString(digest[:])
		}
		s.Records = append(s.Records, row)
	}
	return s
}

// Summary puts the verdict into the shape of "config verify --json".
func (v ConfigVerdict) Summary() ConfigSummary {
	s := ConfigSummary{Decision: v.decision()}
	if v.Payload != nil {
		digest := sha256.Sum256(v.Payload)
		s.PayloadSHA256 = hex.EncodeToString(digest[:])
	}
	return s
}

func (v Verdict) decision() Decision {
	return Decision{Verdict: v.Outcome.String(), FirstUse: v.FirstUse, Explanation: v.Explanation()}
}

// Explanation is why the phone decided as it did.
func (v Verdict) Explanation() Explanation {
	e := Explanation{
		About: "configuration", Finding: v.Finding, Cause: v.Cause, Reason: v.Reason, Fix: v.Fix, Hands: v.Hands, Where: v.Where,
		Signer: signerSummary(v.Signer), Holds: v.Holds,
		StatusMessage: v.Status, Console: []string{}, TVS: v.tvsSummary(), TVSSays: v.TVSSays,
	}
	if v.Kind != ctl.KindUnknown {
		e.About = v.Kind.String()
	}
	if e.Holds == nil {
		e.Holds = []Holding{}
	}
	if v.Digest != 0 {
		e.Digest = v.Digest.String()
	}
	for _, line := range v.Console {
		e.Console = append(e.Console, line.Text)
	}
	return e
}

func (v Verdict) tvsSummary() *TVSSummary {
	switch {
	case v.TVS != nil:
		s := &TVSSummary{
			Server: v.TVS.Server, Valid: v.TVS.Valid, Roles: []string{}, TTLSeconds: v.TVS.TTL.Seconds(), Cached: v.TVS.Cached,
		}
		for _, r := range v.TVS.Roles {
			s.Roles = append(s.Roles, r.Short())
		}
		return s
	case v.TVSErr != nil:
		return &TVSSummary{Roles: []string{}, Error: v.TVSErr.Error()}
	}
	return nil
}
