package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/scenario/report"
	"github.com/phonebank/phonebank/scenario/state"
)

func (t *tool) caCommand() *cli.Command {
	return &cli.Command{
		Name:  "ca",
		Usage: "the manufacturing CA that signed the phones' MICs",
		Subcommands: []*cli.Command{{
			Name:  "export",
			Usage: "print the CA's certificate, for upload to CAPF-trust and CallManager-trust",
			Description: "A real cluster accepts the MICs of these phones once it trusts who made them: in OS\n" +
				"Administration > Security > Certificate Management upload the file as CAPF-trust and as\n" +
				"CallManager-trust, then restart CAPF and CallManager. The CA is made when DIR has none.",
			Flags: []cli.Flag{
				keptFlag(),
				&cli.StringFlag{Name: "out", Value: "-", Usage: "write the PEM to `FILE`, - for standard output"},
			},
			Action: t.caExport,
		}},
	}
}

func (t *tool) caExport(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	dir := c.String("state")
	if dir == "" {
		return usagef("%s: --state is missing: the directory that keeps the CA", c.Command.HelpName)
	}
	factory, err := state.Manufacturer(dir)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return &problem{code: exitFile, err: err, hint: "name a directory that you may read and write"}
	case err != nil:
		return &problem{code: exitFile, err: err, hint: fmt.Sprintf("look at %s", filepath.Join(dir, "manufacturer.pem"))}
	}
	write := func(w io.Writer) error {
		_, err := w.Write(factory.PEM())
		return err
	}
	if out := c.String("out"); out != "-" {
		return report.Whole(out, write)
	}
	return write(t.out)
}
