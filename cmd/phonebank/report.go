package main

import (
	"errors"
	"io/fs"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/scenario/record"
	"github.com/phonebank/phonebank/scenario/report"
)

func (t *tool) reportCommand() *cli.Command {
	return &cli.Command{
		Name:      "report",
		Usage:     "render the report of a run again, also of one that was killed",
		ArgsUsage: "DIR",
		Description: "DIR is what --out named. The reports in it are written anew from what is there: result.json or the\n" +
			"last snapshot, and timeline.csv, which stays as it is. phones.csv of a run that was killed is\n" +
			"made from events.jsonl.",
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
		return unopened(err, "name the directory that --out named")
	}
	if err := record.Restore(args[0], result); err != nil {
		return &problem{code: exitFile, err: err}
	}
	if _, err := report.Again(args[0], result); err != nil {
		return err
	}
	return errors.Join(t.tell(c, result)...)
}

// unopened is a run that cannot be read. The hint is for a wrong name; what is
// wrong with a file the error says.
func unopened(err error, hint string) error {
	p := &problem{code: exitFile, err: err}
	if errors.Is(err, fs.ErrNotExist) {
		p.hint = hint
	}
	return p
}
