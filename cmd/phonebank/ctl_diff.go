package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/inspect"
	"github.com/phonebank/phonebank/cmd/phonebank/internal/terminal"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/ctl"
)

func (t *tool) ctlDiffCommand() *cli.Command {
	return &cli.Command{
		Name:      "diff",
		Usage:     "what sets two trust lists apart, and what it means for the phones",
		ArgsUsage: "A B",
		Description: "Records are compared by role and certificate, whatever their order. Then a phone that holds A\n" +
			"is offered B, and the reverse: once a phone with security by default, once one without.\n" +
			"The exit code is 0 when the lists are the same bytes, 1 when they differ, 3 when one cannot be read.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "held", Usage: "a `LIST` of the other kind that the phone holds beside; its ITL says whom it may ask"},
			jsonInstead(),
		},
		Action: t.ctlDiff,
	}
}

func (t *tool) ctlDiff(c *cli.Context) error {
	args, err := arguments(c, "A", "B")
	if err != nil {
		return err
	}
	if args[0] == "-" && args[1] == "-" {
		return usagef("%s: only one of the lists can be standard input", c.Command.HelpName)
	}
	a, err := t.list(args[0])
	if err != nil {
		return err
	}
	b, err := t.list(args[1])
	if err != nil {
		return err
	}
	var beside *ctl.List
	if path := c.String("held"); path != "" {
		if beside, err = t.heldList(path); err != nil {
			return err
		}
		if beside.Kind() == ctl.KindUnknown || beside.Kind() == kindOf(a, b) {
			return usagef("--held %s: a phone holds one %s; name a list of the other kind", path, kindOf(a, b))
		}
	}
	d := inspect.DifferenceOf(args[0], a, args[1], b)
	d.Phones = offers(c.Context, a, b, beside)
	if c.Context.Err() != nil {
		return interrupted()
	}
	if c.Bool("json") {
		err = printJSON(t.out, d)
	} else {
		err = t.tellDifference(d, beside)
	}
	if err == nil && !d.Same {
		return silent(exitFailed)
	}
	return err
}

// list reads a trust list whose bytes are the command's business: one that does
// not parse is a file that cannot be used.
func (t *tool) list(path string) (*ctl.List, error) {
	file, err := t.read(path, ctl.MaxSize)
	if err != nil {
		return nil, err
	}
	list, err := ctl.Parse(file)
	if err != nil {
		return nil, &problem{code: exitFile, err: fmt.Errorf("%s is no trust list: %w", path, err), hint: lookOf(file)}
	}
	return list, nil
}

// kindOf is the kind that two lists are compared as: what the first is called,
// else what the second is, else a CTL.
func kindOf(lists ...*ctl.List) ctl.Kind {
	for _, l := range lists {
		if kind := l.Kind(); kind != ctl.KindUnknown {
			return kind
		}
	}
	return ctl.CTL
}

// olderModel is a model without security by default.
const olderModel = "7940"

// offers has phones judge: each of the lists offered to one that holds the other.
func offers(ctx context.Context, a, b, beside *ctl.List) []inspect.Offer {
	all := []inspect.Offer{}
	for _, o := range []struct {
		held, offered string
		has, new      *ctl.List
	}{{"a", "b", a, b}, {"b", "a", b, a}} {
		for _, name := range []string{defaultModel, olderModel} {
			model, err := phone.FindModel(name)
			kind := kindOf(o.new, o.has)
			if err != nil || !model.SecurityByDefault && (kind == ctl.ITL || kindOf(o.has, o.new) == ctl.ITL) {
				continue // it loads no ITL
			}
			held := holding(o.has, kindOf(o.has, o.new))
			if beside != nil && model.SecurityByDefault {
				other := holding(beside, beside.Kind())
				held = phone.Held{CTL: either(held.CTL, other.CTL), ITL: either(held.ITL, other.ITL)}
			}
			d := held.JudgeList(ctx, kind, o.new.Bytes(), model, nil).Summary().Decision
			all = append(all, inspect.Offer{
				Held: o.held, Offered: o.offered, Model: name, ByDefault: model.SecurityByDefault,
				Verdict: d.Verdict, Cause: string(d.Cause), Reason: d.Reason, Fix: d.Fix, StatusMessage: d.StatusMessage,
			})
		}
	}
	return all
}

func holding(list *ctl.List, kind ctl.Kind) phone.Held {
	if kind == ctl.ITL {
		return phone.Held{ITL: list}
	}
	return phone.Held{CTL: list}
}

func either(a, b *ctl.List) *ctl.List {
	if a != nil {
		return a
	}
	return b
}

// tellDifference prints a difference for people; beside is what the phones hold
// besides.
func (t *tool) tellDifference(d inspect.Difference, beside *ctl.List) error {
	if d.Same {
		_, err := fmt.Fprintf(t.out, "the same list: %s, %d bytes, %d records, MD5 %s\n", d.A.Kind, d.A.Size, len(d.A.Records), d.A.MD5)
		return err
	}
	for _, f := range []struct {
		letter string
		file   inspect.File
	}{{"A", d.A}, {"B", d.B}} {
		fmt.Fprintf(t.out, "%s  %s: %s, %d bytes, %d records, MD5 %s\n", f.letter, printable(f.file.Name), f.file.Kind, f.file.Size, len(f.file.Records), f.file.MD5)
	}
	if len(d.Header) > 0 {
		fmt.Fprintf(t.out, "\nheader\n")
		var lines [][2]string
		for _, f := range d.Header {
			lines = append(lines, [2]string{f.Field, orNone(f.A) + " -> " + orNone(f.B)})
		}
		if err := rows(t.out, lines); err != nil {
			return err
		}
	}
	if len(d.Records) > 0 {
		fmt.Fprintf(t.out, "\nrecords\n")
		if err := rows(t.out, recordChanges(d.Records)); err != nil {
			return err
		}
	}
	fmt.Fprintf(t.out, "\nwho may sign the next list\n")
	if err := rows(t.out, sastRows(d.SASTs)); err != nil {
		return err
	}
	also := "that hold no other list; --held LIST names one"
	if beside != nil {
		also = fmt.Sprintf("that hold an %s as well, where they know one", beside.Kind())
		if beside.Kind() == ctl.CTL {
			also = "that hold a CTL as well"
		}
	}
	fmt.Fprintf(t.out, "\nphones %s\n", also)
	return t.tellOffers(d.Phones)
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// recordChanges is a row a change, and below it what became of the record.
func recordChanges(changes []inspect.RecordChange) (lines [][2]string) {
	for _, c := range changes {
		switch {
		case c.A == nil:
			lines = append(lines, [2]string{c.Change, recordLine(c.B)})
			continue
		case c.B == nil:
			lines = append(lines, [2]string{c.Change, recordLine(c.A)})
			continue
		}
		lines = append(lines, [2]string{c.Change, recordLine(c.A)}, [2]string{"", "-> " + recordLine(c.B)})
	}
	return lines
}

// recordLine is a record on one line: role, where, whose certificate.
func recordLine(r *inspect.Record) string {
	parts := []string{r.Role}
	if r.DNSName != "" {
		where := r.DNSName
		if r.IPAddress != "" && r.IPAddress != "0.0.0.0" && r.IPAddress != r.DNSName {
			where += "/" + r.IPAddress
		}
		parts = append(parts, where)
	}
	switch {
	case r.Subject != "":
		parts = append(parts, fmt.Sprintf("%s (serial %s)", r.Subject, r.Serial))
	default:
		parts = append(parts, "without a certificate")
	}
	if r.NotAfter != "" {
		parts = append(parts, "until "+r.NotAfter[:len("2006-01-02")])
	}
	return strings.Join(parts, "  ")
}

func sastRows(s inspect.SASTs) (lines [][2]string) {
	for _, group := range []struct {
		word  string
		sasts []inspect.Record
	}{{"in both", s.Kept}, {"only in A", s.Lost}, {"only in B", s.Gained}} {
		for _, r := range group.sasts {
			lines = append(lines, [2]string{group.word, fmt.Sprintf("%s (serial %s)", r.Subject, r.Serial)})
		}
	}
	if len(lines) == 0 {
		lines = append(lines, [2]string{"nobody", "neither list has a SAST record"})
	}
	return lines
}

func (t *tool) tellOffers(offers []inspect.Offer) error {
	for _, o := range offers {
		mark, kind := terminal.Good, "without security by default"
		if o.Verdict == phone.Reject.String() {
			mark = terminal.Bad
		}
		if o.ByDefault {
			kind = "with security by default"
		}
		fmt.Fprintf(t.out, "%s a phone %s (%s) that holds %s and is offered %s: %s\n",
			t.out.Mark(mark), kind, o.Model, strings.ToUpper(o.Held), strings.ToUpper(o.Offered), t.out.Strong(o.Verdict))
		var lines [][2]string
		for _, line := range [][2]string{{"why", o.Reason}, {"fix", o.Fix}, {"phone shows", o.StatusMessage}} {
			if line[1] != "" {
				lines = append(lines, line)
			}
		}
		if err := rows(t.out, lines); err != nil {
			return err
		}
	}
	return nil
}
