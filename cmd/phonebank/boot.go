package main

import (
	"context"
	"crypto"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/story"
	"github.com/phonebank/phonebank/cmd/phonebank/internal/terminal"
	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/scenario/capture"
	"github.com/phonebank/phonebank/scenario/state"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
)

func (t *tool) bootCommand() *cli.Command {
	return &cli.Command{
		Name:  "boot",
		Usage: "boot one phone and tell every step",
		Description: "Without flags a new 7965 boots against a secure core inside this process: it takes its first\n" +
			"trust lists, enrols with CAPF and registers over TLS. With --core it is a phone of your cluster.\n\n" +
			"The exit code is 0 when it has registered, 1 when not, 107 when nothing ever answered.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "core", Value: "embedded", Usage: "boot against `WHERE`: embedded, or host[:port] of a TFTP server; of several with commas the next is asked when one does not answer"},
			&cli.StringFlag{Name: "mac", Value: "0011215A1AE3", Usage: "the phone's `MAC` address, or its name SEP…"},
			&cli.StringFlag{Name: "model", Value: defaultModel, Usage: "the phone's `MODEL`: 7940, 7965, 8945 …"},
			&cli.StringFlag{Name: "auth-string", Usage: "`STRING` the user types when CAPF asks; the embedded core then asks for it"},
			stateFlag(),
			jsonFile(),
			captureFlag(),
			&cli.StringFlag{Name: "replay", Usage: "boot a phone of a run again, alone: `DIR/SEP…`, with the directory of run --out"},
			&cli.BoolFlag{Name: "trace", Usage: "tell every step of the decisions about lists and configuration, with offsets"},
			&cli.BoolFlag{Name: "v", Aliases: []string{"verbose"}, Usage: "print the phone's console log, too"},
		},
		Action: t.boot,
	}
}

func stateFlag() cli.Flag {
	return &cli.StringFlag{Name: "state", Usage: "keep the phones' flash and their manufacturing CA in `DIR`"}
}

// keptFlag is the same directory for commands that look at what others keep.
func keptFlag() cli.Flag {
	return &cli.StringFlag{Name: "state", Usage: "`DIR` that run --state and boot --state keep the phones' flash and their manufacturing CA in"}
}

func (t *tool) boot(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	if c.IsSet("replay") {
		return t.replay(c)
	}
	b, err := newBooting(c)
	if err != nil {
		return err
	}
	defer b.close()
	if err := b.prepare(c.Context); err != nil {
		return err
	}
	out := t.out
	if c.String("json") == "-" {
		out = t.err
	}
	if b.tapped, err = t.tap(c, capture.Choice{First: 1}); err != nil {
		return err
	}
	report, err := b.run(c.Context, out, c.Bool("v"), c.Bool("trace"))
	err = errors.Join(err, b.tapped.close())
	if path := c.String("json"); path != "" {
		err = errors.Join(err, t.save(path, report))
	}
	switch {
	case err != nil:
		return err
	case c.Context.Err() != nil:
		return silent(exitInterrupted)
	case unreachable(report):
		return silent(exitUnready)
	case !report.Registered:
		return silent(exitFailed)
	}
	return nil
}

// unreachable says that nothing ever answered the phone.
func unreachable(r story.Report) bool {
	for _, s := range r.Steps {
		silence := s.Outcome == story.Failed && (s.Cause == phone.CauseTimeout || s.Cause == phone.CauseRefused)
		if !silence && s.Outcome != story.NotReached {
			return false
		}
	}
	return len(r.Steps) > 0
}

// booting is one phone and what it needs.
type booting struct {
	where  scenario.Where
	id     phone.Identity
	flash  phone.Flash
	mic    *phone.Credential // once minted
	store  *state.Store      // nil: nothing is kept
	core   *core.Core        // nil: somebody else's
	tapped *tapped
	string string
}

func newBooting(c *cli.Context) (*booting, error) {
	b := &booting{string: c.String("auth-string")}
	var err error
	if b.where, err = scenario.ParseWhere(c.String("core")); err != nil {
		return nil, usagef("--core: %w", err)
	}
	if b.where.Kind == scenario.Local {
		return nil, usagef("--core local: one phone and its core fit in one process; leave --core away")
	}
	b.id.AuthString = b.string
	if b.id.Name, err = phone.ParseName(c.String("mac")); err != nil {
		return nil, usagef("--mac: %w", err)
	}
	model, err := phone.FindModel(c.String("model"))
	if err != nil {
		return nil, usagef("--model: %w", err)
	}
	b.id.Model = impatient(*model)
	if dir := c.String("state"); dir != "" {
		if b.store, err = openState(dir); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// impatient tries everything once: somebody waits for the answer. A phone of a
// run has the patience of its model.
func impatient(m phone.Model) *phone.Model {
	m.Timers.Rounds, m.Timers.CAPFTries = 1, 1
	return &m
}

func openState(dir string) (*state.Store, error) {
	store, err := state.Open(dir)
	switch {
	case errors.Is(err, state.ErrInUse):
		return nil, &problem{code: exitUnready, err: err, hint: "wait for the other process to end, or name another --state"}
	case err != nil:
		return nil, &problem{code: exitUnready, err: err, hint: orFormat(err, "name a directory that you may write to")}
	}
	return store, nil
}

func (b *booting) close() {
	if b.core != nil {
		b.core.Close()
	}
	if b.store != nil {
		b.store.Close()
	}
}

// prepare reads the phone's flash, finds its factory, and starts the core that
// it boots against.
func (b *booting) prepare(ctx context.Context) error {
	if b.store != nil {
		kept, err := b.store.Load(b.id.Name)
		if err != nil {
			return err
		}
		b.flash, b.mic = kept.Flash, kept.MIC
	}
	factory, err := b.prepareCore(ctx)
	if err != nil {
		return err
	}
	if b.mic == nil { // now, because the time it takes is not that of a step of the boot
		if b.mic, err = mint(ctx, factory, b.id); err != nil {
			return err
		}
	}
	b.id.MIC = func() (*phone.Credential, error) { return b.mic, nil }
	return nil
}

// mint is the phone's last day in the factory.
func mint(ctx context.Context, factory *core.Manufacturer, id phone.Identity) (*phone.Credential, error) {
	key, err := phone.FreshKeys{}.NewKey(ctx, capf.KeySpec{Type: capf.RSA, Bits: 2048})
	if err != nil {
		return nil, err
	}
	der, err := factory.MIC(string(id.Name), id.Model.Name, crypto.Signer(key))
	return &phone.Credential{Certificate: der, Key: key}, err
}

// prepareCore starts the embedded core and returns the factory of the MIC.
func (b *booting) prepareCore(ctx context.Context) (*core.Manufacturer, error) {
	if b.where.Kind == scenario.Remote {
		if b.store != nil {
			return b.store.Manufacturer()
		}
		return core.NewManufacturer(nil)
	}
	config := core.Config{
		Security: cnf.Encrypted, EncryptedConfig: true,
		CAPF:    core.CAPFPolicy{Auth: cnf.CAPFNullString, Operation: core.OperationInstall},
		Devices: []core.Device{{Name: string(b.id.Name), Model: b.id.Model.Name}},
	}
	if b.string != "" {
		config.CAPF.Auth, config.AuthString = cnf.CAPFString, b.string
	}
	if b.flash.LSC != nil {
		config.Devices[0].LSC = b.flash.LSC.Certificate
	}
	var err error
	if b.store != nil {
		if config.Authority, err = b.store.Authority(1); err != nil {
			return nil, err
		}
		if config.Before, err = b.store.Address(); err != nil {
			return nil, err
		}
	}
	if b.core, err = core.Start(ctx, config); err != nil {
		return nil, &problem{code: exitUnready, err: err, hint: "phonebank doctor says which addresses and ports are free"}
	}
	b.where.Targets = []string{b.core.TFTPAddr()}
	if b.store != nil {
		if err := b.store.KeepAddress(b.core.NodeAddrs()[0]); err != nil {
			return nil, err
		}
	}
	return &b.core.Authority().Manufacturer, nil
}

// run boots the phone, tells it, and keeps what survives.
func (b *booting) run(ctx context.Context, out *terminal.Stream, verbose, trace bool) (story.Report, error) {
	teller := story.New(out, verbose, b.id, b.where.String())
	tap := b.tapped.traffic.Tap(0, b.id)
	p := phone.New(b.id, b.flash, phone.Env{
		Files: &phone.TFTP{Servers: b.where.Targets, Timers: &b.id.Model.Timers, Listen: tap.Listen(phone.ListenFrom)},
		Dial:  tap.Dial(phone.DialFrom(b.id.Address)), KeyLog: tap.KeyLog(b.tapped.keyLog),
		Watch: teller.Hear, Trace: trace,
	})
	session, err := p.Boot(ctx)
	report := teller.End(err)
	if session != nil {
		session.Close()
	}
	if b.store == nil {
		return report, nil
	}
	if err := b.store.Save(state.Phone{Name: b.id.Name, Model: b.id.Model.Name, Flash: p.Flash(), MIC: b.mic}); err != nil {
		return report, fmt.Errorf("%w: the phone's flash is lost", err)
	}
	return report, nil
}
