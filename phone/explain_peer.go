package phone

import (
	"crypto/x509"
	"fmt"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// wrongPeer explains a TLS server that no held list names in one of the roles.
func (h Held) wrongPeer(der []byte, roles []ctl.Role) error {
	e := Explanation{
		About: serverName(roles), Finding: FindingOtherPeer, Cause: CauseUntrusted,
		Holds: holdings(h.records(roles...)), Console: []string{},
	}
	shown := "something that is no certificate"
	if cert, err := x509.ParseCertificate(der); err == nil {
		signer := signed.SignerOf(cert, signed.VendorSeparator)
		e.Signer, shown = signerSummary(signer), named(signer)
	}
	var other string
	e.Where, other = h.otherRole(der)
	e.Reason = fmt.Sprintf("the server shows %s, %s%s", shown, h.unnamed(roles...), other)
	e.Fix = h.curePeer(roles)
	return &refusal{e}
}

// otherRole says where the lists have a certificate that does not count: in
// another role, or in a record that contradicts itself.
func (h Held) otherRole(der []byte) (Place, string) {
	for _, v := range h.everything() {
		switch {
		case !v.record.Is(der):
		case !valid(v.record):
			return in(v), fmt.Sprintf("; that certificate is %s, whose PUBLICKEY contradicts it", place(v))
		default:
			return in(v), fmt.Sprintf("; that certificate is %s", place(v))
		}
	}
	return Place{}, ""
}

// curePeer says how the phone would come to know the server.
func (h Held) curePeer(roles []ctl.Role) string {
	update := "Run the CTL update"
	switch {
	case h.CTL == nil && h.ITL == nil:
		update = "Let the cluster serve a trust list"
	case h.CTL == nil:
		update = "Restart TFTP, which writes the ITL anew"
	case h.ITL != nil:
		update += " and restart TFTP, which writes the ITL anew"
	}
	return fmt.Sprintf("%s, so that the next list names the certificate that the %s now shows as %s, and reset the phone. Hands on the phone are needed only if it takes no new list.",
		update, serverName(roles), roleNames("or", roles))
}
