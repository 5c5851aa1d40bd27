package main

import "github.com/urfave/cli/v2"

func (t *tool) ctlCommand() *cli.Command {
	return &cli.Command{
		Name:        "ctl",
		Usage:       "look at trust lists (CTL and ITL) as a server and as a phone does",
		Subcommands: []*cli.Command{t.ctlShowCommand(), t.ctlVerifyCommand()},
	}
}
