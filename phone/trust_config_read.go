package phone

import (
	"crypto/rsa"
	"fmt"
	"strings"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/signed"
)

// Read does what a phone does with a file that it believes: it opens it with
// its own key, nil if it has none, and reads the XML. A file that does not open
// or cannot be read is refused after all. The configuration is nil for a file
// that is refused, that stays encrypted without a key, or that is none: ring
// lists and locales are signed, too.
func (v *ConfigVerdict) Read(key *rsa.PrivateKey, shared *Lists) *cnf.Config {
	if v.Outcome != Accept {
		return nil
	}
	if v.Payload == nil && v.Envelope != nil {
		if key == nil {
			v.Reason += "; the XML stays encrypted without the phone's key"
			return nil
		}
		xml, err := v.Envelope.Open(key)
		if v.trace.opened(err); err != nil {
			v.unread(finding{
				class: FindingSealed, where: at(v.Envelope, signed.TagKey),
				reason: fmt.Sprintf("the signature is good, but the file does not open with this key: %v", err),
				fix:    "Have the phone enrol with CAPF again, so that the server encrypts for the certificate it has now. No hands on the phone are needed.",
			})
			return nil
		}
		v.Payload = xml
	}
	if v.Envelope != nil && v.Envelope.Filename != "" && !strings.Contains(v.Envelope.Filename, ".cnf.xml") {
		return nil
	}
	config, err := shared.ParseConfig(v.Payload)
	if err != nil {
		v.unread(finding{
			class: FindingUnreadable, where: Place{Offset: v.payloadOffset(), Field: "XML"},
			reason: fmt.Sprintf("the XML cannot be read: %v", err),
			fix:    "Correct the file on the server. No hands on the phone are needed.",
		})
		return nil
	}
	return config
}

// payloadOffset is where the XML begins in the file.
func (v *ConfigVerdict) payloadOffset() int {
	if v.Envelope == nil {
		return 0
	}
	return v.Envelope.HeaderLength
}

// unread refuses a file whose signature, if it needs one, was good.
func (v *ConfigVerdict) unread(f finding) {
	v.Outcome, v.Cause, v.Reason, v.Fix = Reject, CauseMalformed, f.reason, f.fix
	v.Finding, v.Where = f.class, f.where
	v.Record, v.Payload = nil, nil
	v.trace.outcome(v.Verdict)
}
