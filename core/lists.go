package core

import (
	"crypto/x509"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// ListOptions say what a trust list of an Authority is to look like. The same
// options make the same bytes.
type ListOptions struct {
	Signer    SignerKind
	Digest    signed.Digest // 0: SHA-1
	NonSecure bool          // the cluster is not in mixed mode
	Rollback  bool          // ITL only: prepared for the rollback to a release before 8.0
	Forget    bool          // stale lists only: an older list that does not know today's signer
	Without   []ctl.Role    // whose records are left out
	Addresses []netip.Addr  // of the nodes, as DNSNAME and IPADDRESS; may be shorter than the nodes
	Time      time.Time     // zero: when the Authority was minted
}

// CTL builds and signs the cluster's CTL (trust list, sections 4 to 6): SASTs,
// a CCM+TFTP record a node, CAPF. Of a cluster that is no longer in mixed mode
// the CCM+TFTP records carry no certificates.
func (a *Authority) CTL(o ListOptions) ([]byte, error) {
	signer, sasts, err := a.sasts(o.Signer)
	if err != nil {
		return nil, err
	}
	return a.ctl(o, signer, sasts)
}

// StaleCTL builds a CTL of the same cluster from a year before: another of its
// SASTs signed it and the last node of several was not in it yet. A phone that
// holds it accepts today's CTL, unless o.Forget leaves today's signer out.
func (a *Authority) StaleCTL(o ListOptions) ([]byte, error) {
	kind := o.Signer
	if kind == SignerUnknown { // which no older list knows
		kind = Token(1)
	}
	now, sasts, err := a.sasts(kind)
	if err != nil {
		return nil, err
	}
	signer := sasts[0]
	if same(signer, now) {
		signer = sasts[1]
	}
	if o.Forget {
		sasts = without(sasts, now)
	}
	o.Time = orDefault(o.Time, a.Minted()).AddDate(-1, 0, 0)
	older := *a
	older.CallManagers = a.CallManagers[:max(1, len(a.CallManagers)-1)]
	return older.ctl(o, signer, sasts)
}

func (a *Authority) ctl(o ListOptions, signer Credential, sasts []Credential) ([]byte, error) {
	var records []ctl.Entry
	for _, sast := range sasts {
		records = append(records, ctl.Entry{Role: ctl.RoleSAST, Certificate: sast.Certificate})
	}
	for i, node := range a.CallManagers {
		cert := node.Certificate
		if o.NonSecure {
			cert = nil
		}
		records = append(records, o.record(ctl.RoleCCMTFTP, cert, i))
	}
	records = append(records, o.record(ctl.RoleCAPF, a.CAPF.Certificate, 0))
	for i := range records { // the Windows CTL client, which used tokens, wrote none
		records[i].OmitSignature = !o.Signer.tokenless()
	}
	return a.build(ctl.CTL, o, signer, records)
}

// sasts are the SAST credentials of a CTL and the one of them that signs it.
func (a *Authority) sasts(kind SignerKind) (signer Credential, all []Credential, err error) {
	switch n := kind.token(); {
	case kind == SignerUnknown:
		return a.Unknown, append([]Credential{a.Unknown}, a.Tokens...), nil
	case kind == SignerCallManager:
		return a.CallManagers[0], []Credential{a.CallManagers[0], a.Recovery}, nil
	case kind == SignerRecovery:
		return a.Recovery, []Credential{a.CallManagers[0], a.Recovery}, nil
	case n >= 1 && n <= len(a.Tokens):
		return a.Tokens[n-1], a.Tokens, nil
	case n > len(a.Tokens):
		return Credential{}, nil, fmt.Errorf("core: signer %s: the cluster has %d tokens", kind, len(a.Tokens))
	}
	return Credential{}, nil, kind.check()
}

// ITL builds and signs the ITL that the TFTP server of a node (from 1) serves:
// SASTs (its CallManager and the recovery key), the signers of configuration,
// CAPF, and a TVS record a node (trust list, section 5).
func (a *Authority) ITL(node int, o ListOptions) ([]byte, error) {
	if node < 1 || node > len(a.CallManagers) {
		return nil, fmt.Errorf("core: ITL of node %d of %d", node, len(a.CallManagers))
	}
	own := a.CallManagers[node-1]
	signer, sasts := own, []Credential{own, a.Recovery}
	if o.Signer == SignerRecovery { // tokens, known or not, sign CTLs only
		signer = a.Recovery
	}
	return a.itl(node, o, signer, sasts)
}

// unknownITL is the ITL signed, and listed as SAST, by a key that no phone knows.
func (a *Authority) unknownITL(node int, o ListOptions) ([]byte, error) {
	return a.itl(node, o, a.Unknown, []Credential{a.CallManagers[node-1], a.Recovery, a.Unknown})
}

// StaleITL builds an ITL of the same node from a year before. The recovery key
// signed it; a phone that holds it accepts today's ITL, unless o.Forget leaves
// today's signer out.
func (a *Authority) StaleITL(node int, o ListOptions) ([]byte, error) {
	if node < 1 || node > len(a.CallManagers) {
		return nil, fmt.Errorf("core: ITL of node %d of %d", node, len(a.CallManagers))
	}
	own := a.CallManagers[node-1]
	now, signer, sasts := own, a.Recovery, []Credential{own, a.Recovery}
	if o.Signer == SignerRecovery {
		now, signer = a.Recovery, own
	}
	if o.Forget {
		sasts = without(sasts, now)
	}
	o.Time = orDefault(o.Time, a.Minted()).AddDate(-1, 0, 0)
	return a.itl(node, o, signer, sasts)
}

func (a *Authority) itl(node int, o ListOptions, signer Credential, sasts []Credential) ([]byte, error) {
	var records []ctl.Entry
	for _, sast := range sasts {
		records = append(records, o.record(ctl.RoleSAST, sast.Certificate, node-1))
	}
	switch own := a.CallManagers[node-1].Certificate; {
	case o.Rollback:
		records = append(records, o.record(ctl.RoleTFTP, nil, node-1))
	case o.NonSecure:
		records = append(records, o.record(ctl.RoleTFTP, own, node-1))
	default:
		for i, peer := range a.CallManagers {
			records = append(records, o.record(ctl.RoleCCMTFTP, peer.Certificate, i))
		}
	}
	records = append(records, o.record(ctl.RoleCAPF, a.CAPF.Certificate, 0))
	for i, tvs := range a.TVS {
		cert := tvs.Certificate
		if o.Rollback {
			cert = nil
		}
		records = append(records, o.record(ctl.RoleTVS, cert, i))
	}
	return a.build(ctl.ITL, o, signer, records)
}

// record is an entry of node i, from 0, under the node's address.
func (o ListOptions) record(role ctl.Role, cert *x509.Certificate, i int) ctl.Entry {
	e := ctl.Entry{Role: role, Certificate: cert}
	if i < len(o.Addresses) {
		e.IPAddress, e.DNSName = o.Addresses[i], o.Addresses[i].String()
	}
	return e
}

func (a *Authority) build(kind ctl.Kind, o ListOptions, signer Credential, records []ctl.Entry) ([]byte, error) {
	records = slices.DeleteFunc(records, func(e ctl.Entry) bool { return slices.Contains(o.Without, e.Role) })
	list, err := ctl.Build(ctl.Spec{
		Kind: kind, Digest: orDefault(o.Digest, signed.SHA1), Time: orDefault(o.Time, a.Minted()),
		SignerVersion: &[2]uint8{1, 0},
		Records:       records, Signer: signer.Certificate, Key: signer.Key,
	})
	if err != nil {
		return nil, fmt.Errorf("core: %s: %w", kind, err)
	}
	return list, nil
}

func same(a, b Credential) bool { return a.Certificate.Equal(b.Certificate) }

func without(list []Credential, one Credential) (rest []Credential) {
	for _, credential := range list {
		if !same(credential, one) {
			rest = append(rest, credential)
		}
	}
	return rest
}
