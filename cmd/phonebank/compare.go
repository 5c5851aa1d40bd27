package main

import (
	"os"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/scenario/compare"
	"github.com/phonebank/phonebank/scenario/report"
	"github.com/phonebank/phonebank/scenario/tally"
)

func (t *tool) compareCommand() *cli.Command {
	return &cli.Command{
		Name:      "compare",
		Usage:     "compare two runs: better, worse or no difference, and how sure that is",
		ArgsUsage: "A B",
		Description: "A and B are directories that --out named, or result.json files. Each percentile of each step comes with\n" +
			"the 95 % interval of its change. The exit code is 99 when a --fail-if is hit.",
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "fail-if", Usage: "exit with 99 if this `CHANGE` is there: \"register.p99 worse by 10%\"; may be repeated"},
			jsonInstead(),
		},
		Action: t.compare,
	}
}

func (t *tool) compare(c *cli.Context) error {
	args, err := arguments(c, "A", "B")
	if err != nil {
		return err
	}
	var demands []compare.Demand
	for _, text := range c.StringSlice("fail-if") {
		demand, err := compare.ParseDemand(text)
		if err != nil {
			return usagef("--fail-if: %w", err)
		}
		demands = append(demands, demand)
	}
	var runs [2]*tally.Result
	for i, path := range args {
		if runs[i], err = resultAt(path); err != nil {
			return unopened(err, "name a directory that --out named, or a result.json")
		}
	}
	compared, err := compare.Compare(runs[0], runs[1])
	if err != nil {
		return &problem{code: exitFile, err: err}
	}
	hit, err := compared.Judge(demands)
	if err != nil {
		return usagef("--fail-if: %w", err)
	}
	if c.Bool("json") {
		err = printJSON(t.out, compared)
	} else {
		err = compared.Text(t.out)
	}
	if err == nil && hit {
		return silent(tally.ExitThreshold)
	}
	return err
}

// resultAt reads a result from its directory or its file.
func resultAt(path string) (*tally.Result, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return report.Open(path)
	}
	return report.Read(path)
}
