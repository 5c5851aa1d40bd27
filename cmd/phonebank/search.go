package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/local"
	"github.com/phonebank/phonebank/cmd/phonebank/internal/progress"
	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/scenario/load"
	"github.com/phonebank/phonebank/scenario/report"
	"github.com/phonebank/phonebank/scenario/search"
	"github.com/phonebank/phonebank/scenario/tally"
)

func (t *tool) searchCommand() *cli.Command {
	return &cli.Command{
		Name:      "search",
		Usage:     "find the highest rate that a core sustains",
		ArgsUsage: "SCENARIO.yaml",
		Description: "Runs the scenario again and again, each time with a fresh fleet (and a fresh simulator) at another rate: twice\n" +
			"the rate until one does not hold, then between the two, then the winner again. A rate holds when no phone\n" +
			"fails, no backlog grows (phones in flight at the end of the load are what rate x base latency explains, three\n" +
			"times as many at most), the 99th percentile does not grow over the load, and no threshold fails. Where only\n" +
			"the 99th percentile grows, the rate is tried once more before it counts.\n\n" +
			"Exit codes: 0 found, 1 not even the lowest rate holds, 104 the scenario is wrong, 105 interrupted (what was\n" +
			"found is still reported), 106 the generator set the limit, 107 this machine cannot carry it or the core does\n" +
			"not answer.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "from", Value: "10/s", Usage: "try `RATE` first"},
			&cli.StringFlag{Name: "to", Value: "1000/s", Usage: "and nothing above `RATE`"},
			&cli.DurationFlag{Name: "for", Value: defaultPlan.For, Usage: "load each rate for `TIME`"},
			&cli.IntFlag{Name: "confirm", Value: defaultPlan.Confirm, Usage: "run the winner `N` times more"},
			&cli.Float64Flag{Name: "resolution", Value: 100 * defaultPlan.Resolution, Usage: "end when a rate that holds and one that does not are `PERCENT` apart"},
			&cli.IntFlag{Name: "probes", Value: defaultPlan.Probes, Usage: "make at most `N` runs"},
			&cli.DurationFlag{Name: "within", Value: defaultPlan.Within, Usage: "begin no run after `TIME`"},
			&cli.StringFlag{Name: "core", Usage: "boot against `WHERE`: embedded, local (a child process), or host[:port] of a TFTP server; of several with commas the next is asked when one does not answer"},
			&cli.StringSliceFlag{Name: "allow", Usage: "load `HOST` though its address is neither loopback nor private: an address, a network or a name"},
			&cli.Uint64Flag{Name: "seed", Usage: "`N` determines names, models, jitter and arrivals"},
			&cli.StringFlag{Name: "out", Usage: "write search.json, and the reports of every run, into `DIR`"},
			&cli.StringFlag{Name: "state", Usage: "begin each run with the phones that `DIR` keeps, which stay as they are, and with its manufacturing CA"},
			jsonFile(),
			&cli.BoolFlag{Name: "quiet", Usage: "show no progress"},
		},
		Action: t.search,
	}
}

// defaultPlan is what flags that are not given mean.
var defaultPlan = search.Plan{}.WithDefaults()

func (t *tool) search(c *cli.Context) error {
	args, err := arguments(c, "SCENARIO.yaml")
	if err != nil {
		return err
	}
	plan, err := searchPlan(c)
	if err != nil {
		return err
	}
	if err := writable(c, "json"); err != nil {
		return err
	}
	s, err := scenario.Load(args[0])
	if err == nil {
		err = s.Override(scenario.Overrides{Core: c.String("core"), Seed: seedGiven(c)})
	}
	if err != nil {
		return invalid(err)
	}
	if dir := c.String("out"); dir != "" { // found out after an hour, it would be too late
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return &problem{code: exitFailed, err: fmt.Errorf("results directory: %w", err), hint: "--out DIR must be a directory that can be written"}
		}
	}
	options := scenario.Options{Version: version(), StateDir: c.String("state"), Allow: c.StringSlice("allow"), StartLocal: local.Start}
	watch := &searchWatch{tool: t, dir: c.String("out"), quiet: c.Bool("quiet")}
	if !watch.quiet {
		watch.view = progress.New(t.err, 0)
		options.Progress, options.Tick = watch.view.Show, watch.view.Tick()
	}
	found, err := scenario.Search(c.Context, s, plan, options, scenario.Searching{Begins: watch.begins, Ends: watch.ends})
	if found == nil {
		return ranNot(err)
	}
	if err != nil {
		err = &problem{code: exitFailed, err: fmt.Errorf("the search broke: %w", err)}
	}
	if saving := errors.Join(watch.err, t.publishSearch(c, found)); saving != nil {
		return errors.Join(err, saving)
	}
	if code := found.ExitCode(); err == nil && code != exitOK {
		return silent(code)
	}
	return err
}

func searchPlan(c *cli.Context) (search.Plan, error) {
	plan := search.Plan{
		Confirm: c.Int("confirm"), Resolution: c.Float64("resolution") / 100, Probes: c.Int("probes"),
		For: c.Duration("for"), Within: c.Duration("within"),
	}
	for _, flag := range []struct {
		name string
		into *float64
	}{{"from", &plan.From}, {"to", &plan.To}} {
		rate, err := load.ParseRate(c.String(flag.name))
		if err == nil && rate <= 0 {
			err = errors.New("a rate of nobody")
		}
		if err != nil {
			return plan, usagef("--%s: %w", flag.name, err)
		}
		*flag.into = float64(rate)
	}
	switch {
	case plan.From > plan.To:
		return plan, usagef("--from %s is above --to %s", c.String("from"), c.String("to"))
	case plan.For < leastLoad:
		return plan, usagef("--for %v: a load shorter than %v shows no backlog", plan.For, leastLoad)
	case !(plan.Resolution >= leastResolution && plan.Resolution <= 1):
		return plan, usagef("--resolution %g: want %g to 100 (percent)", c.Float64("resolution"), 100*leastResolution)
	case plan.Confirm < 0, plan.Probes < 1, plan.Within <= 0:
		return plan, usagef("--confirm, --probes and --within: want 0, 1 and some time at least")
	}
	if plan.Confirm == 0 {
		plan.Confirm = -1 // the plan's 0 is its default
	}
	return plan, nil
}

// What a run at one rate must last, and how fine a difference can be told at all.
const (
	leastLoad       = time.Second
	leastResolution = 0.005
)

// searchWatch shows a search while it goes on, and keeps what it leaves.
type searchWatch struct {
	tool  *tool
	view  *progress.View
	dir   string
	quiet bool
	runs  int
	err   error // the first
}

func (w *searchWatch) begins(rate float64, why search.Phase) {
	w.runs++
	if !w.quiet {
		fmt.Fprintf(w.tool.err, "run %d, %s: %v\n", w.runs, why, load.Rate(rate))
	}
}

func (w *searchWatch) ends(p search.Probe, r *tally.Result) {
	if !w.quiet {
		w.view.Close()
		fmt.Fprintln(w.tool.err, search.Line(p))
	}
	if w.dir == "" || r == nil || w.err != nil {
		return
	}
	_, w.err = report.Save(filepath.Join(w.dir, fmt.Sprintf("run-%02d-at-%g", w.runs, p.Rate)), r)
}

// publishSearch prints the report and writes its files.
func (t *tool) publishSearch(c *cli.Context, r *search.Report) error {
	var faults []error
	path := c.String("json")
	if path != "-" {
		faults = append(faults, r.Text(t.out))
	}
	if path != "" {
		faults = append(faults, t.save(path, r))
	}
	if dir := c.String("out"); dir != "" && len(r.Probes) > 0 {
		faults = append(faults, t.save(filepath.Join(dir, "search.json"), r))
	}
	return errors.Join(faults...)
}
