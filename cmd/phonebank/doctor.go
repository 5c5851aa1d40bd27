package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/doctor"
	"github.com/phonebank/phonebank/cmd/phonebank/internal/terminal"
)

func (t *tool) doctorCommand() *cli.Command {
	return &cli.Command{
		Name:   "doctor",
		Usage:  "what this machine can carry: open files, ports, addresses, fleets",
		Flags:  []cli.Flag{jsonInstead()},
		Action: t.doctor,
	}
}

func (t *tool) doctor(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	d := doctor.Examine(c.Context)
	if c.Bool("json") {
		if err := printJSON(t.out, d); err != nil {
			return err
		}
	} else {
		t.tellDiagnosis(d)
	}
	if !d.Able {
		return silent(exitUnready)
	}
	return nil
}

func (t *tool) tellDiagnosis(d doctor.Diagnosis) {
	for _, f := range d.Findings {
		mark := map[doctor.State]terminal.Mark{doctor.Good: terminal.Good, doctor.Limited: terminal.Skipped, doctor.Bad: terminal.Bad}[f.State]
		fmt.Fprintf(t.out, "%s %-14s %s\n", t.out.Mark(mark), f.Name, f.Text)
		if f.Fix != "" {
			fmt.Fprintf(t.out, "                 hint: %s\n", f.Fix)
		}
	}
	fmt.Fprintf(t.out, "\nThis machine carries a fleet of\n  %7d phones with the core in the same process\n  %7d phones with --core local or a core elsewhere\n",
		d.Fleet.Embedded, d.Fleet.Local)
	fmt.Fprintf(t.out, "and, with the core on it as well, about\n  %7.0f boots/s with enrolment, keys from a pool\n  %7.0f boots/s of phones that have their LSC\n",
		d.Rate.Enrol, d.Rate.Held)
}
