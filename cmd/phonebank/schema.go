package main

import (
	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/scenario/report"
)

func (t *tool) schemaCommand() *cli.Command {
	return &cli.Command{
		Name:  "schema",
		Usage: "print the JSON Schema of a file that Phonebank reads or writes",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "result", Usage: "of result.json"}},
		Action: func(c *cli.Context) error {
			if _, err := arguments(c); err != nil {
				return err
			}
			if !c.Bool("result") {
				return usagef("%s: say of which file: --result", c.Command.HelpName)
			}
			_, err := t.out.Write(report.Schema)
			return err
		},
	}
}
