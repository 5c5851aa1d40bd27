package core

import (
	"crypto/sha256"
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
	"github.com/phonebank/phonebank/wire/tvs"
)

// tvsTTL is how long a phone may keep an answer.
const tvsTTL = 24 * time.Hour

// tvsTable is what TVS knows: the cluster's certificates and the roles of each,
// by SHA-256 of the DER (TVS, section 5). It does not change.
type tvsTable struct {
	entries map[[sha256.Size]byte]tvsEntry
}

type tvsEntry struct {
	cert  *x509.Certificate
	roles []uint8 // ascending
}

// newTVSTable lists every certificate that a list of the cluster may carry.
func newTVSTable(a *Authority) *tvsTable {
	t := &tvsTable{entries: map[[sha256.Size]byte]tvsEntry{}}
	for _, token := range a.Tokens {
		t.add(token, ctl.RoleSAST)
	}
	for _, node := range a.CallManagers {
		t.add(node, ctl.RoleSAST, ctl.RoleCCMTFTP)
	}
	for _, node := range a.TVS {
		t.add(node, ctl.RoleTVS)
	}
	t.add(a.CAPF, ctl.RoleCAPF)
	t.add(a.Recovery, ctl.RoleSAST)
	for _, signer := range a.SASTTrust {
		t.add(Credential{Certificate: signer}, ctl.RoleSAST, ctl.RoleCCMTFTP)
	}
	return t
}

func (t *tvsTable) add(c Credential, roles ...ctl.Role) {
	e := tvsEntry{cert: c.Certificate}
	for _, role := range roles {
		e.roles = append(e.roles, uint8(role))
	}
	slices.Sort(e.roles)
	t.entries[sha256.Sum256(c.Certificate.Raw)] = e
}

// answer answers one message; false for one that is no question.
func (t *tvsTable) answer(m tvs.Message) (reply tvs.Message, ok bool) {
	switch m.Command {
	case tvs.CertVerificationReq:
		return t.verify(m), true
	case tvs.QueryCertReq:
		return t.query(m), true
	}
	return tvs.Message{}, false
}

func (t *tvsTable) verify(m tvs.Message) tvs.Message {
	if der, ok := m.Certificate(); ok {
		if e, ok := t.entries[sha256.Sum256(der)]; ok {
			return tvs.VerifyResponse(m.Session, tvs.Valid, e.roles, tvsTTL)
		}
	}
	return tvs.VerifyResponse(m.Session, tvs.Invalid, nil, 0)
}

// query goes by the subject alone, because of the other elements only the
// length is known (TVS, section 9); with two of the same subject an issuer or a
// serial that fits decides.
func (t *tvsTable) query(m tvs.Message) tvs.Message {
	subject, _ := m.Subject()
	serial, _ := m.Serial()
	var found *tvsEntry
	for _, e := range t.entries {
		if signed.NameText(e.cert.RawSubject, signed.VendorSeparator) != subject {
			continue
		}
		own := signed.SerialBytes(e.cert.SerialNumber)
		if found == nil || slices.Equal(own, serial) || strings.EqualFold(signed.SerialText(own), string(serial)) {
			found = &e
		}
	}
	if found == nil || subject == "" {
		return tvs.QueryResponse(m.Session, tvs.Invalid, nil, nil, 0)
	}
	return tvs.QueryResponse(m.Session, tvs.Valid, found.cert.Raw, found.roles, tvsTTL)
}
