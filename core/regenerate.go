package core

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"slices"
	"strings"
	"time"
)

// CertificateKind names a certificate as Certificate Management lists it.
type CertificateKind string

// The certificates that can be regenerated. Each node has a CallManager and a
// TVS certificate of its own; CAPF and ITLRecovery are the cluster's.
const (
	CallManagerCertificate CertificateKind = "CallManager"
	TVSCertificate         CertificateKind = "TVS"
	CAPFCertificate        CertificateKind = "CAPF"
	ITLRecoveryCertificate CertificateKind = "ITLRecovery"
)

// CertificateKinds are all of them.
func CertificateKinds() []CertificateKind {
	return []CertificateKind{CallManagerCertificate, TVSCertificate, CAPFCertificate, ITLRecoveryCertificate}
}

// Regenerated is the Authority after a certificate of a node, from 1, has been
// replaced by one with a new key, the same subject and the same lifetime. Only
// CAPF gets another name, as its certificates are told apart by that, and the
// old one stays among those whose LSCs are good. The receiver does not change.
func (a *Authority) Regenerated(kind CertificateKind, node int, now time.Time) (*Authority, error) {
	if node < 1 || node > len(a.CallManagers) {
		return nil, fmt.Errorf("core: node %d of %d", node, len(a.CallManagers))
	}
	next := *a
	var to *Credential
	switch kind {
	case CallManagerCertificate:
		next.CallManagers = slices.Clone(a.CallManagers)
		to = &next.CallManagers[node-1]
	case TVSCertificate:
		next.TVS = slices.Clone(a.TVS)
		to = &next.TVS[node-1]
	case CAPFCertificate:
		next.CAPFTrust = append(slices.Clip(a.CAPFTrust), a.CAPF.Certificate)
		to = &next.CAPF
	case ITLRecoveryCertificate:
		to = &next.Recovery
	default:
		return nil, fmt.Errorf("core: no certificate %q: want CallManager, TVS, CAPF or ITLRecovery", string(kind))
	}
	var err error
	*to, err = to.renewed(kind == CAPFCertificate, now)
	return &next, err
}

// renewed is a new key with a certificate like the one before.
func (c Credential) renewed(rename bool, now time.Time) (Credential, error) {
	old := c.Certificate
	bits := 2048
	if key, ok := c.Key.Public().(*rsa.PublicKey); ok {
		bits = key.N.BitLen()
	}
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return Credential{}, fmt.Errorf("core: key of %s: %w", old.Subject.CommonName, err)
	}
	name := old.Subject
	name.ExtraNames = old.Subject.Names // in the order of the old one
	if rename {
		name = subject("CAPF-"+randomHex(4), "CAPF")
	}
	cert, err := selfSigned(name, key, now, old.NotAfter.Sub(old.NotBefore)-time.Hour)
	return Credential{Certificate: cert, Key: key}, err
}

// Grow is the Authority of a cluster that has had nodes added, as many as there
// are to be. The receiver does not change.
func (a *Authority) Grow(nodes int) (*Authority, error) {
	if nodes > MaxNodes {
		return nil, fmt.Errorf("core: %d nodes: want 1 to %d", nodes, MaxNodes)
	}
	next := *a
	next.CallManagers, next.TVS = slices.Clone(a.CallManagers), slices.Clone(a.TVS)
	cluster := strings.TrimSuffix(a.CallManagers[0].Certificate.Subject.CommonName, "-node-1")
	o := AuthorityOptions{Bits: 2048, Now: a.now}
	for n := len(next.CallManagers) + 1; n <= nodes; n++ {
		name := fmt.Sprintf("%s-node-%d", cluster, n)
		own, err := newCredential(name, "CallManager", o, lifetime)
		if err != nil {
			return nil, err
		}
		verifier, err := newCredential(name, "TVS", o, lifetime)
		if err != nil {
			return nil, err
		}
		next.CallManagers, next.TVS = append(next.CallManagers, own), append(next.TVS, verifier)
	}
	return &next, nil
}

// WithToken is the Authority with one more security token, whom no list names
// before the CTL client has written it. The receiver does not change.
func (a *Authority) WithToken(now time.Time) (*Authority, error) {
	if len(a.Tokens) >= maxTokens {
		return nil, fmt.Errorf("core: the cluster has %d tokens; a CTL takes no more", len(a.Tokens))
	}
	token, err := newToken(AuthorityOptions{Now: func() time.Time { return now }})
	if err != nil {
		return nil, err
	}
	next := *a
	next.Tokens = append(slices.Clip(a.Tokens), token)
	return &next, nil
}

// Exchanged is the Authority that has imported what another cluster exported:
// TVS vouches for the signers of its lists, and its LSCs are good. The receiver
// does not change.
func (a *Authority) Exchanged(other *Authority) *Authority {
	next := *a
	next.CAPFTrust = append(slices.Clip(a.CAPFTrust), other.CAPF.Certificate)
	next.SASTTrust = slices.Clip(a.SASTTrust)
	for _, signer := range append(slices.Clone(other.CallManagers), other.Recovery) {
		next.SASTTrust = append(next.SASTTrust, signer.Certificate)
	}
	return &next
}
