package core

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
)

// Authority is the PKI of one cluster: everything that signs, vouches or shows
// a certificate. It is throw-away: never let a key of it into anything real.
// It does not change once made and is safe for concurrent use.
type Authority struct {
	Tokens       []Credential // security tokens, at least two; any of them may sign the CTL
	CallManagers []Credential // one a node: TLS on 2443, signs the files its node serves
	TVS          []Credential // one a node: TLS on 2445
	CAPF         Credential   // TLS on 3804, issues LSCs
	Recovery     Credential   // ITLRecovery: signs when the CallManager's key is lost
	Unknown      Credential   // a token that no phone has ever held in a list
	// CAPFTrust is whose LSCs are good beside those of CAPF: of the certificates
	// that CAPF had before, and of other clusters.
	CAPFTrust []*x509.Certificate
	// SASTTrust is who may sign lists of other clusters: TVS vouches for them, so
	// that phones can move there.
	SASTTrust    []*x509.Certificate
	Manufacturer Manufacturer // issues MICs

	now func() time.Time
}

// AuthorityOptions say what kind of Authority to make. Zero means the default.
type AuthorityOptions struct {
	Nodes   int    // 0: 1
	Tokens  int    // 0: 2
	Cluster string // in the certificates' names; "": pb
	Bits    int    // RSA key size of every certificate: 1024, 2048 or 4096; 0: 2048
	// Lifetime is that of CallManager, TVS and CAPF certificates, and Recovery of
	// the recovery certificate; 0: 5 and 20 years.
	Lifetime, Recovery time.Duration
	Now                func() time.Time // certificates are valid from an hour before it; nil: time.Now
}

// maxTokens is the most tokens of a cluster.
const maxTokens = 8

// tokenBits is the size of a security token's key, as of the USB eTokens that
// clusters were secured with (trust list, section 9).
const tokenBits = 1024

// NewAuthority makes keys, in parallel, and certificates. With RSA-2048 keys
// it takes about 50 ms of CPU a key: 0.5 s for a cluster of one node. The keys
// of tokens have 1024 bits.
func NewAuthority(o AuthorityOptions) (*Authority, error) {
	o.Nodes, o.Tokens = orDefault(o.Nodes, 1), orDefault(o.Tokens, 2)
	o.Cluster, o.Bits = orDefault(o.Cluster, "pb"), orDefault(o.Bits, 2048)
	o.Lifetime, o.Recovery = orDefault(o.Lifetime, lifetime), orDefault(o.Recovery, recoveryLifetime)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Nodes < 1 || o.Nodes > MaxNodes || o.Tokens < 2 || o.Tokens > maxTokens {
		return nil, fmt.Errorf("core: %d nodes and %d tokens: want 1 to %d and 2 to %d", o.Nodes, o.Tokens, MaxNodes, maxTokens)
	}
	if o.Bits != 1024 && o.Bits != 2048 && o.Bits != 4096 {
		return nil, fmt.Errorf("core: RSA-%d: a list can be signed with 1024, 2048 or 4096 bits", o.Bits)
	}
	a := &Authority{
		Tokens: make([]Credential, o.Tokens), CallManagers: make([]Credential, o.Nodes),
		TVS: make([]Credential, o.Nodes), now: o.Now,
	}
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	issue := func(to *Credential, commonName, unit string, life time.Duration) {
		work.Go(func() (err error) {
			*to, err = newCredential(commonName, unit, o, life)
			return err
		})
	}
	token := func(to *Credential) {
		work.Go(func() (err error) {
			*to, err = newToken(o)
			return err
		})
	}
	for i := range a.Tokens {
		token(&a.Tokens[i])
	}
	for i := range o.Nodes {
		node := fmt.Sprintf("%s-node-%d", o.Cluster, i+1)
		issue(&a.CallManagers[i], node, "CallManager", o.Lifetime)
		issue(&a.TVS[i], node, "TVS", o.Lifetime)
	}
	issue(&a.CAPF, "CAPF-"+randomHex(4), "CAPF", o.Lifetime)
	issue(&a.Recovery, "ITLRECOVERY_"+o.Cluster+"-node-1", "Recovery", o.Recovery)
	token(&a.Unknown)
	issue(&a.Manufacturer.Credential, "Phonebank Manufacturing CA", "Manufacturing", recoveryLifetime)
	if err := work.Wait(); err != nil {
		return nil, err
	}
	a.Manufacturer.now = o.Now
	return a, nil
}

// newToken is a security token as it is bought.
func newToken(o AuthorityOptions) (Credential, error) {
	o.Bits = tokenBits
	return newCredential("SAST-PB"+randomHex(4), "Tokens", o, lifetime)
}

func newCredential(commonName, unit string, o AuthorityOptions, life time.Duration) (Credential, error) {
	key, err := rsa.GenerateKey(rand.Reader, o.Bits)
	if err != nil {
		return Credential{}, fmt.Errorf("core: key of %s: %w", commonName, err)
	}
	cert, err := selfSigned(subject(commonName, unit), key, o.Now(), life)
	return Credential{Certificate: cert, Key: key}, err
}

// Minted is when the newest certificate was made that a list may carry. Lists
// are dated so, which makes the list of an Authority a pure function of its
// options.
func (a *Authority) Minted() time.Time {
	newest := a.CAPF.Certificate.NotBefore
	for _, list := range [][]Credential{a.CallManagers, a.TVS, a.Tokens, {a.Recovery}} {
		for _, credential := range list {
			if at := credential.Certificate.NotBefore; at.After(newest) {
				newest = at
			}
		}
	}
	return newest.Add(time.Hour)
}
