package main

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/terminal"
	"github.com/phonebank/phonebank/scenario"
)

func (t *tool) validateCommand() *cli.Command {
	return &cli.Command{
		Name:      "validate",
		Usage:     "check scenario files without running them",
		ArgsUsage: "SCENARIO.yaml…",
		Description: "Reads each file, and the files it names, as run does, and says what it amounts to.\n\n" +
			"Exit codes: 0 all can be run, 104 one is wrong.",
		Flags:  []cli.Flag{jsonInstead()},
		Action: t.validate,
	}
}

// validated is what became of one file.
type validated struct {
	File     string            `json:"file"`
	Valid    bool              `json:"valid"`
	Problems string            `json:"problems,omitempty"` // a line each, with its place
	Outlook  *scenario.Outlook `json:"outlook,omitempty"`
}

func (t *tool) validate(c *cli.Context) error {
	files := c.Args().Slice()
	if len(files) == 0 {
		return usagef("%s: SCENARIO.yaml is missing; see %s --help", c.Command.HelpName, c.Command.HelpName)
	}
	all := make([]validated, len(files))
	wrong := false
	for i, file := range files {
		all[i].File = file
		s, err := scenario.Load(file)
		if err != nil {
			all[i].Problems, wrong = err.Error(), true
			continue
		}
		outlook := s.Outlook()
		all[i].Valid, all[i].Outlook = true, &outlook
	}
	if c.Bool("json") {
		if err := printJSON(t.out, all); err != nil {
			return err
		}
	} else {
		for _, v := range all {
			t.tellValidated(v)
		}
	}
	if wrong {
		return silent(exitScenario)
	}
	return nil
}

func (t *tool) tellValidated(v validated) {
	if !v.Valid {
		fmt.Fprintf(t.out, "%s %s\n", t.out.Mark(terminal.Bad), v.Problems)
		return
	}
	o := v.Outlook
	load := fmt.Sprintf("up to %.4g/s, the last after %v", o.Peak, time.Duration(o.Last*float64(time.Second)))
	if o.Last == 0 && o.Phones > 1 {
		load = fmt.Sprintf("%.0f at once", o.Peak)
	}
	fmt.Fprintf(t.out, "%s %s: %q, %s against core %s, %s, stay %v", t.out.Mark(terminal.Good), v.File, o.Name,
		count(o.Phones, "phone"), o.Core, load, time.Duration(o.Stay*float64(time.Second)))
	if o.Groups > 1 {
		fmt.Fprintf(t.out, ", %s", count(o.Groups, "group"))
	}
	if o.Steps > 0 {
		fmt.Fprintf(t.out, ", %s", count(o.Steps, "step"))
	}
	fmt.Fprintf(t.out, ", %s\n", count(o.Thresholds, "threshold"))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
