package main

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

// app is the tree of commands. It is made anew for every command line, because
// the flag library writes into it.
func (t *tool) app() *cli.App {
	app := &cli.App{
		Name:  "phonebank",
		Usage: "virtual Cisco IP phones: boot one and watch, or thousands and measure",
		Description: "phonebank boot                          one secure phone against the core inside\n" +
			"phonebank run examples/boot-storm.yaml  a thousand of them\n" +
			"phonebank ctl verify NEW --held OLD     would a phone take this trust list?",
		Writer: t.out, ErrWriter: t.err,
		HideVersion: true,
		Flags:       []cli.Flag{&cli.BoolFlag{Name: "version", Usage: "print the version", Action: t.versionFlag}},
		Commands: []*cli.Command{
			t.runCommand(),
			t.validateCommand(),
			t.schemaCommand(),
			t.reportCommand(),
			t.compareCommand(),
			t.searchCommand(),
			t.bootCommand(),
			t.coreCommand(),
			t.ctlCommand(),
			t.configCommand(),
			t.checkCommand(),
			t.stateCommand(),
			t.caCommand(),
			t.doctorCommand(),
			t.completionCommand(),
			t.versionCommand(),
		},
		Action:                    needsCommand,
		ExitErrHandler:            func(*cli.Context, error) {}, // finish does it
		OnUsageError:              usageError,
		DisableSliceFlagSeparator: true, // file names may have commas
	}
	app.HideHelpCommand = true
	dress(app.Commands)
	dressFlags(app.Flags)
	return app
}

// dress gives every command what all of them share.
func dress(commands []*cli.Command) {
	for _, c := range commands {
		c.HideHelpCommand = true
		c.OnUsageError = usageError
		if c.Action == nil {
			c.Action = needsCommand
		}
		dress(c.Subcommands)
		dressFlags(c.Flags)
	}
}

// dressFlags keeps "default: false" out of the help.
func dressFlags(flags []cli.Flag) {
	for _, f := range flags {
		if f, ok := f.(*cli.BoolFlag); ok {
			f.DisableDefaultText = true
		}
	}
}

// needsCommand is the action of a command that only holds others.
func needsCommand(c *cli.Context) error {
	if c.Bool("version") {
		return nil // printed already
	}
	path, below := c.App.Name, c.App.Commands
	if c.Command != nil && len(c.Command.Subcommands) > 0 && c.Command.Name != c.App.Name {
		path, below = path+" "+c.Command.Name, c.Command.Subcommands
	}
	text := fmt.Sprintf("%s needs a command:\n", path)
	for _, b := range below {
		if !b.Hidden {
			text += fmt.Sprintf("\n  %-12s %s", b.Name, b.Usage)
		}
	}
	return usagef("%s\n\n%s COMMAND --help tells more", text, path)
}

// usageError is what the flag library has to say: a value that is no number,
// for example.
func usageError(c *cli.Context, err error, _ bool) error {
	return usagef("%s: %w", c.Command.HelpName, err)
}

// arguments checks the number of arguments and returns them.
func arguments(c *cli.Context, names ...string) ([]string, error) {
	args := c.Args().Slice()
	switch {
	case len(args) < len(names):
		return nil, usagef("%s: %s is missing; see %s --help", c.Command.HelpName, names[len(args)], c.Command.HelpName)
	case len(args) > len(names):
		return nil, usagef("%s: %q is one argument too many", c.Command.HelpName, args[len(names)])
	}
	return args, nil
}
