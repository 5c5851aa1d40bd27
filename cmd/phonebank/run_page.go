package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/scenario/live"
	"github.com/phonebank/phonebank/scenario/tally"
)

// livePage is what --ui opens; nil when nobody asked for it.
type livePage struct {
	tool   *tool
	page   *live.Page
	server *live.Server
	stays  bool
}

// openPage opens the live page before the run, so that an address that cannot be
// used costs nothing.
func (t *tool) openPage(c *cli.Context, s *scenario.Scenario) (*livePage, error) {
	address := c.String("ui")
	if address == "" {
		if c.Bool("ui-stay") {
			return nil, usagef("--ui-stay keeps the page of --ui ADDRESS; add that")
		}
		return nil, nil
	}
	page := live.New(s, version())
	server, err := live.Serve(page, address, c.String("ui-token"))
	if err != nil {
		return nil, &problem{
			code: exitUsage, err: fmt.Errorf("--ui: %w", err),
			hint: "--ui 127.0.0.1:8080 is for this machine alone, port 0 takes a free one; another address needs --ui-token",
		}
	}
	how := "read-only; --ui-token TOKEN lets it steer the run"
	if server.Steerable() {
		how = "the token steers the run"
	}
	fmt.Fprintf(t.err, "live page: %s (%s)\n", server.URL(), how)
	return &livePage{t, page, server, c.Bool("ui-stay")}, nil
}

// control steers the run, by the page, the keyboard or both.
func (l *livePage) control() *scenario.Control {
	if l == nil {
		return scenario.NewControl()
	}
	return l.page.Control()
}

func (l *livePage) attend(o *scenario.Options) {
	if l != nil {
		l.page.Attend(o)
	}
}

// end shows how the run has ended.
func (l *livePage) end(r *tally.Result, err error) {
	if l != nil {
		l.page.End(r, err)
	}
}

// stay waits for the user, where --ui-stay said so and the run was not already
// interrupted.
func (l *livePage) stay(ctx context.Context) {
	if l != nil && l.stays && ctx.Err() == nil {
		fmt.Fprintf(l.tool.err, "live page: stays at %s until Ctrl-C\n", l.server.URL())
		<-ctx.Done()
	}
}

func (l *livePage) close() error {
	if l == nil {
		return nil
	}
	if err := l.server.Close(); err != nil {
		return fmt.Errorf("closing the live page: %w", err)
	}
	return nil
}
