package main

import (
	"crypto/x509"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/ctlclient"
	"github.com/phonebank/phonebank/cmd/phonebank/internal/token"
	"github.com/phonebank/phonebank/wire/ctl"
)

// serverFlags are the roles that servers are listed in, in the order of the list.
var serverFlags = []struct {
	flag, usage string
	role        ctl.Role
}{
	{"ccm-tftp", "list `CERT@NAME` as CCM+TFTP: a CallManager and TFTP server; may be repeated, like the following", ctl.RoleCCMTFTP},
	{"ccm", "list `CERT@NAME` as CCM: a CallManager", ctl.RoleCCM},
	{"tftp", "list `CERT@NAME` as TFTP: signs configuration", ctl.RoleTFTP},
	{"capf", "list `CERT@NAME` as CAPF", ctl.RoleCAPF},
	{"app-server", "list `CERT@NAME` as APP-SERVER", ctl.RoleAppServer},
}

func (t *tool) ctlCreateCommand() *cli.Command {
	flags := append(signFlags(), &cli.StringSliceFlag{Name: "sast", Usage: "list the token of `CERT` as well, as a backup; may be repeated"})
	for _, f := range serverFlags {
		flags = append(flags, &cli.StringSliceFlag{Name: f.flag, Usage: f.usage})
	}
	return &cli.Command{
		Name:  "create",
		Usage: "make and sign a new CTL file, as the CTL client does",
		Description: "phonebank ctl create --sign token1.p12 --sast token2.pem \\\n" +
			"  --ccm-tftp CallManager.pem@10.0.0.1 --capf CAPF.pem@10.0.0.1 -o CTLFile.tlv\n\n" +
			"Certificates are PEM or DER. NAME is the host name or address under which phones know the\n" +
			"server, or both as NAME/ADDRESS. The exit code is 0 when the file was written, 1 when\n" +
			"something was refused, 3 when a file could not be read or written.",
		Flags:  flags,
		Action: t.ctlCreate,
	}
}

func (t *tool) ctlCreate(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	s, err := t.signing(c)
	if err != nil {
		return err
	}
	order := ctlclient.Create{
		Digest: s.digest, Time: s.time, Tokenless: s.tokenless, NonSecure: s.mode == ctlclient.NonSecure, Flaw: s.flaw,
	}
	for _, path := range c.StringSlice("sast") {
		certificate, err := token.CertificateFile(path)
		if err != nil {
			return unsigned(err)
		}
		order.SASTs = append(order.SASTs, certificate)
	}
	for _, f := range serverFlags {
		for _, text := range c.StringSlice(f.flag) {
			server, err := serverOf(f.role, text)
			if err != nil {
				return flagProblem("--"+f.flag, err)
			}
			order.Servers = append(order.Servers, server)
		}
	}
	return t.sign(c, s, func(signer *x509.Certificate) (*ctlclient.Plan, error) {
		order.Signer = signer
		return order.Plan()
	})
}

// serverOf reads CERT@NAME.
func serverOf(role ctl.Role, text string) (ctlclient.Server, error) {
	s := ctlclient.Server{Role: role}
	i := strings.LastIndexByte(text, '@')
	if i <= 0 {
		return s, usagef("%s: want CERT@NAME, NAME being how phones know the server", text)
	}
	var err error
	if s.Name, s.Address, err = ctlclient.ParsePlace(text[i+1:]); err != nil {
		return s, usagef("%s: %w", text, err)
	}
	if s.Certificate, err = token.CertificateFile(text[:i]); err != nil {
		return s, unsigned(err)
	}
	return s, nil
}
