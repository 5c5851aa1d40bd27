package main

import (
	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/scenario/report"
)

func (t *tool) schemaCommand() *cli.Command {
	return &cli.Command{
		Name:  "schema",
		Usage: "the JSON Schema of scenario files, so that editors complete and check them",
		Description: "Keep it beside your scenarios and name it in their first line:\n\n" +
			"phonebank schema > scenario.schema.json\n" +
			"# yaml-language-server: $schema=scenario.schema.json",
		Flags:  []cli.Flag{&cli.BoolFlag{Name: "result", Usage: "of result.json instead"}},
		Action: t.schema,
	}
}

func (t *tool) schema(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	text := report.Schema
	if !c.Bool("result") {
		var err error
		if text, err = scenario.Schema(); err != nil {
			return err
		}
	}
	_, err := t.out.Write(text)
	return err
}
