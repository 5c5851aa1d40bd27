package main

import "github.com/urfave/cli/v2"

func (t *tool) configCommand() *cli.Command {
	return &cli.Command{
		Name:        "config",
		Usage:       "look at phone configuration: .cnf.xml, .sgn and .enc.sgn",
		Subcommands: []*cli.Command{t.configShowCommand(), t.configVerifyCommand()},
	}
}
