package main

import (
	"crypto/x509"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/ctlclient"
	"github.com/phonebank/phonebank/cmd/phonebank/internal/token"
	"github.com/phonebank/phonebank/wire/ctl"
)

func (t *tool) ctlUpdateCommand() *cli.Command {
	return &cli.Command{
		Name:      "update",
		Usage:     "change a CTL file and sign it again with a token that it names",
		ArgsUsage: "OLD",
		Description: "phonebank ctl update --sign token2.p12 --remove 74:AE:9E:6B:DB:C2:A5:1D \\\n" +
			"  --add CCM+TFTP=CallManager.pem@10.0.0.1 CTLFile.tlv -o CTLFile.tlv\n\n" +
			"Records that stay are taken over byte for byte. Roles are SAST (which has no @NAME), CCM+TFTP,\n" +
			"CCM, TFTP, CAPF and APP-SERVER. The exit code is 0 when the file was written, 1 when something\n" +
			"was refused, 3 when a file could not be read or written.",
		Flags: append(signFlags(),
			&cli.StringSliceFlag{Name: "add", Usage: "list a certificate, `ROLE=CERT@NAME`; may be repeated"},
			&cli.StringSliceFlag{Name: "remove", Usage: "leave out the records with a serial number, `[ROLE=]SERIAL` as AA:BB:CC or AABBCC; may be repeated"},
			&cli.BoolFlag{Name: "unverified", Usage: "go on although the signature of OLD does not verify"},
		),
		Action: t.ctlUpdate,
	}
}

func (t *tool) ctlUpdate(c *cli.Context) error {
	args, err := arguments(c, "OLD")
	if err != nil {
		return err
	}
	s, err := t.signing(c)
	if err != nil {
		return err
	}
	order := ctlclient.Update{
		Digest: s.digest, Time: s.time, Mode: s.mode, Tokenless: s.tokenless, Flaw: s.flaw, Unverified: c.Bool("unverified"),
	}
	for _, text := range c.StringSlice("add") {
		server, err := addition(text)
		if err != nil {
			return flagProblem("--add", err)
		}
		order.Add = append(order.Add, server)
	}
	for _, text := range c.StringSlice("remove") {
		removal, err := ctlclient.ParseRemoval(text)
		if err != nil {
			return usagef("--remove %s: %w", text, err)
		}
		order.Remove = append(order.Remove, removal)
	}
	if order.Old, err = t.list(args[0]); err != nil {
		return err
	}
	return t.sign(c, s, func(signer *x509.Certificate) (*ctlclient.Plan, error) {
		order.Signer = signer
		return order.Plan()
	})
}

// addition reads ROLE=CERT@NAME, SAST=CERT.
func addition(text string) (ctlclient.Server, error) {
	name, rest, ok := strings.Cut(text, "=")
	if !ok {
		return ctlclient.Server{}, usagef("%s: want ROLE=CERT@NAME", text)
	}
	role, err := ctl.ParseRole(name)
	if err != nil {
		return ctlclient.Server{}, usagef("%w", err)
	}
	if role != ctl.RoleSAST {
		return serverOf(role, rest)
	}
	certificate, err := token.CertificateFile(rest)
	if err != nil {
		return ctlclient.Server{}, unsigned(err)
	}
	return ctlclient.Server{Role: role, Certificate: certificate}, nil
}

// flagProblem says in which flag a problem lies.
func flagProblem(flag string, err error) error {
	p, ok := err.(*problem)
	if !ok {
		return err
	}
	return &problem{code: p.code, err: fmt.Errorf("%s %w", flag, p.err), hint: p.hint}
}
