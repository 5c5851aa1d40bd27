package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/ctl"
)

func (t *tool) ctlVerifyCommand() *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "would a phone take this trust list, and why?",
		ArgsUsage: "NEW",
		Description: "NEW is judged against the lists the phone holds; without any it is judged as the first\n" +
			"list of a new phone. The exit code is 0 when NEW is accepted or unchanged, 1 when it is rejected,\n" +
			"3 when a file cannot be opened or a held list does not parse.",
		Flags: append(heldFlags(),
			&cli.StringFlag{Name: "as", Usage: "judge NEW as a `KIND` of list, ctl or itl, whatever its FILENAME says"},
			traceFlag(),
			jsonInstead(),
		),
		Action: t.ctlVerify,
	}
}

func (t *tool) ctlVerify(c *cli.Context) error {
	args, err := arguments(c, "NEW")
	if err != nil {
		return err
	}
	kind, err := kindNamed(c.String("as"))
	if err != nil {
		return err
	}
	j, err := t.judge(c)
	if err != nil {
		return err
	}
	file, err := t.read(args[0], ctl.MaxSize)
	if err != nil {
		return err
	}
	if c.Bool("trace") {
		j.held.Trace = j.note
	}
	verdict := j.held.JudgeList(c.Context, kind, file, j.model, j.asker)
	if c.Context.Err() != nil {
		return interrupted()
	}
	summary := verdict.Summary()
	if c.Bool("json") {
		err = printJSON(t.out, struct {
			phone.Summary
			traced
		}{summary, traced{j.steps}})
	} else {
		err = t.tellVerdict(args[0], summary.Decision, j.steps, recordRows(summary.Records))
	}
	return decided(err, verdict.Outcome)
}

func kindNamed(name string) (ctl.Kind, error) {
	switch strings.ToLower(name) {
	case "":
		return ctl.KindUnknown, nil
	case "ctl":
		return ctl.CTL, nil
	case "itl":
		return ctl.ITL, nil
	}
	return 0, usagef("--as %s: a list is a ctl or an itl", name)
}

func recordRows(records []phone.RecordSummary) [][2]string {
	var rows [][2]string
	for i, r := range records {
		text := r.Subject
		if text == "" {
			text = "without a certificate"
		}
		if r.Serial != "" {
			text += " (serial " + r.Serial + ")"
		}
		rows = append(rows, [2]string{fmt.Sprintf("record %d", i+1), fmt.Sprintf("%-10s %s", r.Role, text)})
	}
	return rows
}

// decided is the exit code of a verdict.
func decided(err error, outcome phone.Outcome) error {
	if err == nil && outcome == phone.Reject {
		return silent(exitFailed)
	}
	return err
}
