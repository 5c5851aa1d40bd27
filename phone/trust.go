package phone

import (
	"context"
	"time"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// Held is what a phone trusts: the lists in its flash. It answers the three
// questions of trust that a phone ever asks.
//
//	JudgeList    is this new trust list signed by somebody I trust to sign lists?
//	JudgeConfig  is this configuration signed by somebody I trust to sign files?
//	Peer         is this TLS server one that my lists name for what it does?
//
// The steps, and the special cases, are those of trust list, section 8, and
// signed configuration, section 3.
type Held struct {
	CTL, ITL *ctl.List // nil: not installed

	// StrictCTL makes the phone refuse a new CTL whose signer is a SAST of the
	// held ITL only. No document says what real phones do; ours accept it.
	StrictCTL bool
	// Trace hears every step of JudgeList and JudgeConfig while it is taken; nil:
	// nobody asks.
	Trace func(TraceStep)
	// Lists shares parsed lists between phones; nil parses every list anew.
	Lists *Lists
}

// of is what a phone of the model holds: one without security by default keeps
// no ITL.
func (h Held) of(m *Model) Held {
	if m != nil && !m.SecurityByDefault {
		h.ITL = nil
	}
	return h
}

// Asker is a trust verification service as a phone sees it: it knows
// certificates that the phone's own lists do not. An error means that nobody
// answered; an answer that is not Valid is a no.
type Asker interface {
	// Ask asks about a certificate, in DER.
	Ask(ctx context.Context, certificate []byte) (TVSAnswer, error)
	// Find asks for the certificate of a signer of whom only name, serial and
	// issuer are known.
	Find(ctx context.Context, signer signed.Signer) (TVSAnswer, error)
}

// TVSAnswer is what a trust verification service said.
type TVSAnswer struct {
	Server      string // host:port
	Valid       bool
	Roles       []ctl.Role    // of a valid certificate
	TTL         time.Duration // how long the answer may be kept; 0: not at all
	Cached      bool          // it was answered before and is still fresh
	Certificate []byte        // DER; only Find sets it
	Console     []ConsoleLine // what the phone's log says about the asking
}

// Outcome is what a phone does with a file.
type Outcome uint8

// The outcomes.
const (
	Reject    Outcome = iota // keeps what it holds
	Accept                   // takes the file
	Unchanged                // holds the same bytes already
)

// String returns "reject", "accept" or "unchanged".
func (o Outcome) String() string {
	switch o {
	case Accept:
		return "accept"
	case Unchanged:
		return "unchanged"
	default:
		return "reject"
	}
}

// Verdict is a decision and everything that explains it.
type Verdict struct {
	Kind     ctl.Kind
	Outcome  Outcome
	FirstUse bool   // taken without a check of identity, because nothing was held to check it against
	Cause    Cause  // of a rejection: untrusted, malformed or canceled
	Reason   string // one sentence: what was found, and where
	Fix      string // of a rejection: what would cure it, and whether hands on the phone are needed

	Finding Finding   // of a rejection: its class
	Hands   bool      // of a rejection: what the server now signs with reaches the phone only after somebody has cleared it by hand
	Where   Place     // of a rejection: which bytes, or which record
	Holds   []Holding // of a rejection: whom the phone would have believed instead
	TVSSays string    // of a rejection: what came of TVS, or why it was not asked

	Signer signed.Signer // as the header names it; zero when the header does not parse
	Digest signed.Digest
	List   *ctl.List   // the candidate, nil when it does not parse
	Record *ctl.Record // the record that vouched, nil when none did

	TVS    *TVSAnswer // nil when TVS was not asked or nobody answered
	TVSErr error      // why nobody answered

	Status  string        // status message, empty when the phone shows none
	Console []ConsoleLine // console log
}

// Err is nil unless the file was rejected. Its text is the reason, its cause
// the verdict's; Explain finds the explanation in it.
func (v Verdict) Err() error {
	if v.Outcome != Reject {
		return nil
	}
	return &refusal{v.Explanation()}
}

// ConfigVerdict is the decision on a configuration file. Its Kind and List
// stay zero.
type ConfigVerdict struct {
	Verdict
	Envelope  *signed.Envelope // nil for an unsigned file, or one that does not parse
	Payload   []byte           // the XML, nil while it is encrypted: see Envelope.Open
	Certified []byte           // DER of the signer's certificate, as the lists or TVS gave it

	trace tracer
}
