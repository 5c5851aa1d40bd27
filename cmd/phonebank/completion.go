package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/complete"
	"github.com/phonebank/phonebank/phone"
)

func (t *tool) completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a completion script for a shell",
		ArgsUsage: "bash|zsh|fish",
		Description: "bash:  source <(phonebank completion bash)\n" +
			"zsh:   phonebank completion zsh > \"${fpath[1]}/_phonebank\"\n" +
			"fish:  phonebank completion fish > ~/.config/fish/completions/phonebank.fish",
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "bash, zsh or fish")
			if err != nil {
				return err
			}
			script, ok := complete.Script(args[0], outline(c.App))
			if !ok {
				return usagef("%s: there is a script for bash, zsh and fish, none for %q", c.Command.HelpName, args[0])
			}
			_, err = fmt.Fprint(t.out, script)
			return err
		},
	}
}

// outline is the tree of commands as a completion script needs it.
func outline(app *cli.App) complete.Command {
	return complete.Command{Name: app.Name, Flags: outlineFlags(app.Flags), Below: outlineCommands(app.Commands)}
}

func outlineCommands(commands []*cli.Command) []complete.Command {
	var all []complete.Command
	for _, c := range commands {
		if c.Hidden {
			continue
		}
		all = append(all, complete.Command{
			Name: c.Name, Usage: c.Usage, Words: completionWords[c.Name],
			Flags: outlineFlags(c.Flags), Below: outlineCommands(c.Subcommands),
		})
	}
	return all
}

// completionWords are arguments that are no files, by command.
var completionWords = map[string][]string{
	"completion": {"bash", "zsh", "fish"},
	"version":    {},
	"doctor":     {},
	"schema":     {},
	"boot":       {},
	"check":      {},
	"core":       {},
	"export":     {},
	"ls":         {},
	"erase":      {},
}

// flagWords are what flags take that take no files.
var flagWords = map[string][]string{
	"model":  phone.ModelNames(),
	"as":     {"ctl", "itl"},
	"digest": {"sha1", "sha512"},
	"mode":   {"mixed", "non-secure"},
}

func outlineFlags(flags []cli.Flag) []complete.Flag {
	var all []complete.Flag
	for _, f := range flags {
		names := f.Names()
		if visible, ok := f.(cli.VisibleFlag); ok && !visible.IsVisible() || names[0] == "help" {
			continue
		}
		_, isBool := f.(*cli.BoolFlag)
		all = append(all, complete.Flag{Names: names, Value: !isBool, Words: flagWords[names[0]], Usage: usageOf(f)})
	}
	return append(all, complete.Flag{Names: []string{"help", "h"}, Usage: "show help"})
}

func usageOf(f cli.Flag) string {
	if documented, ok := f.(cli.DocGenerationFlag); ok {
		return documented.GetUsage()
	}
	return ""
}
