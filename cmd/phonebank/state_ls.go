package main

import (
	"bufio"
	"errors"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/inspect"
	"github.com/phonebank/phonebank/scenario/state"
)

func (t *tool) stateListCommand() *cli.Command {
	return &cli.Command{
		Name:      "ls",
		Usage:     "list the phones: model, CTL and ITL (SHA-1 and size), LSC",
		ArgsUsage: "[NAME...]",
		Description: "Without names all phones are listed. A name may be a pattern, such as 'SEP0011215A*'. Equal sums are\n" +
			"equal lists; ctl show on an exported list tells what is in it.",
		Flags:  []cli.Flag{keptFlag(), jsonInstead()},
		Action: t.stateList,
	}
}

func (t *tool) stateList(c *cli.Context) error {
	store, err := readState(c)
	if err != nil {
		return err
	}
	defer store.Close()
	words := c.Args().Slice()
	if len(words) == 0 {
		words = []string{"*"}
		if names, err := store.Names(); err != nil || len(names) == 0 {
			return errors.Join(err, t.listPhones(c, nil))
		}
	}
	names, err := chosen(store, words)
	if err != nil {
		return err
	}
	phones := make([]inspect.Flash, 0, len(names))
	err = store.LoadAll(slices.Values(names), func(p state.Phone) error {
		phones = append(phones, inspect.FlashOf(p))
		return nil
	})
	if err != nil {
		return err
	}
	return t.listPhones(c, phones)
}

func (t *tool) listPhones(c *cli.Context, phones []inspect.Flash) error {
	if c.Bool("json") {
		return printJSON(t.out, append([]inspect.Flash{}, phones...))
	}
	out := bufio.NewWriter(t.out)
	fmt.Fprintf(out, "%-15s  %-5s  %-17s  %-17s  %s\n", "NAME", "MODEL", "CTL", "ITL", "LSC")
	for _, p := range phones {
		fmt.Fprintf(out, "%-15s  %-5s  %-17s  %-17s  %s\n", p.Name, orDash(p.Model), held(p.CTL), held(p.ITL), certificate(p.LSC))
	}
	fmt.Fprintln(out, count(len(phones), "phone"))
	return out.Flush()
}

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return printable(text)
}

// held is a list in a column: the first digits of its SHA-1, and its size.
func held(l *inspect.Held) string {
	if l == nil {
		return "–"
	}
	return fmt.Sprintf("%s %6d B", l.SHA1[:8], l.Size)
}

func certificate(c *inspect.Certificate) string {
	switch {
	case c == nil:
		return "–"
	case c.Problem != "":
		return printable(c.Problem)
	}
	return fmt.Sprintf("%s, %s, until %s", c.Serial, c.Key, c.NotAfter[:len("2006-01-02")])
}
