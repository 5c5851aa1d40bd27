package main

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/inspect"
	"github.com/phonebank/phonebank/wire/ctl"
)

func (t *tool) ctlShowCommand() *cli.Command {
	return &cli.Command{
		Name:        "show",
		Usage:       "print a trust list in the layout of CUCM's show ctl",
		ArgsUsage:   "FILE",
		Description: "FILE is a CTL or ITL, - for standard input. Times are UTC unless TZ says otherwise.",
		Flags:       []cli.Flag{jsonInstead()},
		Action:      t.ctlShow,
	}
}

func (t *tool) ctlShow(c *cli.Context) error {
	args, err := arguments(c, "FILE")
	if err != nil {
		return err
	}
	file, err := t.read(args[0], ctl.MaxSize)
	if err != nil {
		return err
	}
	list, err := ctl.Parse(file)
	if err != nil {
		return &problem{code: exitFailed, err: fmt.Errorf("%s is no trust list: %w", args[0], err), hint: lookOf(file)}
	}
	if c.Bool("json") {
		return printJSON(t.out, inspect.ListOf(list))
	}
	return ctl.Show(t.out, list, time.Local)
}

// lookOf says what a file seems to be that did not parse.
func lookOf(file []byte) string {
	switch {
	case len(file) == 0:
		return "the file is empty"
	case !inspect.Signed(file):
		return "it looks like XML or HTML; fetch the file again, in binary mode, from the TFTP server"
	}
	return "fetch the file again, in binary mode, from the TFTP server, and compare the sizes"
}
