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
		Description: "Without a flag this is a factory reset: lists, LSC and configuration go, the MIC stays, as on a\n" +
			"real phone. --lists erases CTL and ITL, as the settings menu does: the phone takes the next ones\n" +
			"at first use. --lsc erases the LSC and its key. --forget drops the phone, its MIC included, which\n" +
			"no hands on a phone could: it gets another, and boots as a scenario's trust: and lsc: say.\n" +
			"A name may be a pattern.",
		Flags: []cli.Flag{
			keptFlag(),
			&cli.BoolFlag{Name: "all", Usage: "erase in all phones"},
			&cli.BoolFlag{Name: "lists", Usage: "erase CTL and ITL only"},
			&cli.BoolFlag{Name: "lsc", Usage: "erase the LSC and its key only"},
			&cli.BoolFlag{Name: "forget", Usage: "forget the phone, with its MIC"},
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
	case c.Bool("forget") && (c.Bool("lists") || c.Bool("lsc")):
		return usagef("%s: --forget leaves nothing for --lists and --lsc", c.Command.HelpName)
	}
	how := erasure{lists: c.Bool("lists"), lsc: c.Bool("lsc"), forget: c.Bool("forget")}
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
			err = how.erase(store, batch)
		}
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "%s %s\n", how, count(len(names), "phone"))
	return err
}

// erasure says what is erased; the zero value is a factory reset.
type erasure struct{ lists, lsc, forget bool }

func (e erasure) erase(store *state.Store, names []phone.Name) error {
	if e.forget {
		return store.Delete(names...)
	}
	var batch []state.Phone
	err := store.LoadAll(slices.Values(names), func(p state.Phone) error {
		if e.lists {
			p.Flash.CTL, p.Flash.ITL = nil, nil
		}
		if e.lsc {
			p.Flash.LSC = nil
		}
		if !e.lists && !e.lsc {
			p.Flash = phone.Flash{}
		}
		batch = append(batch, p)
		return nil
	})
	if err != nil {
		return err
	}
	return store.Save(batch...)
}

// String says what was done, up to the phones.
func (e erasure) String() string {
	switch {
	case e.forget:
		return "forgot"
	case e.lists && e.lsc:
		return "erased CTL, ITL and LSC of"
	case e.lists:
		return "erased CTL and ITL of"
	case e.lsc:
		return "erased the LSC of"
	}
	return "erased everything but the MIC of"
}
