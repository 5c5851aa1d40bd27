// Fleet builds a scenario in Go instead of YAML: fifty phones of two models
// that hold their LSC boot within a second, stay for two, and leave.
//
//	go run ./examples/fleet
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/phonebank/phonebank/scenario"
	"github.com/phonebank/phonebank/scenario/load"
	"github.com/phonebank/phonebank/scenario/report"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	arrivals, err := load.Parse("hold 50/s")
	if err != nil {
		return err
	}
	fleet := scenario.Scenario{
		Name: "a fleet built in code",
		Seed: 1,
		Phones: []scenario.Group{{
			Count:  50,
			Models: []scenario.Share{{Model: "7965", Percent: 80}, {Model: "8945", Percent: 20}},
			LSC:    scenario.LSCInstalled,
			Keys:   scenario.Keys{Pool: 4},
		}},
		Load: arrivals,
		Stay: 2 * time.Second,
	}
	result, err := scenario.Run(ctx, &fleet, scenario.Options{})
	if err != nil {
		return err
	}
	if err := report.Text(out, result); err != nil {
		return err
	}
	if result.Phones.Registered != fleet.Count() {
		return fmt.Errorf("%d of %d phones registered", result.Phones.Registered, fleet.Count())
	}
	return nil
}
