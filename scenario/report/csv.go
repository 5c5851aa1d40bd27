package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/phonebank/phonebank/scenario/tally"
)

// columns is phones.csv from left to right. Times are milliseconds; an empty
// cell is something that did not happen.
var columns = []struct {
	name string
	cell func(*tally.Row) string
}{
	{"name", func(r *tally.Row) string { return string(r.Name) }},
	{"model", func(r *tally.Row) string { return r.Model }},
	{"address", func(r *tally.Row) string { return r.Address }},
	{"state", func(r *tally.Row) string { return string(r.State) }},
	{"started_ms", func(r *tally.Row) string { return ms(r.StartedAt, r.State != tally.Planned) }},
	{"registered_ms", func(r *tally.Row) string { return ms(r.RegisteredAt, r.State == tally.Registered) }},
	{"boot_ms", func(r *tally.Row) string { return ms(r.Boot, r.State == tally.Registered) }},
	{"register_ms", func(r *tally.Row) string { return ms(r.Register, r.State == tally.Registered) }},
	{"waited_ms", func(r *tally.Row) string { return ms(r.Waited, r.State != tally.Planned) }},
	{"node", func(r *tally.Row) string { return r.Node }},
	{"boots", func(r *tally.Row) string { return strconv.Itoa(r.Boots) }},
	{"registrations", func(r *tally.Row) string { return strconv.Itoa(r.Registrations) }},
	{"keepalives_sent", func(r *tally.Row) string { return strconv.Itoa(r.KeepAlivesSent) }},
	{"keepalives_lost", func(r *tally.Row) string { return strconv.Itoa(r.KeepAlivesLost) }},
	{"lsc_issued", func(r *tally.Row) string { return strconv.FormatBool(r.LSC) }},
	{"step", func(r *tally.Row) string { return string(r.Step) }},
	{"cause", func(r *tally.Row) string { return string(r.Cause) }},
	{"error", func(r *tally.Row) string {
		if r.Err == nil {
			return ""
		}
		return r.Err.Error()
	}},
	{"due_ms", func(r *tally.Row) string { return ms(r.DueAt, r.State != tally.Planned) }},
	{"boot_as_sent_ms", func(r *tally.Row) string { return ms(r.BootAsSent, r.State == tally.Registered) }},
	{"group", func(r *tally.Row) string { return r.Group }},
	{"tvs_asked", func(r *tally.Row) string { return strconv.Itoa(r.TVSAsked) }},
}

// CSV writes phones.csv: one line a phone, in starting order; step, cause and
// error are those of its last failure. Phones that were never started have no
// line.
func CSV(w io.Writer, r *tally.Result) error {
	out := csv.NewWriter(w)
	line := make([]string, len(columns))
	for i, c := range columns {
		line[i] = c.name
	}
	// The writer keeps its first error for the end.
	_ = out.Write(line)
	for n := range r.Rows {
		if r.Rows[n].State == tally.Planned {
			continue
		}
		for i, c := range columns {
			line[i] = c.cell(&r.Rows[n])
		}
		_ = out.Write(line)
	}
	out.Flush()
	return out.Error()
}

func ms(d time.Duration, happened bool) string {
	if !happened {
		return ""
	}
	return strconv.FormatFloat(float64(d.Microseconds())/1000, 'f', -1, 64)
}
