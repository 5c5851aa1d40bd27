package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/terminal"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// heldFlags say which phone judges: what it holds, its model, whom it asks.
func heldFlags() []cli.Flag {
	return append(listFlags(),
		&cli.StringFlag{Name: "tvs", Usage: "ask the TVS server at `HOST[:PORT]`, which the held ITL must name"},
		&cli.StringFlag{Name: "model", Value: defaultModel, Usage: "the phone's `MODEL`: 7940 and 7960 know neither ITL nor TVS"},
	)
}

// listFlags are the lists that a phone holds.
func listFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "held", Usage: "a `LIST` the phone holds, CTL or ITL as its FILENAME says; may be repeated"},
		&cli.StringFlag{Name: "held-ctl", Usage: "the `CTL` the phone holds"},
		&cli.StringFlag{Name: "held-itl", Usage: "the `ITL` the phone holds"},
	}
}

// traceFlag asks for every step of a decision.
func traceFlag() cli.Flag {
	return &cli.BoolFlag{Name: "trace", Usage: "tell every step of the decision, with offsets"}
}

const defaultModel = "7965"

// judge is the phone that gives the verdict.
type judge struct {
	held  phone.Held
	model *phone.Model
	asker phone.Asker // nil: none
	steps []phone.TraceStep
}

func (t *tool) judge(c *cli.Context) (j judge, err error) {
	if j.model, err = phone.FindModel(c.String("model")); err != nil {
		return j, usagef("--model: %w", err)
	}
	if err := t.holdLists(c, &j); err != nil {
		return j, err
	}
	if server := c.String("tvs"); server != "" {
		j.asker, err = j.client(server)
	}
	return j, err
}

// holdLists takes the lists of listFlags; those of --held for what their
// FILENAME says.
func (t *tool) holdLists(c *cli.Context, j *judge) error {
	for _, path := range c.StringSlice("held") {
		list, err := t.heldList(path)
		if err != nil {
			return err
		}
		if list.Kind() == ctl.KindUnknown {
			return &problem{
				code: exitFile, err: fmt.Errorf("--held %s: FILENAME %q names neither a CTL nor an ITL", path, printable(list.Filename)),
				hint: "say which it is: --held-ctl or --held-itl",
			}
		}
		if err := j.hold(list.Kind(), list, path); err != nil {
			return err
		}
	}
	for flag, kind := range map[string]ctl.Kind{"held-ctl": ctl.CTL, "held-itl": ctl.ITL} {
		path := c.String(flag)
		if path == "" {
			continue
		}
		list, err := t.heldList(path)
		if err == nil {
			err = j.hold(kind, list, path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tool) heldList(path string) (*ctl.List, error) {
	file, err := t.read(path, ctl.MaxSize)
	if err != nil {
		return nil, err
	}
	list, err := ctl.Parse(file)
	if err != nil {
		return nil, &problem{code: exitFile, err: fmt.Errorf("the held list %s does not parse: %w", path, err), hint: lookOf(file)}
	}
	return list, nil
}

// hold takes a list; a phone holds one of each kind.
func (j *judge) hold(kind ctl.Kind, list *ctl.List, path string) error {
	place := &j.held.CTL
	if kind == ctl.ITL {
		place = &j.held.ITL
	}
	if *place != nil {
		return usagef("%s is a second %s; a phone holds one", path, kind)
	}
	*place = list
	return nil
}

// client asks one TVS server. It speaks every version of TLS that any phone
// speaks: the question here is what the server says, not how old it is.
func (j *judge) client(server string) (phone.Asker, error) {
	host, port, err := hostPort(server)
	if err != nil {
		return nil, usagef("--tvs: %w", err)
	}
	return &phone.TVSClient{
		Servers: []cnf.Server{{Host: host, Port: port}},
		Device:  "CP-" + j.model.Name + "-SEP000000000000",
		Held:    j.held,
		TLS:     &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS13, CipherSuites: everySuite()},
	}, nil
}

func everySuite() []uint16 {
	var ids []uint16
	for _, name := range phone.ModelNames() {
		if model, err := phone.FindModel(name); err == nil {
			ids = append(ids, model.Suites...)
		}
	}
	return ids
}

// hostPort splits HOST or HOST:PORT; the port is 0 when there is none.
func hostPort(s string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(s)
	if err != nil {
		if host, text, err = net.SplitHostPort(s + ":0"); err != nil {
			return "", 0, fmt.Errorf("%q is neither HOST nor HOST:PORT", s)
		}
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || host == "" {
		return "", 0, fmt.Errorf("%q is neither HOST nor HOST:PORT", s)
	}
	return host, int(n), nil
}

// note keeps a step of the decision.
func (j *judge) note(s phone.TraceStep) { j.steps = append(j.steps, s) }

// traced is what --trace adds to the JSON of a verdict.
type traced struct {
	Trace []phone.TraceStep `json:"trace,omitempty"`
}

// tellVerdict prints a verdict for people, after the steps that led to it where
// somebody asked for them.
func (t *tool) tellVerdict(path string, d phone.Decision, steps []phone.TraceStep, more [][2]string) error {
	for i, step := range steps {
		for n, line := range step.Lines() {
			number := "  "
			if n == 0 {
				number = fmt.Sprintf("%2d", i+1)
			}
			fmt.Fprintf(t.out, "%s %s\n", number, t.out.Faint(printable(line)))
		}
	}
	mark := terminal.Good
	if d.Verdict == phone.Reject.String() {
		mark = terminal.Bad
	}
	fmt.Fprintf(t.out, "%s %s %s: %s\n", t.out.Mark(mark), t.out.Strong(d.Verdict), path, d.Reason)
	var lines [][2]string
	for _, line := range [][2]string{
		{"cause", string(d.Cause)},
		{"fix", d.Fix},
		{"hands", hands(d)},
		{"where", d.Where.String()},
		{"signer", d.Signer.Subject},
		{"  issuer", d.Signer.Issuer},
		{"  serial", d.Signer.Serial},
		{"digest", d.Digest},
		{"TVS", tvsSays(d)},
		{"phone shows", d.StatusMessage},
	} {
		if line[1] != "" {
			lines = append(lines, line)
		}
	}
	for i, h := range d.Holds {
		lines = append(lines, [2]string{label(i == 0, "phone holds"), fmt.Sprintf("%s record %d of the %s, %s (serial %s)", h.Role, h.Record, h.List, h.Name, h.Serial)})
	}
	lines = append(lines, more...)
	for _, text := range d.Console {
		lines = append(lines, [2]string{"console", text})
	}
	return rows(t.out, lines)
}

// label is given to the first of several lines.
func label(first bool, text string) string {
	if first {
		return text
	}
	return ""
}

// hands says whether somebody must go to the phone.
func hands(d phone.Decision) string {
	switch {
	case d.Verdict != phone.Reject.String():
		return ""
	case d.Hands:
		return "on the phone, if what is offered stays as it is"
	}
	return "not needed on the phone"
}

func tvsSays(d phone.Decision) string {
	s := d.TVS
	switch {
	case s == nil && d.TVSSays != "":
		return "not asked: " + d.TVSSays
	case s == nil:
		return ""
	case s.Error != "":
		return s.Error
	case !s.Valid:
		return s.Server + " does not know the certificate"
	}
	return fmt.Sprintf("%s: valid, roles %v, for %.0f s", s.Server, s.Roles, s.TTLSeconds)
}

// interrupted is a command that was told to stop.
func interrupted() error {
	return &problem{code: exitInterrupted, err: fmt.Errorf("interrupted before the end")}
}
