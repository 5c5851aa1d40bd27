// Package complete writes completion scripts for shells from a tree of
// commands. The scripts are complete in themselves: the shell never starts the
// program to find out what may follow.
package complete

import (
	"strings"
)

// Command is a command and what may follow it.
type Command struct {
	Name, Usage string
	Flags       []Flag
	Below       []Command
	Words       []string // arguments; nil: files
}

// Flag is a flag; Names are without dashes, the long one first.
type Flag struct {
	Names []string
	Value bool     // it is followed by one
	Words []string // that it may be; nil: files
	Usage string
}

// Script returns the script for bash, zsh or fish.
func Script(shell string, root Command) (string, bool) {
	write := map[string]func(Command) string{"bash": bash, "zsh": zsh, "fish": fish}[shell]
	if write == nil {
		return "", false
	}
	return write(root), true
}

// each calls visit for root and every command below, with the names that lead
// there.
func each(root Command, path []string, visit func(path []string, c Command)) {
	path = append(path[:len(path):len(path)], root.Name)
	visit(path, root)
	for _, below := range root.Below {
		each(below, path, visit)
	}
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

func (c Command) flagWords(valued bool) []string {
	var words []string
	for _, f := range c.Flags {
		for _, name := range f.Names {
			if f.Value || !valued {
				words = append(words, dashed(name))
			}
		}
	}
	return words
}

func (c Command) names() []string {
	var names []string
	for _, below := range c.Below {
		names = append(names, below.Name)
	}
	return names
}

// quote is a text in single quotes, for any of the shells.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
