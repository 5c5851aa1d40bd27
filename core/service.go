package core

import "crypto/tls"

// The services of a node, each as it was started: none of these values
// changes. A restart puts a new one in its place; conversations under way keep
// the one they began with.

// callManager is the CallManager service.
type callManager struct {
	tls   *tls.Config
	trust trustStore
	mixed bool // the cluster's security mode
}

// tvsService is TVS. What it vouches for is in the database, so that a new
// certificate of the cluster is known without a restart; only the certificate
// that it shows itself is the one that it was started with.
type tvsService struct{ tls *tls.Config }

// capfService is CAPF.
type capfService struct {
	tls  *tls.Config
	desk *capfDesk
}

func (n *node) startCallManager(s stored) {
	m := &callManager{tls: serverTLS(s.config, s.authority.CallManagers[n.number-1]), trust: s.trust(), mixed: s.mixed}
	m.tls.ClientAuth = tls.RequireAnyClientCert
	m.tls.VerifyConnection = m.trust.verifyConnection(s.now, n.core.trace)
	n.callManager.Store(m)
}

func (n *node) startTVS(s stored) {
	n.tvs.Store(&tvsService{serverTLS(s.config, s.authority.TVS[n.number-1])})
}

func (n *node) startCAPF(s stored) {
	n.capf.Store(&capfService{
		tls:  serverTLS(s.config, s.authority.CAPF),
		desk: &capfDesk{db: n.core.db, authority: s.authority, policy: s.config.CAPF, trust: s.trust(), now: s.now},
	})
}

func (n *node) startFiles(s stored) error {
	f, err := newFiles(s, n.number, n.core.db)
	if err == nil {
		n.files.Store(f)
	}
	return err
}
