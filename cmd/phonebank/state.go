package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/state"
)

func (t *tool) stateCommand() *cli.Command {
	return &cli.Command{
		Name:  "state",
		Usage: "look at the phones' flash on disk, and erase what is in it",
		Subcommands: []*cli.Command{
			t.stateListCommand(), t.stateShowCommand(), t.stateEraseCommand(), t.stateExportCommand(),
		},
	}
}

// stateDir is the directory that the command is about.
func stateDir(c *cli.Context) (string, error) {
	dir := c.String("state")
	if dir == "" {
		return "", usagef("%s: --state is missing: the directory of run --state or boot --state", c.Command.HelpName)
	}
	return dir, nil
}

// readState opens the directory without changing it.
func readState(c *cli.Context) (*state.Store, error) {
	dir, err := stateDir(c)
	if err != nil {
		return nil, err
	}
	store, err := state.OpenToRead(dir)
	return store, stateFault(err)
}

func stateFault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, state.ErrInUse):
		return &problem{code: exitUnready, err: err, hint: "wait for the other process to end"}
	case errors.Is(err, fs.ErrNotExist):
		return &problem{code: exitFile, err: err, hint: "phonebank run --state DIR and boot --state DIR make one"}
	}
	return &problem{code: exitFile, err: err, hint: orFormat(err, "name a directory that you may read and write")}
}

// orFormat is the hint for a directory that cannot be opened: its own one when
// that is for its format.
func orFormat(err error, hint string) string {
	if errors.Is(err, state.ErrFormat) {
		return "use the version that kept it, or name another directory: the phones in it begin anew"
	}
	return hint
}

// chosen are the phones that any of the words names: a name, a MAC address, or
// a pattern with * and ?. Each word must name one.
func chosen(store *state.Store, words []string) ([]phone.Name, error) {
	names, err := store.Names()
	if err != nil {
		return nil, err
	}
	wanted := make(map[phone.Name]bool)
	for _, word := range words {
		pattern := strings.ToUpper(word)
		if name, err := phone.ParseName(word); err == nil {
			pattern = string(name)
		}
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, usagef("%q is no pattern: %w", word, err)
		}
		found := false
		for _, name := range names {
			match, _ := path.Match(pattern, string(name))
			found = found || match
			wanted[name] = wanted[name] || match
		}
		if !found {
			return nil, &problem{
				code: exitFailed, err: fmt.Errorf("no phone %q is kept there", word),
				hint: "phonebank state ls names them",
			}
		}
	}
	var all []phone.Name
	for _, name := range names {
		if wanted[name] {
			all = append(all, name)
		}
	}
	return all, nil
}

// one is the phone that the only argument names.
func one(store *state.Store, word string) (state.Phone, error) {
	names, err := chosen(store, []string{word})
	if err == nil && len(names) > 1 {
		err = usagef("%q names %d phones; name one", word, len(names))
	}
	if err != nil {
		return state.Phone{}, err
	}
	return store.Load(names[0])
}
