package main

import (
	"errors"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/scenario/report"
)

func (t *tool) reportCommand() *cli.Command {
	return &cli.Command{
		Name:      "report",
		Usage:     "render the report of a run again, also of one that was killed",
		ArgsUsage: "DIR",
		Description: "DIR is what --out named. The reports in it are written anew from what is there: result.json or the\n" +
			"last snapshot, and timeline.csv.",
		Flags:  []cli.Flag{jsonFile(), junitFile()},
		Action: t.report,
	}
}

func (t *tool) report(c *cli.Context) error {
	args, err := arguments(c, "DIR")
	if err != nil {
		return err
	}
	result, err := report.Open(args[0])
	if err != nil {
		return &problem{code: exitFile, err: err, hint: "name the directory that --out named"}
	}
	if _, err := report.Save(args[0], result); err != nil {
		return err
	}
	return errors.Join(t.tell(c, result)...)
}
