package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/netip"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/export"
	"github.com/phonebank/phonebank/cmd/phonebank/internal/local"
	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/wire/cnf"
)

func (t *tool) coreCommand() *cli.Command {
	return &cli.Command{
		Name:  "core",
		Usage: "run the simulated core alone, for phones of another process or machine",
		Description: "Serves TFTP, CAPF (3804), TVS (2445) and CallManager (2000, 2443) until it is interrupted. Its last\n" +
			"start-up line, on standard output, is: ready tftp=IP:PORT nodes=IP,IP. Traces as CUCM writes them\n" +
			"go to standard error. Its keys are throw-away: never trust them anywhere else.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", Usage: "`IP` of node 1; node k has the k-th address from there. Default: a free 127.x.y.0/24"},
			&cli.IntFlag{Name: "tftp-port", Usage: "`PORT` of TFTP", DefaultText: "69 when allowed, else 6969"},
			&cli.IntFlag{Name: "nodes", Usage: "`N` CallManager nodes, 1 to 5", DefaultText: "as the scenario says, else 1"},
			&cli.StringFlag{Name: "scenario", Usage: "take core and devices from a scenario `FILE`; flags override it"},
			&cli.StringSliceFlag{Name: "mic-ca", Usage: "accept factory certificates of this CA, a `PEM` file; may be repeated"},
			&cli.BoolFlag{Name: "auto-register", Usage: "admit devices nobody configured, on the clear port"},
			&cli.StringFlag{Name: "dir", Usage: "export every served file, certificate and key to `DIR`, and keep the cluster's keys there"},
			&cli.BoolFlag{Name: "quiet", Usage: "write no traces"},
			&cli.StringFlag{Name: local.ChildFlag, Hidden: true},
		},
		Action: t.core,
	}
}

func (t *tool) core(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	ctx := c.Context
	config, err := t.coreConfig(c)
	if err != nil {
		return err
	}
	if !c.IsSet(local.ChildFlag) && len(config.Devices) == 0 && !config.AutoRegister {
		fmt.Fprintln(t.err, "hint: no device is in the database: name them with --scenario FILE, or admit all with --auto-register")
	}
	if n, name := stringless(config); n > 0 {
		fmt.Fprintf(t.err, "hint: devices without the auth_string that CAPF asks for: %d, such as %s; nothing that their users type is right\n", n, name)
	}
	cluster, err := core.Start(context.WithoutCancel(ctx), config)
	if err != nil {
		return &problem{code: exitUnready, err: err, hint: "phonebank doctor says which addresses and ports are free"}
	}
	if dir := c.String("dir"); dir != "" {
		if err := export.Files(ctx, dir, cluster, config.Devices); err != nil {
			return errors.Join(&problem{code: exitFile, err: err}, cluster.Close())
		}
	}
	if _, err := fmt.Fprintln(t.out, local.Ready{TFTP: cluster.TFTPAddr(), Nodes: cluster.NodeAddrs()}); err != nil {
		return errors.Join(err, cluster.Close())
	}
	if c.IsSet(local.ChildFlag) {
		ctx = t.untilParentEnds(ctx, cluster)
	}
	<-ctx.Done()
	err = cluster.Close()
	if dir := c.String(local.ChildFlag); dir != "" {
		err = errors.Join(err, scenario.LeaveLocal(dir, config.Authority, cluster.Authority()))
	}
	return err
}

// stringless counts the devices that CAPF asks for a string that nobody has set,
// and names one.
func stringless(config core.Config) (n int, name string) {
	if config.CAPF.Auth != cnf.CAPFString || config.AuthString != "" {
		return 0, ""
	}
	for _, d := range config.Devices {
		if d.AuthString == "" && cmp.Or(d.Operation, config.CAPF.Operation) != core.OperationNone {
			n, name = n+1, cmp.Or(name, d.Name)
		}
	}
	return n, name
}

// untilParentEnds is ctx until standard input ends: the parent of a child core
// holds its other end, and sends its orders there.
func (t *tool) untilParentEnds(ctx context.Context, cluster *core.Core) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		local.Obey(ctx, cluster, t.in, t.out)
		cancel()
	}()
	return ctx
}

func (t *tool) coreConfig(c *cli.Context) (config core.Config, err error) {
	if dir := c.String(local.ChildFlag); dir != "" {
		return scenario.ReadLocal(dir)
	}
	config = core.Config{
		Security: cnf.Encrypted, EncryptedConfig: true,
		CAPF: core.CAPFPolicy{Auth: cnf.CAPFNullString, Operation: core.OperationInstall},
	}
	if file := c.String("scenario"); file != "" {
		s, err := scenario.Load(file)
		if err != nil {
			return config, invalid(err)
		}
		if config, err = s.CoreConfig(); err != nil {
			return config, invalid(err)
		}
	}
	if !c.Bool("quiet") {
		config.Trace = t.err
	}
	if err := t.coreFlags(c, &config); err != nil {
		return config, err
	}
	if dir := c.String("dir"); dir != "" {
		if config.Authority, err = export.Authority(dir, max(config.Nodes, 1)); err != nil {
			return config, &problem{code: exitFile, err: err, hint: "name an empty directory, or one that an earlier core with as many nodes wrote"}
		}
	}
	return config, nil
}

func (t *tool) coreFlags(c *cli.Context, config *core.Config) (err error) {
	if ip := c.String("listen"); ip != "" {
		if config.Address, err = netip.ParseAddr(ip); err != nil || !config.Address.Is4() {
			return usagef("--listen %s: want an IPv4 address", ip)
		}
	}
	for _, n := range []struct {
		flag string
		to   *int
		most int
	}{{"tftp-port", &config.TFTPPort, 65535}, {"nodes", &config.Nodes, core.MaxNodes}} {
		if !c.IsSet(n.flag) {
			continue
		}
		if *n.to = c.Int(n.flag); *n.to < 1 || *n.to > n.most {
			return usagef("--%s %d: want 1 to %d", n.flag, *n.to, n.most)
		}
	}
	config.AutoRegister = config.AutoRegister || c.Bool("auto-register")
	for _, path := range c.StringSlice("mic-ca") {
		roots, err := t.certificates(path)
		if err != nil {
			return err
		}
		config.MICRoots = append(config.MICRoots, roots...)
	}
	return nil
}

// certificates reads the certificates of a PEM file, or the one of a DER file.
func (t *tool) certificates(path string) ([]*x509.Certificate, error) {
	file, err := t.read(path, 1<<20)
	if err != nil {
		return nil, err
	}
	der := file
	if bytes.Contains(file, []byte("-----BEGIN ")) {
		der = nil
		for block, rest := pem.Decode(file); block != nil; block, rest = pem.Decode(rest) {
			if block.Type == "CERTIFICATE" {
				der = append(der, block.Bytes...)
			}
		}
	}
	certificates, err := x509.ParseCertificates(der)
	if err == nil && len(certificates) == 0 {
		err = errors.New("no certificate in the file")
	}
	if err != nil {
		return nil, &problem{code: exitFile, err: fmt.Errorf("%s: %w", path, err), hint: "phonebank ca export --state DIR writes such a file"}
	}
	return certificates, nil
}
