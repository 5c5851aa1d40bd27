package check

import (
	"context"
	"crypto/md5"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// configServed fetches the configuration under the name that a phone with
// these lists asks for.
func configServed(ctx context.Context, e *examination) []Finding {
	ending := ""
	if e.trust().Signs() {
		ending = ".sgn"
	}
	name := cnf.Name(string(e.Identity.Name)) + ending
	f := e.fetch(ctx, e.main, name, cnf.DefaultName+ending)
	switch {
	case errors.Is(f.err, phone.ErrNotFound) && e.Unnamed:
		return one(none("TFTP has no configuration for "+string(e.Identity.Name),
			fmt.Sprintf("TFTP has neither %s nor %s; name a device of the cluster with --mac", name, cnf.DefaultName+ending)))
	case errors.Is(f.err, phone.ErrNotFound):
		return one(bad("TFTP has no configuration for "+string(e.Identity.Name),
			fmt.Sprintf("TFTP has neither %s nor %s", name, cnf.DefaultName+ending), addDevice, restartTFTP))
	case f.err != nil:
		return one(bad("the configuration did not arrive", fmt.Sprintf("%s did not arrive: %v", f.name, f.err), restartTFTP))
	}
	e.requested, e.file = f.name, f.bytes
	payload, err := payloadOf(f)
	if err == nil {
		e.config, err = cnf.Parse(payload)
	}
	switch {
	case err != nil:
		return one(bad("the configuration cannot be read", fmt.Sprintf("%s cannot be read: %v", f.name, err), resetDevice, restartTFTP))
	case f.name == name:
		return one(good(fmt.Sprintf("%s: %d bytes", f.name, len(f.bytes))))
	case e.Unnamed:
		return one(doubtful(fmt.Sprintf("the cluster does not know %s, so that a phone gets %s; name a device of the cluster with --mac", e.Identity.Name, f.name)))
	}
	return one(bad("", fmt.Sprintf("the cluster does not know %s: TFTP serves %s in its place", e.Identity.Name, f.name), addDevice))
}

// payloadOf is the XML of a file that may be signed, trusted or not.
func payloadOf(f file) ([]byte, error) {
	if !strings.HasSuffix(f.name, ".sgn") {
		return f.bytes, nil
	}
	envelope, err := signed.Parse(f.bytes)
	if err != nil {
		return nil, err
	}
	return envelope.Payload, nil
}

func configVerified(ctx context.Context, e *examination) []Finding {
	e.verdict = e.trust().JudgeConfig(ctx, e.requested, e.file, e.Identity.Model, e.asker(e.trust()))
	v := e.verdict
	if v.Outcome == phone.Reject {
		return one(bad("the configuration's signature is not trusted", fmt.Sprintf("a phone refuses %s: %s", e.requested, v.Reason), e.signsWithOther()...))
	}
	if v.Envelope == nil {
		return one(none("", fmt.Sprintf("%s is not signed: the phone holds no list that could verify it", e.requested)))
	}
	return one(good(fmt.Sprintf("%s is %s", e.requested, v.Reason)))
}

// configDecrypted obtains the full configuration where the other is only its
// small companion.
func configDecrypted(ctx context.Context, e *examination) []Finding {
	switch {
	case !e.config.EncryptedConfig:
		return nil
	case e.config.CertHash == "":
		return one(none("", "the full configuration is encrypted, and the cluster knows no certificate of this phone to encrypt it for: it enrols first (--enrol)"))
	}
	key := e.keyFor(e.config.CertHash)
	if key == nil {
		return one(none("", fmt.Sprintf("the full configuration is encrypted for the certificate with MD5 %s, whose key is not here (--state DIR)", e.config.CertHash)))
	}
	f := e.fetch(ctx, e.main, cnf.Name(string(e.Identity.Name))+".enc.sgn")
	if f.err != nil {
		return one(bad("", fmt.Sprintf("%s did not arrive: %v", f.name, f.err), resetDevice, restartTFTP))
	}
	v := e.trust().JudgeConfig(ctx, f.name, f.bytes, e.Identity.Model, e.asker(e.trust()))
	if v.Outcome == phone.Reject {
		return one(bad("", fmt.Sprintf("a phone refuses %s: %s", f.name, v.Reason), e.signsWithOther()...))
	}
	xml, err := v.Envelope.Open(key)
	if err == nil {
		var full *cnf.Config
		if full, err = cnf.Parse(xml); err == nil {
			e.config = full
			return one(good(fmt.Sprintf("%s opens with the phone's key", f.name)))
		}
	}
	return one(bad("", fmt.Sprintf("%s does not open: %v", f.name, err),
		"On the device's page set Certificate Operation to Install/Upgrade, so that the phone gets an LSC that the cluster knows, and reset it."))
}

// keyFor is the key of the phone's certificate with an MD5 in hex, nil for
// none.
func (e *examination) keyFor(hash string) *rsa.PrivateKey {
	for _, c := range []*phone.Credential{e.Flash.LSC, e.Own} {
		if c == nil {
			continue
		}
		sum := md5.Sum(c.Certificate)
		if key, ok := c.Key.(*rsa.PrivateKey); ok && hex.EncodeToString(sum[:]) == hash {
			return key
		}
	}
	return nil
}

// modeFits: a secure device needs a CTL.
func modeFits(_ context.Context, e *examination) []Finding {
	mode := e.config.SecurityMode
	_, noCTL := e.unmet["ctl-served"]
	switch {
	case !e.config.Full:
		return one(none("", "the partial configuration does not tell the device security mode"))
	case mode == cnf.NonSecure:
		return one(good("device security mode non-secure: the phone registers without TLS, with or without a CTL"))
	case noCTL:
		return one(bad("", fmt.Sprintf("device security mode is %s, but TFTP serves no CTL: the cluster is in mixed mode without a CTL, or the profile was applied to a non-secure cluster", mode),
			"Run the CTL Client (Set Cisco Unified CallManager Cluster to Mixed Mode), or \"utils ctl set-cluster mixed-mode\" on the publisher.", restartTFTP, restartCallManager))
	case e.unmet["ctl-signature"] != "":
		return one(unchecked(fmt.Sprintf("device security mode is %s, and the CTL names the CallManagers", mode), e.unmet["ctl-signature"]))
	case !e.mixed():
		return one(bad("", fmt.Sprintf("device security mode is %s, but the CTL names no CallManager certificate: the cluster went back to non-secure mode", mode),
			"Run the CTL Client (Set Cisco Unified CallManager Cluster to Mixed Mode), or give the device a non-secure phone security profile.", restartTFTP, restartCallManager))
	}
	return one(good(fmt.Sprintf("device security mode %s, and the CTL names the CallManagers", mode)))
}

// mixed says whether the CTL is that of a cluster in mixed mode.
func (e *examination) mixed() bool {
	return e.lists[ctl.CTL] != nil && len(withCertificate(e.lists[ctl.CTL], callManagers)) > 0
}

// secure says whether phones of this cluster register over TLS.
func (e *examination) secure() bool {
	return e.mixed() || e.config != nil && e.config.Full && e.config.SecurityMode > cnf.NonSecure
}

// wantsCAPF says whether this phone has something to do with CAPF now.
func (e *examination) wantsCAPF() bool {
	return e.Enrol || e.config == nil || e.config.CAPFAuthMode != cnf.CAPFNone
}
