package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/inspect"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
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
	if errors.Is(err, fs.ErrNotExist) && !c.Bool("json") {
		return errors.Join(err, ctl.ShowMissing(t.out, kindByName(args[0]), 0))
	}
	if err != nil {
		return err
	}
	list, err := ctl.Parse(file)
	if err != nil {
		if !c.Bool("json") {
			if err := ctl.ShowMissing(t.out, kindByName(args[0]), len(file)); err != nil {
				return err
			}
		}
		return &problem{code: exitFailed, err: fmt.Errorf("%s is no trust list: %w", args[0], err), hint: lookOf(file)}
	}
	if c.Bool("json") {
		return printJSON(t.out, inspect.ListOf(list))
	}
	return ctl.Show(t.out, list, time.Local)
}

// kindByName is the kind that a file's name speaks of, for want of its content.
func kindByName(path string) ctl.Kind {
	if strings.HasPrefix(strings.ToUpper(filepath.Base(path)), "ITL") {
		return ctl.ITL
	}
	return ctl.CTL
}

// lookOf says what a file seems to be that did not parse.
func lookOf(file []byte) string {
	switch {
	case len(file) == 0:
		return "the file is empty"
	case !inspect.Signed(file):
		return "it looks like XML or HTML; fetch the file again, in binary mode, from the TFTP server"
	}
	if e, err := signed.Parse(file); err == nil && e.Filename != "" && !strings.HasSuffix(e.Filename, ".tlv") {
		return fmt.Sprintf("the file is signed as %s, no trust list: phonebank config show tells what is in it", printable(e.Filename))
	}
	return "fetch the file again, in binary mode, from the TFTP server, and compare the sizes"
}
