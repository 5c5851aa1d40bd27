package scenario

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/sccp"
	"github.com/phonebank/phonebank/wire/signed"
	"github.com/phonebank/phonebank/wire/tvs"
)

// place is the core of a run, wherever it is.
type place struct {
	tftp      []string                  // TFTP servers
	embedded  *core.Core                // nil: elsewhere
	nodes     []netip.Addr              // of a simulated core
	authority *core.Authority           // likewise, when it started
	left      *core.Authority           // what close found that an administrator has made of it; nil: nothing
	lists     map[TrustKind]phone.Flash // what phones hold at power-on, if anything
	ended     <-chan struct{}           // closed when it died; nil: it cannot
	other     *core.Core                // the second cluster; nil: there is none
	// carry has an administrator's order carried out; nil: nobody takes orders.
	carry func(context.Context, core.Order) error
	// close ends a simulated core and says what its process cost.
	close func() (cpu time.Duration, maxRSS int64, err error)
}

// CoreConfig is the simulated core that the scenario describes, with the
// scenario's phones in its database: what `phonebank core --scenario` starts.
func (s *Scenario) CoreConfig() (core.Config, error) {
	with := s.withDefaults()
	f, err := newFleet(with, nil, World{})
	if err != nil {
		return core.Config{}, err
	}
	return with.coreConfig(f.devices()), nil
}

func (s Scenario) coreConfig(devices []core.Device) core.Config {
	c := s.Core
	config := core.Config{
		TFTPPort: c.TFTPPort, TFTPServers: c.TFTPServers, Clock: c.Clock.offset(time.Now()), Nodes: c.Nodes, Security: c.Security, EncryptedConfig: c.EncryptedConfig,
		CAPF: c.CAPF, AuthString: c.AuthString, KeepAlive: c.KeepAlive, ConnectionMonitor: c.Monitor, Digest: c.Digest, Signer: c.Signer,
		TLSMin: c.TLSMin, TLSMax: c.TLSMax, Tokens: c.Tokens, Capacity: c.Capacity, Faults: c.Faults, Devices: devices,
	}
	if links := s.links(); links > 16<<10 {
		config.Limits.Connections = 2 * links
	}
	return config
}

// simulate starts the scenario's own core, here or in a child process.
func (r *run) simulate(ctx context.Context, where WhereKind, a *core.Authority, devices []core.Device) (*place, error) {
	config := r.with.coreConfig(devices)
	config.Authority = a
	if r.keeper != nil {
		var err error
		if config.Before, err = r.keeper.store.Address(); err != nil {
			return nil, err
		}
	}
	if where == Local && r.with.Core.Clusters > 1 {
		return nil, &PreflightError{"two clusters run in this process only, and the fleet does not fit here beside them", "use fewer phones, and core: embedded"}
	}
	if where == Local {
		return r.startLocal(ctx, config)
	}
	config.Trace = r.options.Trace
	config.Network = r.options.World.Network
	config.Address = r.options.World.Address
	c, err := core.Start(context.WithoutCancel(ctx), config)
	if err != nil {
		return nil, err
	}
	p := &place{
		tftp: c.TFTPAddrs(), embedded: c, carry: c.Carry, nodes: c.NodeAddrs(), authority: a,
	}
	p.close = func() (time.Duration, int64, error) {
		if now := c.Authority(); now != a {
			p.left = now
		}
		return 0, 0, c.Close()
	}
	if r.with.Core.Clusters > 1 {
		if err := r.addCluster(ctx, p, config); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	p.lists, err = simulatedLists(r.with.trustKinds(), a, c.ListOptions(), config.Security, c.Places())
	if err != nil {
		_, _, closing := p.close()
		return nil, errors.Join(err, closing)
	}
	return p, nil
}

func (r *run) startLocal(ctx context.Context, config core.Config) (*place, error) {
	if r.options.StartLocal == nil {
		return nil, &PreflightError{"the core cannot run in a process of its own here", "use core: embedded"}
	}
	dir, err := os.MkdirTemp("", "phonebank-core-")
	if err != nil {
		return nil, err
	}
	forget := func(err error) error { return errors.Join(err, os.RemoveAll(dir)) }
	if err := writeLocal(dir, config); err != nil {
		return nil, forget(err)
	}
	child, err := r.options.StartLocal(ctx, LocalSpec{Dir: dir})
	if err != nil {
		return nil, forget(err)
	}
	p := &place{
		tftp: child.tftpServers(max(config.TFTPServers, 1)), ended: child.Ended, carry: child.Carry,
		nodes: child.Nodes, authority: config.Authority,
	}
	p.close = func() (time.Duration, int64, error) {
		cpu, rss, err := child.Close()
		if err == nil {
			p.left, err = readLeft(dir)
		}
		return cpu, rss, forget(err)
	}
	options := core.ListOptions{
		Signer: config.Signer, Digest: config.Digest, NonSecure: config.Security == cnf.NonSecure, Addresses: child.Nodes,
	}
	var places []core.Place
	for _, node := range child.Nodes {
		places = append(places, core.Place{Address: node, Clear: sccp.Port, Secure: sccp.SecurePort, CAPF: capf.Port, TVS: tvs.Port})
	}
	p.lists, err = simulatedLists(r.with.trustKinds(), config.Authority, options, config.Security, places)
	if err != nil {
		_, _, closing := p.close()
		return nil, errors.Join(err, closing)
	}
	return p, nil
}

// simulatedLists are what phones of the given kinds have in flash that were on
// the simulated cluster before, by kind: its lists of now or of a year ago,
// which may not know who signs today. Each list is parsed once for all phones.
func simulatedLists(kinds []TrustKind, a *core.Authority, o core.ListOptions, security cnf.SecurityMode, places []core.Place) (map[TrustKind]phone.Flash, error) {
	all := make(map[TrustKind]phone.Flash)
	config := simulatedConfig(security, places)
	for _, kind := range kinds {
		flash, o := phone.Flash{Config: config}, o
		makeCTL, makeITL := a.CTL, a.ITL
		switch kind {
		case TrustHeld:
		case TrustStale, TrustOutdated:
			makeCTL, makeITL = a.StaleCTL, a.StaleITL
			o.Forget = kind == TrustOutdated
		default:
			continue
		}
		if !o.NonSecure {
			file, err := makeCTL(o)
			if err == nil {
				flash.CTL, err = ctl.Parse(file)
			}
			if err != nil {
				return nil, fmt.Errorf("%s CTL: %w", kind, err)
			}
		}
		file, err := makeITL(1, o)
		if err == nil {
			flash.ITL, err = ctl.Parse(file)
		}
		if err != nil {
			return nil, fmt.Errorf("%s ITL: %w", kind, err)
		}
		all[kind] = flash
	}
	return all, nil
}

// simulatedConfig is the configuration of phones that were on the simulated
// cluster before: it names the TVS servers.
func simulatedConfig(security cnf.SecurityMode, places []core.Place) *cnf.Config {
	c := &cnf.Config{Protocol: "SCCP", Full: true, SecurityMode: security, ConnectionMonitor: cnf.DefaultConnectionMonitor}
	for i, p := range places {
		host := p.Address.String()
		c.CallManagers = append(c.CallManagers, cnf.CallManager{Priority: i, Host: host, Port: p.Clear, SecurePort: p.Secure})
		c.TVS = append(c.TVS, cnf.Server{Priority: i, Host: host, Port: p.TVS})
	}
	return c
}

// trustKinds are the kinds of trust that some group's phones have.
func (s *Scenario) trustKinds() []TrustKind {
	var kinds []TrustKind
	for _, g := range s.Phones {
		for _, t := range g.Trust {
			if !slices.Contains(kinds, t.Kind) {
				kinds = append(kinds, t.Kind)
			}
		}
	}
	return kinds
}

// reach asks somebody else's cluster for what it serves to the first phone: it
// proves that the TFTP server answers, and is what phones of TrustHeld hold.
func (r *run) reach(ctx context.Context, first phone.Identity) (*place, error) {
	p := &place{tftp: r.with.Core.Where.Targets}
	var files phone.Files = &phone.TFTP{Servers: p.tftp, Timers: &first.Model.Timers}
	if r.options.World.Files != nil {
		files = r.options.World.Files(nil, first)
	}
	name := string(first.Name)
	held := slices.Contains(r.with.trustKinds(), TrustHeld)
	var flash phone.Flash
	for _, file := range []struct {
		names []string
		keep  func([]byte) error
	}{
		{[]string{"CTL" + name + ".tlv"}, func(b []byte) (err error) {
			flash.CTL, err = ctl.Parse(b)
			return err
		}},
		{[]string{"ITL" + name + ".tlv", "ITLFile.tlv"}, func(b []byte) (err error) {
			flash.ITL, err = ctl.Parse(b)
			return err
		}},
		{[]string{cnf.Name(name) + ".sgn", cnf.Name(name)}, func(b []byte) error {
			if envelope, err := signed.Parse(b); err == nil && envelope.Encryption == nil {
				b = envelope.Payload
			}
			config, err := cnf.Parse(b)
			if err == nil && config.Full {
				flash.Config = config
			}
			return err
		}},
	} {
		b, err := fetchFirst(ctx, files, file.names)
		switch {
		case errors.Is(err, phone.ErrNotFound):
			continue
		case err != nil:
			return nil, &PreflightError{
				fmt.Sprintf("the core does not answer: %v", err),
				"check the address; --core HOST:PORT names a TFTP port other than 69",
			}
		}
		if err := file.keep(b); err != nil && held {
			return nil, fmt.Errorf("%s of %s: %w", file.names[0], r.with.Core.Where, err)
		}
	}
	if held {
		p.lists = map[TrustKind]phone.Flash{TrustHeld: flash}
	}
	return p, nil
}

func fetchFirst(ctx context.Context, files phone.Files, names []string) (b []byte, err error) {
	for _, name := range names {
		if b, err = files.Fetch(ctx, name); !errors.Is(err, phone.ErrNotFound) {
			break
		}
	}
	return b, err
}
