package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/inspect"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/report"
	"github.com/phonebank/phonebank/wire/cnf"
)

func (t *tool) configVerifyCommand() *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "would a phone take this configuration, and why?",
		ArgsUsage: "FILE",
		Description: "FILE is judged against the lists the phone holds. The exit code is 0 when it is accepted,\n" +
			"1 when it is rejected, 3 when a file cannot be opened or a held list does not parse.",
		Flags: append(heldFlags(),
			keyFlag(),
			&cli.StringFlag{Name: "name", Usage: "the `NAME` the phone asked for; by default the name inside the file"},
			&cli.StringFlag{Name: "out", Usage: "write the verified XML to `FILE`, - for standard output"},
			traceFlag(),
			jsonInstead(),
		),
		Action: t.configVerify,
	}
}

func (t *tool) configVerify(c *cli.Context) error {
	args, err := arguments(c, "FILE")
	if err != nil {
		return err
	}
	if c.String("out") == "-" && c.Bool("json") {
		return usagef("%s: --out - and --json cannot both have standard output", c.Command.HelpName)
	}
	j, err := t.judge(c)
	if err != nil {
		return err
	}
	key, err := t.phoneKey(c)
	if err != nil {
		return err
	}
	file, err := t.read(args[0], maxConfig)
	if err != nil {
		return err
	}
	if c.Bool("trace") {
		j.held.Trace = j.note
	}
	verdict := j.held.JudgeConfig(c.Context, requested(c.String("name"), args[0], file), file, j.model, j.asker)
	if c.Context.Err() != nil {
		return interrupted()
	}
	verdict.Read(key, nil)
	if err := t.tellConfig(c, args[0], verdict, j.steps); err != nil {
		return err
	}
	return decided(nil, verdict.Outcome)
}

// requested is the name the phone is thought to have asked for; "" takes the
// name inside for granted, which only a signed file has.
func requested(name, path string, file []byte) string {
	base := filepath.Base(path)
	switch {
	case name != "":
		return name
	case inspect.Signed(file), strings.HasSuffix(base, ".sgn"):
		return ""
	case base == "-":
		return cnf.Name("SEP000000000000")
	}
	return base
}

// tellConfig prints the verdict and writes the XML of an accepted file.
func (t *tool) tellConfig(c *cli.Context, path string, v phone.ConfigVerdict, steps []phone.TraceStep) error {
	out := c.String("out")
	if out != "" && v.Payload != nil {
		write := func(w io.Writer) error {
			_, err := w.Write(v.Payload)
			return err
		}
		if out == "-" {
			return write(t.out)
		}
		if err := report.Whole(out, write); err != nil {
			return err
		}
	}
	summary := v.Summary()
	if c.Bool("json") {
		return printJSON(t.out, struct {
			phone.ConfigSummary
			traced
		}{summary, traced{steps}})
	}
	var more [][2]string
	if summary.PayloadSHA256 != "" {
		more = append(more, [2]string{"XML", fmt.Sprintf("%d bytes, SHA-256 %s", len(v.Payload), summary.PayloadSHA256)})
	}
	return t.tellVerdict(path, summary.Decision, steps, more)
}
