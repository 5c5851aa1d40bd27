package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/keyboard"
	"github.com/phonebank/phonebank/cmd/phonebank/internal/local"
	"github.com/phonebank/phonebank/cmd/phonebank/internal/progress"
	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/scenario/capture"
	"github.com/phonebank/phonebank/scenario/record"
	"github.com/phonebank/phonebank/scenario/report"
	"github.com/phonebank/phonebank/scenario/tally"
)

func (t *tool) runCommand() *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "run a scenario: many phones, a load, thresholds",
		ArgsUsage: "SCENARIO.yaml",
		Description: "Flags override the file. Results go to standard output, progress to standard error. The first\n" +
			"interrupt switches the phones off and still prints the results; the second kills.\n\n" +
			"Exit codes: 0 all well, 1 a phone failed or the run broke, 99 a threshold failed, 104 the scenario\n" +
			"is wrong, 105 interrupted, 106 this machine was the bottleneck, 107 it cannot carry the run or the\n" +
			"core does not answer.",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "phones", Usage: "start `N` phones", DefaultText: "as the file says"},
			&cli.StringFlag{Name: "rate", Usage: "start them at `RATE`, such as 200/s, instead of in the file's stages"},
			&cli.DurationFlag{Name: "for", Usage: "start phones for `TIME`, such as 1m, however many that makes", DefaultText: "until all have started"},
			&cli.StringFlag{Name: "stages", Usage: "start them as these `SENTENCES` say, with commas between: \"ramp 10/s to 200/s over 30s, hold 200/s\""},
			&cli.StringFlag{Name: "core", Usage: "boot against `WHERE`: embedded, local (a child process), or host[:port] of a TFTP server; of several with commas the next is asked when one does not answer"},
			&cli.StringSliceFlag{Name: "allow", Usage: "load `HOST` though its address is neither loopback nor private: an address, a network or a name"},
			&cli.Uint64Flag{Name: "seed", Usage: "`N` determines names, models, jitter and arrivals", DefaultText: "as the file says"},
			&cli.StringFlag{Name: "out", Usage: "write the report, the result, the time line and the events into `DIR`, while the run goes on"},
			&cli.StringFlag{Name: "events", Usage: "whose events go into DIR/events.jsonl: `WHICH` is all, off or \"sample 100\"; phones in trouble always"},
			stateFlag(),
			jsonFile(),
			junitFile(),
			captureFlag(),
			&cli.StringFlag{Name: "pcap-phones", Usage: "whose: the first `N` (10) and those that fail, or SEP…,SEP…"},
			&cli.BoolFlag{Name: "quiet", Usage: "show no progress"},
			&cli.StringFlag{Name: "ui", Usage: "show the run to browsers, and its metrics to Prometheus, at `ADDRESS`, such as 127.0.0.1:8080"},
			&cli.StringFlag{Name: "ui-token", EnvVars: []string{"PHONEBANK_UI_TOKEN"}, Usage: "let whoever shows `TOKEN` steer the run there; needed for an address beyond loopback"},
			&cli.BoolFlag{Name: "ui-stay", Usage: "when the run has ended, keep showing it until Ctrl-C"},
		},
		Action: t.run,
	}
}

func (t *tool) run(c *cli.Context) error {
	args, err := arguments(c, "SCENARIO.yaml")
	if err != nil {
		return err
	}
	if n := c.Int("phones"); c.IsSet("phones") && n < 1 {
		return usagef("--phones %d: want 1 or more", n)
	}
	if err := writable(c, "json", "junit"); err != nil {
		return err
	}
	s, err := scenario.Load(args[0])
	if err == nil {
		err = s.Override(overrides(c))
	}
	if err != nil {
		return invalid(err)
	}
	choice, err := chosenPhones(c)
	if err != nil {
		return err
	}
	page, err := t.openPage(c, s)
	if err != nil {
		return err
	}
	var recorder *record.Recorder
	if dir := c.String("out"); dir != "" {
		if recorder, err = record.New(dir, s.Events, s.Count()); err != nil {
			err = &problem{code: exitFailed, err: err, hint: "--out DIR must be a directory that can be written"}
			return errors.Join(err, page.close())
		}
	}
	result, err := t.perform(c.Context, s, c, recorder, page, choice)
	page.end(result, err)
	var recording error
	if recorder != nil {
		var events *tally.Events
		if events, recording = recorder.Close(); result != nil {
			result.Events = events
		}
	}
	if result == nil {
		return errors.Join(ranNot(err), recording, page.close())
	}
	var known *problem // of the capture
	if err != nil && !errors.As(err, &known) {
		err = &problem{code: exitFailed, err: fmt.Errorf("the run broke: %w", err)}
	}
	saving := t.publish(c, result)
	if recorder != nil && saving == nil {
		saving = recorder.Settle()
	}
	page.stay(c.Context)
	if saving = errors.Join(recording, saving, page.close()); saving != nil {
		return errors.Join(err, saving)
	}
	if err == nil && result.ExitCode() != exitOK {
		return silent(result.ExitCode())
	}
	return err
}

func overrides(c *cli.Context) scenario.Overrides {
	return scenario.Overrides{
		Phones: c.Int("phones"), Rate: c.String("rate"), For: c.Duration("for"), Stages: c.String("stages"), Core: c.String("core"),
		Events: c.String("events"), Seed: seedGiven(c),
	}
}

// seedGiven is the seed of the command line; nil: none was given.
func seedGiven(c *cli.Context) *uint64 {
	if !c.IsSet("seed") {
		return nil
	}
	seed := c.Uint64("seed")
	return &seed
}

// flagsGiven are the flags that changed the scenario, as they could be typed
// again.
func flagsGiven(c *cli.Context) []string {
	var given []string
	for _, name := range []string{"phones", "rate", "for", "stages", "core", "seed", "events"} {
		if c.IsSet(name) {
			given = append(given, fmt.Sprintf("--%s %v", name, c.Value(name)))
		}
	}
	return given
}

// perform runs the scenario under the eyes of the user.
func (t *tool) perform(ctx context.Context, s *scenario.Scenario, c *cli.Context, recorder *record.Recorder, page *livePage, choice capture.Choice) (*tally.Result, error) {
	options := scenario.Options{Version: version(), StateDir: c.String("state"), Allow: c.StringSlice("allow"), StartLocal: local.Start, Flags: flagsGiven(c), Control: page.control()}
	tapped, err := t.tap(c, choice)
	if err != nil {
		return nil, err
	}
	options.Capture, options.KeyLog = tapped.traffic, tapped.keyLog
	if recorder != nil {
		options.Began, options.Meet, options.Second = recorder.Begin, recorder.Meet, recorder.Second
	}
	if !c.Bool("quiet") {
		view := progress.New(t.err, s.Stay)
		defer view.Close()
		options.Progress, options.Tick = view.Show, view.Tick()
		defer t.steer(options.Control, view.Say)()
	}
	page.attend(&options)
	result, err := scenario.Run(ctx, s, options)
	return result, errors.Join(err, tapped.close())
}

// steer lets the user at the terminal change the pace; what it returns gives the
// terminal back.
func (t *tool) steer(c *scenario.Control, say func(string)) (giveBack func()) {
	in, ok := t.in.(*os.File)
	if !ok || !t.err.Terminal {
		return func() {}
	}
	giveBack, ok = keyboard.Listen(in)
	if !ok {
		return func() {}
	}
	say(keyboard.Help)
	go keyboard.Steer(in, c, say) // ends with the process: a terminal cannot be told to stop reading
	return giveBack
}

// invalid is a scenario that cannot be run.
func invalid(err error) error {
	p := &problem{code: exitScenario, err: err}
	if lines := strings.Count(err.Error(), "\n"); lines > 0 {
		p.err = fmt.Errorf("the scenario has %d problems:\n%w", lines+1, err)
	}
	return p
}

// ranNot is a run that never started a phone.
func ranNot(err error) error {
	var file *scenario.FileError
	var preflight *scenario.PreflightError
	var known *problem
	switch {
	case errors.As(err, &known):
		return err
	case errors.As(err, &file):
		return invalid(err)
	case errors.As(err, &preflight):
		return &problem{code: exitUnready, err: errors.New(preflight.Problem), hint: preflight.Fix}
	}
	return &problem{code: exitFailed, err: err}
}

// publish prints the result and writes its files.
func (t *tool) publish(c *cli.Context, r *tally.Result) error {
	faults := t.tell(c, r)
	if dir := c.String("out"); dir != "" {
		_, err := report.Save(dir, r)
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// junitFile is the flag of commands that have thresholds to tell a CI.
func junitFile() cli.Flag {
	return &cli.StringFlag{Name: "junit", Usage: "write the thresholds as test cases in JUnit's XML to `FILE`"}
}

// tell prints the result, and writes it where --json and --junit say.
func (t *tool) tell(c *cli.Context, r *tally.Result) (faults []error) {
	path := c.String("json")
	if path != "-" {
		faults = append(faults, report.Text(t.out, r))
	}
	if path != "" {
		faults = append(faults, t.save(path, r))
	}
	if path := c.String("junit"); path != "" {
		faults = append(faults, report.Whole(path, func(w io.Writer) error { return report.JUnit(w, r) }))
	}
	return faults
}
