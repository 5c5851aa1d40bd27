package core

import (
	"errors"
	"fmt"
	"time"

	"github.com/phonebank/phonebank/wire/ctl"
)

// What an administrator of a real cluster does about certificates and lists.
// Each of these changes what is stored; services notice at their next start.

// Now is the time on the cluster's servers.
func (c *Core) Now() time.Time { return c.disk.now() }

// SetClock sets the clock of the cluster's servers forward, or back, from what
// it is now. The certificates stay as they are.
func (c *Core) SetClock(by time.Duration) {
	c.disk.clock.Add(int64(by))
	c.trace.core("the clock is set to %s", c.Now().Format(time.DateTime))
}

// Regenerate replaces a certificate of a node, from 1. The services go on with
// the old one until they are restarted, and no list names the new one before
// TFTP has been restarted (the ITL) or the CTL client has run (the CTL).
func (c *Core) Regenerate(kind CertificateKind, node int) error {
	return c.reissue(fmt.Sprintf("%s of node %d is regenerated", kind, node), func(a *Authority) (*Authority, error) {
		return a.Regenerated(kind, node, c.Now())
	})
}

// AddToken buys another security token, whose number is the next. The CTL names
// it once the CTL client has run with one of the others.
func (c *Core) AddToken() error {
	return c.reissue("another token is there", func(a *Authority) (*Authority, error) { return a.WithToken(c.Now()) })
}

// Import takes over the certificates of another cluster, as Bulk Certificate
// Management does: its signers of lists become known to TVS, and its LSCs good
// for the services started from then on.
func (c *Core) Import(other *Authority) error {
	return c.reissue("the certificates of another cluster are imported", func(a *Authority) (*Authority, error) {
		return a.Exchanged(other), nil
	})
}

func (c *Core) reissue(what string, how func(*Authority) (*Authority, error)) error {
	err := c.disk.change(func(s *stored) (err error) {
		s.authority, err = how(s.authority)
		s.changed = c.Now()
		return err
	})
	if err == nil {
		c.trace.core("%s", what)
	}
	return err
}

// CTLUpdate says how the CTL client is run.
type CTLUpdate struct {
	Signer  SignerKind // "": that of the cluster, Config.Signer
	Without []ctl.Role // of certificates that the client does not get: a service that is not activated
}

// UpdateCTL runs the CTL client with "Update CTL File", or "utils ctl update
// CTLFile" for a signer that is no token: the CTL is written anew with the
// certificates that are stored now. TFTP serves it after its restart.
//
// As the real client does it insists on a token that the present CTL names.
func (c *Core) UpdateCTL(u CTLUpdate) error {
	return c.disk.change(func(s *stored) error {
		if s.ctl == nil {
			return errors.New("core: CTL client: there is no CTL to update; the cluster was never in mixed mode")
		}
		return c.writeCTL(s, u)
	})
}

// SetMixedMode runs the CTL client with "Set Cluster to Mixed Mode" or "… to
// Non-Secure Mode". The CTL is written anew; outside mixed mode its CallManager
// records carry no certificates. TFTP and CallManager act on it after their
// restart.
func (c *Core) SetMixedMode(on bool, u CTLUpdate) error {
	return c.disk.change(func(s *stored) error {
		if !on && s.ctl == nil {
			return errors.New("core: CTL client: the cluster is in non-secure mode already")
		}
		s.mixed, s.changed = on, c.Now()
		return c.writeCTL(s, u)
	})
}

func (c *Core) writeCTL(s *stored, u CTLUpdate) error {
	u.Signer = orDefault(u.Signer, s.config.Signer)
	if err := u.Signer.check(); err != nil {
		return err
	}
	if err := s.accepts(u.Signer); err != nil {
		return err
	}
	o := s.listOptions()
	o.Signer, o.Without, o.Time = u.Signer, u.Without, c.Now()
	list, err := s.authority.CTL(o)
	if err != nil {
		return err
	}
	s.ctl = list
	c.trace.core("the CTL client has written a CTL, signed by %s", orDefault(u.Signer, Token(1)))
	return nil
}

// accepts says whether the CTL client takes a token: the present CTL must name
// it. Whoever signs without a token needs no such proof.
func (s *stored) accepts(signer SignerKind) error {
	if s.ctl == nil || signer.tokenless() {
		return nil
	}
	token, _, err := s.authority.sasts(signer)
	if err != nil {
		return err
	}
	present, err := ctl.Parse(s.ctl)
	if err != nil {
		return fmt.Errorf("core: CTL client: %w", err)
	}
	for r := range present.With(ctl.RoleSAST) {
		if r.Is(token.Certificate.Raw) {
			return nil
		}
	}
	return fmt.Errorf("core: CTL client: the present CTL does not name %s; use one of the tokens that it names", orDefault(signer, Token(1)))
}

// PrepareRollback sets "Prepare Cluster for Rollback to pre 8.0", or takes it
// back. After their restart the TFTP servers serve an ITL that trusts any next
// list.
func (c *Core) PrepareRollback(on bool) error {
	return c.disk.change(func(s *stored) error {
		s.rollback, s.changed = on, c.Now()
		return nil
	})
}

// ResetITLKey is "utils itl reset localkey" on a node: its ITL is signed again
// by the recovery key and served at once. The next restart of TFTP undoes it.
func (c *Core) ResetITLKey(node int) error {
	n, err := c.tftpNode(node)
	if err != nil {
		return err
	}
	n.switching.Lock()
	defer n.switching.Unlock()
	f, err := n.files.Load().signedByRecovery()
	if err == nil {
		n.files.Store(f)
		c.trace.core("the ITL of node %d is signed by the recovery key", node)
	}
	return err
}
