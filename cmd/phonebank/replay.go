package main

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/story"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/scenario/capture"
	"github.com/phonebank/phonebank/scenario/report"
	"github.com/phonebank/phonebank/scenario/tally"
)

// replay boots one phone of a run alone, with everything that the run's seed,
// scenario and flags made of it, and tells its story.
func (t *tool) replay(c *cli.Context) error {
	for _, flag := range []string{"core", "mac", "model", "auth-string", "state"} {
		if c.IsSet(flag) {
			return usagef("--%s: the run that is replayed says that already", flag)
		}
	}
	dir, last := filepath.Split(c.String("replay"))
	name, err := phone.ParseName(last)
	if err != nil {
		return usagef("--replay DIR/SEP…: %w", err)
	}
	r, err := report.Open(filepath.Clean(dir))
	if err != nil {
		return &problem{code: exitFailed, err: err, hint: "name the directory of run --out, and a phone of phones.csv: DIR/SEP0011215A0001"}
	}
	s, err := replayed(r)
	if err != nil {
		return invalid(err)
	}
	out := t.out
	if c.String("json") == "-" {
		out = t.err
	}
	tapped, err := t.tap(c, capture.Choice{Names: []phone.Name{name}})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s of %q again, alone, with seed %d\n", name, s.Name, s.Seed)
	var mu sync.Mutex
	var teller *story.Teller
	var failed error
	registered := false
	result, err := scenario.Run(c.Context, s, scenario.Options{
		Version: version(), Only: name, Decisions: c.Bool("trace"), Capture: tapped.traffic, KeyLog: tapped.keyLog,
		Meet: func(id phone.Identity, _ phone.Flash, _ tally.Row) func(phone.Record) {
			teller = story.New(out, c.Bool("v"), id, cmp.Or(s.Core.Where.String(), string(scenario.Embedded)))
			return func(e phone.Record) {
				mu.Lock()
				switch event := e.Event.(type) {
				case phone.Registered:
					registered = true
				case phone.GaveUp:
					failed = event.Err
				}
				mu.Unlock()
				teller.Hear(e)
			}
		},
	})
	err = errors.Join(err, tapped.close())
	if teller == nil {
		return ranNot(err)
	}
	if failed == nil && !registered {
		failed = errors.New("the run ended before the phone had registered or given up")
	}
	told := teller.End(failed)
	for _, note := range result.Notes {
		fmt.Fprintf(out, "note: %s\n", note)
	}
	if path := c.String("json"); path != "" {
		err = errors.Join(err, t.save(path, told))
	}
	switch {
	case err != nil:
		return err
	case c.Context.Err() != nil:
		return silent(exitInterrupted)
	case !told.Registered:
		return silent(exitFailed)
	}
	return nil
}

// replayed is the scenario of a run, as its flags had changed it. Files that it
// names are looked for from here.
func replayed(r *tally.Result) (*scenario.Scenario, error) {
	if r.ScenarioText == "" {
		return nil, errors.New("the result does not have the text of its scenario; an older program has written it, or it was made in Go")
	}
	s, err := scenario.Parse("", []byte(r.ScenarioText))
	if err == nil {
		err = s.ReadFiles()
	}
	if err != nil {
		return nil, err
	}
	o := scenario.Overrides{Seed: &r.Seed}
	for _, given := range r.Flags {
		flag, value, _ := strings.Cut(given, " ")
		switch flag {
		case "--phones":
			o.Phones, err = strconv.Atoi(value)
		case "--rate":
			o.Rate = value
		case "--for":
			o.For, err = time.ParseDuration(value)
		case "--stages":
			o.Stages = value
		case "--core":
			o.Core = value
		}
		if err != nil {
			return nil, fmt.Errorf("the result has the flag %q: %w", given, err)
		}
	}
	return s, s.Override(o)
}
