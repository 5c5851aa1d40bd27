package inspect

import (
	"crypto/x509"
	"encoding/hex"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/state"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// Flash is what a phone of a state directory holds, as "state ls --json" prints
// it.
type Flash struct {
	Name   string       `json:"name"`
	Model  string       `json:"model,omitempty"`
	CTL    *Held        `json:"ctl,omitempty"`
	ITL    *Held        `json:"itl,omitempty"`
	Config string       `json:"device_security_mode,omitempty"` // of its configuration; empty without one
	LSC    *Certificate `json:"lsc,omitempty"`
	MIC    *Certificate `json:"mic,omitempty"`
}

// Held is a held list in short.
type Held struct {
	Size int    `json:"size"` // bytes
	SHA1 string `json:"sha1"`
}

// Certificate is a certificate of the phone's own.
type Certificate struct {
	Subject   string `json:"subject"`
	Issuer    string `json:"issuer"`
	Serial    string `json:"serial"`
	Key       string `json:"key"`
	NotBefore string `json:"not_before"`
	NotAfter  string `json:"not_after"`
	Problem   string `json:"problem,omitempty"`
}

// FlashOf tells what a phone holds.
func FlashOf(p state.Phone) Flash {
	f := Flash{
		Name: string(p.Name), Model: p.Model, CTL: heldOf(p.Flash.CTL), ITL: heldOf(p.Flash.ITL),
		LSC: certificateOf(p.Flash.LSC), MIC: certificateOf(p.MIC),
	}
	if p.Flash.Config != nil {
		f.Config = p.Flash.Config.SecurityMode.String()
	}
	return f
}

func heldOf(l *ctl.List) *Held {
	if l == nil {
		return nil
	}
	sum := l.SHA1()
	return &Held{Size: l.Size(), SHA1: hex.EncodeToString(sum[:])}
}

func certificateOf(c *phone.Credential) *Certificate {
	if c == nil {
		return nil
	}
	cert, err := x509.ParseCertificate(c.Certificate)
	if err != nil {
		return &Certificate{Problem: err.Error()}
	}
	return &Certificate{
		Subject: cert.Subject.String(), Issuer: cert.Issuer.String(),
		Serial: signed.SerialText(signed.SerialBytes(cert.SerialNumber)), Key: KeyName(cert.PublicKey),
		NotBefore: stamp(cert.NotBefore), NotAfter: stamp(cert.NotAfter),
	}
}
