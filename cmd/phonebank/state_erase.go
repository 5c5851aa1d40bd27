package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/state"
)

func (t *tool) stateEraseCommand() *cli.Command {
	return &cli.Command{
		Name:      "erase",
		Usage:     "erase what phones hold, as hands on the phone would",
		ArgsUsage: "NAME...",
		Description: "--lists erases CTL and ITL, as the settings menu of a real phone does: it takes the next ones at\n" +
			"first use. --lsc erases the LSC and its key. Without either the phone is as new, its MIC\n" +
			"included, and boots as a scenario's trust: and lsc: say. A name may be a pattern.",
		Flags: []cli.Flag{
			stateFlag(),
			&cli.BoolFlag{Name: "all", Usage: "erase in all phones"},
			&cli.BoolFlag{Name: "lists", Usage: "erase CTL and ITL only"},
			&cli.BoolFlag{Name: "lsc", Usage: "erase the LSC and its key only"},
		},
		Action: t.stateErase,
	}
}

// eraseBatch is how many phones a transaction changes.
const eraseBatch = 2000

func (t *tool) stateErase(c *cli.Context) (err error) {
	words := c.Args().Slice()
	switch {
	case c.Bool("all") && len(words) > 0:
		return usagef("%s: --all and names exclude each other", c.Command.HelpName)
	case !c.Bool("all") && len(words) == 0:
		return usagef("%s: NAME is missing, or --all", c.Command.HelpName)
	}
	store, err := readState(c) // a directory that is not there is not made
	if err != nil {
		return err
	}
	store.Close()
	if store, err = state.Open(c.String("state")); err != nil {
		return stateFault(err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	var names []phone.Name
	if c.Bool("all") {
		names, err = store.Names()
	} else {
		names, err = chosen(store, words)
	}
	for batch := range slices.Chunk(names, eraseBatch) {
		if err == nil {
			err = erase(store, batch, c.Bool("lists"), c.Bool("lsc"))
		}
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "erased %s of %s\n", erased(c.Bool("lists"), c.Bool("lsc")), count(len(names), "phone"))
	return err
}

func erase(store *state.Store, names []phone.Name, lists, lsc bool) error {
	if !lists && !lsc {
		return store.Delete(names...)
	}
	var batch []state.Phone
	err := store.LoadAll(slices.Values(names), func(p state.Phone) error {
		if lists {
			p.Flash.CTL, p.Flash.ITL = nil, nil
		}
		if lsc {
			p.Flash.LSC = nil
		}
		batch = append(batch, p)
		return nil
	})
	if err != nil {
		return err
	}
	return store.Save(batch...)
}

func erased(lists, lsc bool) string {
	switch {
	case lists && lsc:
		return "CTL, ITL and LSC"
	case lists:
		return "CTL and ITL"
	case lsc:
		return "the LSC"
	}
	return "everything"
}
