package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/nearest"
)

// arrange reorders a command line so that flags stand before arguments, where
// the flag parser looks for them: users may write either first. What follows
// "--" is left alone. Unknown flags and commands are refused here, with a
// suggestion, before anything runs.
//
//	ctl verify NEW --held OLD --json   ->   ctl verify --held OLD --json -- NEW
func arrange(app *cli.App, args []string) ([]string, error) {
	l := line{path: app.Name, flags: app.Flags, commands: app.Commands}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			l.arguments = append(l.arguments, args...)
			args = nil
		case len(arg) > 1 && arg[0] == '-':
			taken, err := l.flag(arg, args)
			if err != nil {
				return nil, err
			}
			args = args[taken:]
		case len(l.commands) > 0:
			if err := l.descend(arg); err != nil {
				return nil, err
			}
		default:
			l.arguments = append(l.arguments, arg)
		}
	}
	if l.help {
		return append(strings.Fields(l.path)[1:], "--help"), nil
	}
	if len(l.arguments) > 0 {
		l.head = append(append(l.head, "--"), l.arguments...)
	}
	return l.head, nil
}

// line is a command line while it is being arranged.
type line struct {
	path      string         // the command so far, for messages
	flags     []cli.Flag     // those it knows
	commands  []*cli.Command // those below it
	head      []string       // commands and flags
	arguments []string
	help      bool // asked for: all else does not matter
}

// flag takes a flag and, when it wants one, its value from what follows.
func (l *line) flag(arg string, follows []string) (taken int, err error) {
	name, value, assigned := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	i := slices.IndexFunc(l.flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
	switch {
	case i < 0 && (name == "help" || name == "h"):
		l.help = true
		return 0, nil
	case i < 0:
		return 0, l.unknownFlag(arg, name)
	}
	l.head = append(l.head, arg)
	if assigned {
		return 0, l.fits(i, name, value)
	}
	if _, isBool := l.flags[i].(*cli.BoolFlag); isBool {
		return 0, nil
	}
	if len(follows) == 0 {
		return 0, usagef("%s: %s needs a value", l.path, arg)
	}
	l.head = append(l.head, follows[0])
	return 1, l.fits(i, name, follows[0])
}

// fits refuses a value that is not of its flag's kind. The flag parser would,
// too, but in the words of programmers.
func (l *line) fits(i int, name, value string) error {
	var err error
	want := ""
	switch l.flags[i].(type) {
	case *cli.IntFlag:
		want = "a whole number"
		_, err = strconv.Atoi(value)
	case *cli.Uint64Flag:
		want = "a whole number from 0 on"
		_, err = strconv.ParseUint(value, 10, 64)
	case *cli.Float64Flag:
		want = "a number"
		_, err = strconv.ParseFloat(value, 64)
	case *cli.DurationFlag:
		want = "a time, such as 90s or 5m"
		_, err = time.ParseDuration(value)
	}
	if err != nil {
		return usagef("%s: %s %q: want %s", l.path, dashed(name), value, want)
	}
	return nil
}

func (l *line) unknownFlag(arg, name string) error {
	var known []string
	for _, f := range l.flags {
		known = append(known, f.Names()...)
	}
	if like := nearest.To(name, known); like != "" {
		return usagef("%s does not know %s; did you mean %s?", l.path, arg, dashed(like))
	}
	return usagef("%s does not know %s; see %s --help", l.path, arg, l.path)
}

// dashed is a flag as people write it.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// descend goes to the command below that has the given name.
func (l *line) descend(name string) error {
	i := slices.IndexFunc(l.commands, func(c *cli.Command) bool { return c.HasName(name) })
	if i < 0 {
		return l.unknownCommand(name)
	}
	below := l.commands[i]
	l.head = append(l.head, name)
	l.path += " " + below.Name
	l.flags, l.commands = below.Flags, below.Subcommands
	return nil
}

func (l *line) unknownCommand(name string) error {
	var known []string
	for _, c := range l.commands {
		known = append(known, c.Name)
	}
	if like := nearest.To(name, known); like != "" {
		return usagef("%s has no command %q; did you mean %s %s?", l.path, name, l.path, like)
	}
	return usagef("%s has no command %q; it has %s", l.path, name, strings.Join(known, ", "))
}
