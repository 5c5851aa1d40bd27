package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

// timelineColumn is a column of timeline.csv and the way back.
type timelineColumn struct {
	name string
	get  func(*tally.Point) float64
	set  func(*tally.Point, float64)
	kind cell
	most float64 // that a cell may say; 0: any whole number of a float64
}

// mostWhole is the largest number up to which a float64 has every whole one.
const mostWhole = 1 << 53

// cell says how a number is written.
type cell int

const (
	integer  cell = iota
	decimal       // at most three decimals
	measured      // likewise, and empty when it is zero: nothing was measured
)

func (c cell) text(v float64) string {
	switch {
	case c == integer:
		return strconv.FormatInt(int64(v), 10)
	case c == measured && v == 0:
		return ""
	}
	return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
}

// timelineSteps are the steps that have columns of their own.
var timelineSteps = []phone.Step{phone.StepCTL, phone.StepITL, phone.StepConfig, phone.StepCAPF, phone.StepRegister}

// timelineColumns is timeline.csv from left to right:
//
//	t_s, width_s                    when the span began, since the schedule did, and how long it is
//	started registered failed       phones, within the span; registered is the first time
//	in_flight registered_now        phones, at its end
//	STEP_ok _failed _retried        attempts of a step that ended in the span: ctl itl config capf register
//	STEP_p50_ms _p95_ms _p99_ms     what they took; empty when there were none
//	boot_p50_ms …                   due to registered, of the boots that ended in the span
//	start_lag_ms                    of the phone that started latest
//	cpu_percent gc_pause_ms         of the generator: mean, and the longest pause
//	heap_bytes rss_bytes goroutines descriptors sockets time_wait    at most
//
// Spans are a second wide at first and twice that whenever there would be more
// than 600, so lines of a run under way can have different widths.
var timelineColumns = makeTimelineColumns()

func makeTimelineColumns() []timelineColumn {
	count := func(name string, at func(*tally.Point) *int) timelineColumn {
		return timelineColumn{
			name, func(p *tally.Point) float64 { return float64(*at(p)) }, func(p *tally.Point, v float64) { *at(p) = int(v) }, integer, 0,
		}
	}
	bytes := func(name string, at func(*tally.Point) *int64) timelineColumn {
		return timelineColumn{
			name, func(p *tally.Point) float64 { return float64(*at(p)) }, func(p *tally.Point, v float64) { *at(p) = int64(v) }, integer, 0,
		}
	}
	float := func(name string, at func(*tally.Point) *float64) timelineColumn {
		return timelineColumn{
			name, func(p *tally.Point) float64 { return *at(p) }, func(p *tally.Point, v float64) { *at(p) = v }, measured, 0,
		}
	}
	span := func(name string, unit time.Duration, at func(*tally.Point) *time.Duration) timelineColumn {
		return timelineColumn{
			name, func(p *tally.Point) float64 { return float64(*at(p)) / float64(unit) },
			func(p *tally.Point, v float64) { *at(p) = time.Duration(v * float64(unit)) }, decimal, mostWhole / float64(unit),
		}
	}
	times := func(name string, at func(*tally.Point) *tally.Latency) []timelineColumn {
		return []timelineColumn{
			float(name+"_p50_ms", func(p *tally.Point) *float64 { return &at(p).P50 }),
			float(name+"_p95_ms", func(p *tally.Point) *float64 { return &at(p).P95 }),
			float(name+"_p99_ms", func(p *tally.Point) *float64 { return &at(p).P99 }),
		}
	}
	columns := []timelineColumn{
		span("t_s", time.Second, func(p *tally.Point) *time.Duration { return &p.At }),
		span("width_s", time.Second, func(p *tally.Point) *time.Duration { return &p.Width }),
		count("started", func(p *tally.Point) *int { return &p.Started }),
		count("registered", func(p *tally.Point) *int { return &p.Registered }),
		count("failed", func(p *tally.Point) *int { return &p.Failed }),
		count("in_flight", func(p *tally.Point) *int { return &p.InFlight }),
		count("registered_now", func(p *tally.Point) *int { return &p.Now }),
	}
	for i, step := range timelineSteps {
		name := string(step)
		columns = append(columns,
			count(name+"_ok", func(p *tally.Point) *int { return &p.Steps[i].OK }),
			count(name+"_failed", func(p *tally.Point) *int { return &p.Steps[i].Failed }),
			count(name+"_retried", func(p *tally.Point) *int { return &p.Steps[i].Retried }))
		columns = append(columns, times(name, func(p *tally.Point) *tally.Latency { return &p.Steps[i].Took })...)
	}
	columns = append(columns, times("boot", func(p *tally.Point) *tally.Latency { return &p.Boot })...)
	return append(columns,
		span("start_lag_ms", time.Millisecond, func(p *tally.Point) *time.Duration { return &p.Health.StartLag }),
		float("cpu_percent", func(p *tally.Point) *float64 { return &p.Health.CPUPercent }),
		span("gc_pause_ms", time.Millisecond, func(p *tally.Point) *time.Duration { return &p.Health.GCPause }),
		bytes("heap_bytes", func(p *tally.Point) *int64 { return &p.Health.Heap }),
		bytes("rss_bytes", func(p *tally.Point) *int64 { return &p.Health.RSS }),
		count("goroutines", func(p *tally.Point) *int { return &p.Health.Goroutines }),
		count("descriptors", func(p *tally.Point) *int { return &p.Health.Descriptors }),
		count("sockets", func(p *tally.Point) *int { return &p.Health.Sockets }),
		count("time_wait", func(p *tally.Point) *int { return &p.Health.TimeWait }),
	)
}

// Timeline writes timeline.csv.
func Timeline(w io.Writer, r *tally.Result) error {
	return TimelineLines(w, true, r.Timeline)
}

// TimelineLines writes points as lines, below the names of the columns or
// below other lines.
func TimelineLines(w io.Writer, header bool, points []tally.Point) error {
	out := csv.NewWriter(w)
	line := make([]string, len(timelineColumns))
	if header {
		for i, c := range timelineColumns {
			line[i] = c.name
		}
		// The writer keeps its first error for the end.
		_ = out.Write(line)
	}
	for n := range points {
		for i, c := range timelineColumns {
			line[i] = c.kind.text(c.get(&points[n]))
		}
		_ = out.Write(line)
	}
	out.Flush()
	return out.Error()
}

// ReadTimeline reads timeline.csv. The last line of a run that was killed may
// be cut and is left out then; damage before it is an error, so that nobody
// takes what is left for the whole. Columns are found by their names; those
// that an older program did not write are zero.
func ReadTimeline(in io.Reader) ([]tally.Point, error) {
	lines := csv.NewReader(in)
	header, err := lines.Read()
	if err == io.EOF {
		return nil, nil // killed before its first byte
	}
	if err != nil {
		return nil, err
	}
	known, err := knownColumns(header)
	if err != nil {
		return nil, err
	}
	var points []tally.Point
	for {
		cells, err := lines.Read()
		if err == io.EOF {
			return points, nil
		}
		var p tally.Point
		if err == nil {
			p, err = readPoint(known, cells)
		}
		if err != nil {
			at, _ := lines.FieldPos(0)
			if _, last := lines.Read(); last == io.EOF {
				return points, nil // it was cut
			}
			return nil, fmt.Errorf("line %d: %w", at, err)
		}
		points = append(points, p)
	}
}

// knownColumns are the columns of a header, nil for those that are not known.
func knownColumns(header []string) ([]*timelineColumn, error) {
	known := make([]*timelineColumn, len(header))
	for i, name := range header {
		at := slices.IndexFunc(timelineColumns, func(c timelineColumn) bool { return c.name == name })
		switch {
		case at < 0:
			continue
		case slices.Contains(known, &timelineColumns[at]):
			return nil, fmt.Errorf("line 1: the column %q is there twice", name)
		}
		known[i] = &timelineColumns[at]
	}
	for _, c := range timelineColumns[:2] {
		if !slices.Contains(header, c.name) {
			return nil, fmt.Errorf("line 1: no column %q between commas: this is no time line, or a spreadsheet has rewritten it", c.name)
		}
	}
	return known, nil
}

func readPoint(known []*timelineColumn, cells []string) (tally.Point, error) {
	p := tally.Point{Steps: make([]tally.PointStep, len(timelineSteps))}
	for i, step := range timelineSteps {
		p.Steps[i].Step = step
	}
	for i, text := range cells {
		c := known[i]
		if c == nil || text == "" {
			continue
		}
		value, err := strconv.ParseFloat(text, 64)
		if err != nil || !(math.Abs(value) <= cmp.Or(c.most, mostWhole)) {
			return p, fmt.Errorf("%s: %q is no number that fits", c.name, text)
		}
		c.set(&p, value)
	}
	return p, nil
}
