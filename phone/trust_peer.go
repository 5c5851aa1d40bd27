package phone

import (
	"crypto/x509"
	"fmt"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// Peer returns the record that names a TLS server, given its certificate in
// DER: the certificate must BE a record of one of the roles in the held CTL or
// ITL. Names, dates and issuers play no part. The error, whose cause is
// untrusted, says what the server shows and what the lists hold instead.
func (h Held) Peer(der []byte, roles ...ctl.Role) (*ctl.Record, error) {
	for _, v := range h.records(roles...) {
		if v.record.Is(der) && valid(v.record) {
			return v.record, nil
		}
	}
	return nil, h.wrongPeer(der, roles)
}

// Signs says whether the phone asks for signed files: a list with a TFTP or
// CCM+TFTP record that carries a certificate is held (signed configuration,
// section 1).
func (h Held) Signs() bool {
	for _, v := range h.configSigners() {
		if identifies(v.record) {
			return true
		}
	}
	return false
}

func (h Held) wrongPeer(der []byte, roles []ctl.Role) error {
	shown := "something that is no certificate"
	cert, err := x509.ParseCertificate(der)
	if err == nil {
		shown = withSerial(signed.NameText(cert.RawSubject, signed.VendorSeparator), signed.SerialBytes(cert.SerialNumber))
	}
	return failf(CauseUntrusted, "the server shows %s, %s%s", shown, h.unnamed(roles...), h.otherRole(der))
}

// otherRole says where the lists have a certificate that does not count: in
// another role, or in a record that contradicts itself.
func (h Held) otherRole(der []byte) string {
	for _, v := range h.everything() {
		switch {
		case !v.record.Is(der):
		case !valid(v.record):
			return fmt.Sprintf("; that certificate is %s, whose PUBLICKEY contradicts it", place(v))
		default:
			return fmt.Sprintf("; that certificate is %s", place(v))
		}
	}
	return ""
}
