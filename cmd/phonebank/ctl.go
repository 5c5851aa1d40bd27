package main

import "github.com/urfave/cli/v2"

func (t *tool) ctlCommand() *cli.Command {
	return &cli.Command{
		Name:        "ctl",
		Usage:       "trust lists (CTL and ITL): look at them as a server and as a phone does, compare, sign",
		Subcommands: []*cli.Command{t.ctlShowCommand(), t.ctlVerifyCommand(), t.ctlDiffCommand(), t.ctlCreateCommand(), t.ctlUpdateCommand()},
	}
}
