package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/inspect"
	"github.com/phonebank/phonebank/wire/ctl"
)

func (t *tool) stateShowCommand() *cli.Command {
	return &cli.Command{
		Name:      "show",
		Usage:     "tell everything that one phone holds",
		ArgsUsage: "NAME",
		Flags:     []cli.Flag{keptFlag(), jsonInstead()},
		Action:    t.stateShow,
	}
}

// shownPhone is what state show --json prints.
type shownPhone struct {
	inspect.Flash
	Lists  []inspect.List    `json:"lists"`
	Config *inspect.Settings `json:"config,omitempty"`
}

func (t *tool) stateShow(c *cli.Context) error {
	args, err := arguments(c, "NAME")
	if err != nil {
		return err
	}
	store, err := readState(c)
	if err != nil {
		return err
	}
	defer store.Close()
	p, err := one(store, args[0])
	if err != nil {
		return err
	}
	flash := inspect.FlashOf(p)
	shown := shownPhone{Flash: flash, Lists: []inspect.List{}}
	for _, list := range []*ctl.List{p.Flash.CTL, p.Flash.ITL} {
		if list != nil {
			shown.Lists = append(shown.Lists, inspect.ListOf(list))
		}
	}
	if p.Flash.Config != nil {
		shown.Config = inspect.SettingsOf(p.Flash.Config)
	}
	if c.Bool("json") {
		return printJSON(t.out, shown)
	}
	fmt.Fprintf(t.out, "%s, model %s\n", p.Name, orDash(p.Model))
	for _, list := range shown.Lists {
		if err := t.showHeld(list); err != nil {
			return err
		}
	}
	for _, own := range []struct {
		name string
		is   *inspect.Certificate
	}{{"LSC", flash.LSC}, {"MIC", flash.MIC}} {
		if err := t.showCertificate(own.name, own.is); err != nil {
			return err
		}
	}
	if p.Flash.Config == nil {
		_, err := fmt.Fprintln(t.out, "\nconfiguration: none")
		return err
	}
	fmt.Fprintln(t.out, "\nconfiguration")
	lines := [][2]string{{"device security mode", flash.Config}}
	for _, m := range p.Flash.Config.CallManagers {
		lines = append(lines, [2]string{"CallManager", m.Host})
	}
	for _, s := range p.Flash.Config.TVS {
		lines = append(lines, [2]string{"TVS", s.Host})
	}
	return rows(t.out, lines)
}

// showHeld tells a list in short: who signed it, and a line a record.
func (t *tool) showHeld(l inspect.List) error {
	fmt.Fprintf(t.out, "\n%s\n", l.Kind)
	lines := [][2]string{
		{"size", fmt.Sprintf("%d bytes", l.Size)},
		{"MD5", l.MD5},
		{"SHA-1", l.SHA1},
		{"signer", fmt.Sprintf("%s (serial %s)", l.Signer.Subject, l.Signer.Serial)},
		{"dated", l.Timestamp},
	}
	for _, r := range l.Records {
		what := fmt.Sprintf("%-10s  %s", r.Role, r.DNSName)
		if r.Serial != "" {
			what = fmt.Sprintf("%-10s  %s (serial %s)", r.Role, r.Subject, r.Serial)
		}
		lines = append(lines, [2]string{fmt.Sprintf("record %d", r.Number), what})
	}
	return rows(t.out, lines)
}

func (t *tool) showCertificate(name string, c *inspect.Certificate) error {
	if c == nil {
		_, err := fmt.Fprintf(t.out, "\n%s: none\n", name)
		return err
	}
	fmt.Fprintf(t.out, "\n%s\n", name)
	if c.Problem != "" {
		return rows(t.out, [][2]string{{"problem", c.Problem}})
	}
	return rows(t.out, [][2]string{
		{"subject", c.Subject},
		{"issuer", c.Issuer},
		{"serial", c.Serial},
		{"key", c.Key},
		{"valid from", c.NotBefore},
		{"valid until", c.NotAfter},
	})
}
