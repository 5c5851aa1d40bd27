package core

import (
	"context"
	"fmt"
	"time"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// Order is one thing that an administrator does, as data: it can be written
// down in a plan and sent to a core in another process. Which of the fields
// count depends on what is done.
type Order struct {
	Do          Deed            `json:"do"`
	Certificate CertificateKind `json:"certificate,omitempty"` // of Regenerate
	Service     Service         `json:"service,omitempty"`     // of RestartService
	Node        int             `json:"node,omitempty"`        // from 1; 0: every node that has what the order is about
	CTL         CTLUpdate       `json:"ctl,omitzero"`          // of the three that run the CTL client
	Profile     ProfileChange   `json:"profile,omitzero"`      // of SetProfile
	Devices     []string        `json:"devices,omitempty"`     // of what is done to phones; none: all
	By          time.Duration   `json:"by,omitempty"`          // of AdvanceClock
}

// Deed is what an Order does.
type Deed string

// The deeds. Each is a method of Core, which says more.
const (
	DoRegenerate      Deed = "regenerate"
	DoAddToken        Deed = "add token"
	DoUpdateCTL       Deed = "update CTL"
	DoMixedMode       Deed = "mixed mode"
	DoNonSecureMode   Deed = "non-secure mode"
	DoRestart         Deed = "restart service"
	DoResetITLKey     Deed = "reset ITL key"
	DoPrepareRollback Deed = "prepare rollback"
	DoUndoRollback    Deed = "undo rollback"
	DoSetProfile      Deed = "set profile"
	DoReset           Deed = "reset phones"
	DoRestartPhones   Deed = "restart phones"
	DoStopNode        Deed = "stop node"
	DoStartNode       Deed = "start node"
	DoAdvanceClock    Deed = "advance clock"
)

// ProfileChange is what of a security profile is to change; zero fields stay.
type ProfileChange struct {
	Security        cnf.SecurityMode `json:"security,omitempty"`
	EncryptedConfig *bool            `json:"encrypted_config,omitempty"`
	Auth            cnf.AuthMode     `json:"auth,omitempty"`
	Operation       Operation        `json:"operation,omitempty"` // what CAPF is to do with the devices
}

// ToPhones says that an order is about phones, wherever they are registered.
func (o Order) ToPhones() bool {
	return o.Do == DoReset || o.Do == DoRestartPhones || o.Do == DoSetProfile
}

// Carry carries an order out.
func (c *Core) Carry(ctx context.Context, o Order) error {
	switch o.Do {
	case DoRegenerate:
		if o.Certificate == CAPFCertificate || o.Certificate == ITLRecoveryCertificate {
			o.Node = 1 // the cluster has one
		}
		return c.eachNode(o.Node, len(c.nodes), func(node int) error { return c.Regenerate(o.Certificate, node) })
	case DoAddToken:
		return c.AddToken()
	case DoUpdateCTL:
		return c.UpdateCTL(o.CTL)
	case DoMixedMode, DoNonSecureMode:
		return c.SetMixedMode(o.Do == DoMixedMode, o.CTL)
	case DoRestart:
		return c.eachNode(o.Node, c.nodesWith(o.Service), func(node int) error { return c.Restart(o.Service, node) })
	case DoResetITLKey:
		return c.eachNode(o.Node, c.config.TFTPServers, c.ResetITLKey)
	case DoPrepareRollback, DoUndoRollback:
		return c.PrepareRollback(o.Do == DoPrepareRollback)
	case DoSetProfile:
		return c.changeProfile(o.Profile, o.Devices)
	case DoReset, DoRestartPhones:
		kind := sccp.ResetReset
		if o.Do == DoRestartPhones {
			kind = sccp.ResetRestart
		}
		_, err := c.Reset(ctx, kind, o.Devices...)
		return err
	case DoStopNode:
		return c.eachNode(o.Node, len(c.nodes), c.StopNode)
	case DoStartNode:
		return c.eachNode(o.Node, len(c.nodes), c.StartNode)
	case DoAdvanceClock:
		c.SetClock(o.By)
		return nil
	}
	return fmt.Errorf("core: nobody can %q", string(o.Do))
}

// nodesWith is how many nodes, from the first on, run a service.
func (c *Core) nodesWith(s Service) int {
	switch s {
	case ServiceTFTP:
		return c.config.TFTPServers
	case ServiceCAPF:
		return 1
	}
	return len(c.nodes)
}

// eachNode does something to a node, or to so many from the first on when none
// is named. It ends with the first error.
func (c *Core) eachNode(node, all int, do func(node int) error) error {
	if node != 0 {
		return do(node)
	}
	for node = 1; node <= all; node++ {
		if err := do(node); err != nil {
			return err
		}
	}
	return nil
}

func (c *Core) changeProfile(change ProfileChange, names []string) error {
	if err := change.Operation.check(); err != nil {
		return err
	}
	err := c.SetProfile(func(p *Profile) {
		p.Security = orDefault(change.Security, p.Security)
		p.Auth = orDefault(change.Auth, p.Auth)
		if change.EncryptedConfig != nil {
			p.EncryptedConfig = *change.EncryptedConfig
		}
	}, names...)
	if err != nil || change.Operation == "" {
		return err
	}
	devices, err := c.db.named(names)
	for _, d := range devices {
		d.ask(change.Operation)
	}
	return err
}
