package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/check"
	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/scenario/state"
)

func (t *tool) checkCommand() *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "the verification and repair checklist, against a live cluster",
		ArgsUsage: "HOST[:TFTPPORT][,HOST…]",
		Description: "Asks a cluster what a phone would ask, and compares: the lists that TFTP serves, the certificates\n" +
			"that CAPF, CallManager and TVS present, the configuration. Several TFTP servers are compared with\n" +
			"the first. It changes nothing, unless --enrol or --register is given. The exit code is 0 when all\n" +
			"is good, 1 when something is wrong, 107 when no TFTP server answers.\n\n" +
			"A device that the cluster does not know gets XMLDefault.cnf.xml; that is a fault only when --mac\n" +
			"names it. With --enrol and no --state the new LSC is thrown away: use a device made for it.",
		Flags: append(listFlags(),
			&cli.StringFlag{Name: "mac", Value: defaultMAC, Usage: "ask as the device with this `MAC` address or name SEP…"},
			&cli.StringFlag{Name: "model", Value: defaultModel, Usage: "ask as a phone of this `MODEL`: 7940 and 7960 know neither ITL nor TVS"},
			&cli.StringFlag{Name: "state", Usage: "compare with the phone's flash in `DIR`, and use its LSC or MIC; a new LSC is kept there"},
			&cli.BoolFlag{Name: "enrol", Usage: "have the phone obtain an LSC from CAPF, if an operation is pending"},
			&cli.BoolFlag{Name: "register", Usage: "have the phone register, and enrol before if the cluster asks for it"},
			&cli.StringFlag{Name: "auth-string", Usage: "`STRING` the user types when CAPF asks"},
			&cli.StringFlag{Name: "expire-within", Value: "30d", Usage: "warn of certificates that end within `TIME`: 30d, 12h"},
			&cli.DurationFlag{Name: "timeout", Value: 5 * time.Second, Usage: "wait `TIME` for one file, one connect, one handshake"},
			jsonFile(),
		),
		Action: t.check,
	}
}

// defaultMAC is that of the phone in the seven steps' worked example.
const defaultMAC = "0011215A1AE3"

func (t *tool) check(c *cli.Context) error {
	args, err := arguments(c, "HOST")
	if err != nil {
		return err
	}
	options, err := t.checkOptions(c, args[0])
	if err != nil {
		return err
	}
	store, err := checkStore(c)
	if err != nil {
		return err
	}
	if store != nil {
		defer store.Close()
	}
	subject, err := t.subject(c, store, &options)
	if err != nil {
		return err
	}
	report, flash := check.Run(c.Context, options)
	if c.String("json") == "-" {
		report.Print(t.err)
	} else {
		report.Print(t.out)
	}
	if path := c.String("json"); path != "" {
		err = t.save(path, report)
	}
	if store != nil && (options.Enrol || options.Register) {
		subject.Flash = flash
		err = errors.Join(err, store.Save(*subject))
	}
	switch {
	case err != nil:
		return err
	case c.Context.Err() != nil:
		return silent(exitInterrupted)
	case report.Unreachable:
		return silent(exitUnready)
	case !report.Good:
		return silent(exitFailed)
	}
	return nil
}

func (t *tool) checkOptions(c *cli.Context, host string) (o check.Options, err error) {
	where, err := scenario.ParseWhere(host)
	if err != nil || where.Kind != scenario.Remote {
		return o, usagef("%s: want HOST or HOST:TFTPPORT of a running cluster, several with commas: %q", c.Command.HelpName, host)
	}
	o = check.Options{
		Servers: where.Targets, Unnamed: !c.IsSet("mac"), Enrol: c.Bool("enrol"), Register: c.Bool("register"),
		Timeout: c.Duration("timeout"), Suites: everySuite(),
	}
	o.Identity.AuthString = c.String("auth-string")
	if o.Identity.Name, err = phone.ParseName(c.String("mac")); err != nil {
		return o, usagef("--mac: %w", err)
	}
	if o.Identity.Model, err = phone.FindModel(c.String("model")); err != nil {
		return o, usagef("--model: %w", err)
	}
	if o.ExpireWithin, err = parseDays(c.String("expire-within")); err != nil {
		return o, usagef("--expire-within: %w", err)
	}
	if o.Timeout < 100*time.Millisecond || o.Timeout > 5*time.Minute {
		return o, usagef("--timeout %v: want 100ms to 5m", o.Timeout)
	}
	return o, nil
}

// parseDays reads a time in days, "30d", or as durations are written.
func parseDays(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no time: want 30d, 12h …", text)
	}
	return d, nil
}

// checkStore opens the directory of phones, nil when none is named. One that is
// not there is refused: nothing could be compared with it.
func checkStore(c *cli.Context) (*state.Store, error) {
	dir := c.String("state")
	if dir == "" {
		return nil, nil
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, &problem{code: exitFile, err: err, hint: "phonebank boot --state DIR and run --state DIR make one"}
	}
	return openState(dir)
}

// subject is the phone to ask as: what it holds, on disk or as --held says, and
// its certificates. The MIC of a phone that has none is made when it is needed.
func (t *tool) subject(c *cli.Context, store *state.Store, o *check.Options) (*state.Phone, error) {
	p := state.Phone{Name: o.Identity.Name, Model: o.Identity.Model.Name}
	factory := func() (*core.Manufacturer, error) { return core.NewManufacturer(nil) }
	if store != nil {
		var err error
		if p, err = store.Load(o.Identity.Name); err != nil {
			return nil, err
		}
		factory = store.Manufacturer
	}
	var named judge
	if err := t.holdLists(c, &named); err != nil {
		return nil, err
	}
	if named.held.CTL != nil {
		p.Flash.CTL = named.held.CTL
	}
	if named.held.ITL != nil {
		p.Flash.ITL = named.held.ITL
	}
	o.Flash, o.Own = p.Flash, p.Flash.LSC
	if o.Own == nil {
		o.Own = p.MIC
	}
	o.Identity.MIC = func() (*phone.Credential, error) {
		if p.MIC != nil {
			return p.MIC, nil
		}
		made, err := factory()
		if err == nil {
			p.MIC, err = mint(c.Context, made, o.Identity)
		}
		return p.MIC, err
	}
	return &p, nil
}
