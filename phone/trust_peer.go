package phone

import "github.com/phonebank/phonebank/wire/ctl"

// Peer returns the record that names a TLS server, given its certificate in
// DER: the certificate must BE a record of one of the roles in the held CTL or
// ITL. Names, dates and issuers play no part. The error, whose cause is
// untrusted, says what the server shows and what the lists hold instead;
// Explain finds the explanation in it.
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
