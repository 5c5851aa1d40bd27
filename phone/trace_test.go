package phone

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// traced is the steps of one decision, by name.
func traced(judge func(trace func(TraceStep))) (names []string, steps []TraceStep) {
	judge(func(s TraceStep) { steps = append(steps, s) })
	for _, s := range steps {
		names = append(names, s.Step)
	}
	return names, steps
}

// The worked example of trust list, section 15: its own bytes are cut out of
// what its signature covers.
func TestTraceOfTheWorkedExample(t *testing.T) {
	file := readHex(t, "../wire/ctl/testdata/example-ctl.hex")
	names, steps := traced(func(trace func(TraceStep)) {
		Held{Trace: trace}.JudgeList(context.Background(), ctl.CTL, file, model(t, "7965"), nil)
	})
	if want := []string{"parse", "limits", "identical", "algorithms", "signers", "serial", "key", "signature", "outcome"}; !slices.Equal(names, want) {
		t.Fatalf("steps %q, want %q", names, want)
	}
	if got, want := steps[7].Bytes, []Span{{0, 108}, {240, 2213}}; !slices.Equal(got, want) {
		t.Errorf("the signature covers %v, want %v", got, want)
	}
	parse := steps[0]
	if got, want := parse.Items[6], (TraceItem{72, 5, "SERIALNUMBER", 16, "32:16:9E:02:80:E9:BE:1A:E3:68:D4:A2:B7:D0:58:0A"}); got != want {
		t.Errorf("item %+v, want %+v", got, want)
	}
	if len(parse.Items) != 17 || len(parse.Records) != 2 || parse.Records[1].Offset != 1239 || parse.Records[1].Length != 975 {
		t.Errorf("%d items, records %+v", len(parse.Items), parse.Records)
	}
	const want = "signature  sha1 over bytes 0–108 and 240–2213, 131 bytes of SIGNATURE cut out: it holds"
	if got := steps[7].Lines()[0]; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := parse.Lines()[7]; !strings.Contains(got, "offset    72  tag  5 SERIALNUMBER") {
		t.Errorf("no item in %q", got)
	}
}

// A trace is the way that the decision took, and ends with it.
func TestTraceIsTheWayTaken(t *testing.T) {
	c := testCluster()
	both := Held{CTL: c.heldCTL(t), ITL: c.heldITL(t)}
	twins := Held{CTL: parse(t, build(t, ctl.CTL, c.tokenB, []ctl.Entry{c.twinA.as(ctl.RoleSAST), c.twinA.as(ctl.RoleSAST)}))}
	good := build(t, ctl.CTL, c.tokenB, c.mixed(c.tokenA, c.tokenB))
	strange := build(t, ctl.CTL, c.tokenC, c.mixed(c.tokenC, c.tokenB))
	config := signConfig(t, c.ccm, testConfigName)
	known := vouching(ctl.RoleTFTP)
	known.Certificate = c.tokenC.cert.Raw
	for _, row := range []struct {
		situation string
		held      Held
		file      []byte
		config    string // the name asked for; empty: a CTL
		model     string
		tvs       Asker
		want      string
	}{
		{"no list at all", both, []byte("<html>"), "", "7965", nil, "parse outcome"},
		{"the held list", both, both.CTL.Bytes(), "", "7965", nil, "parse limits identical outcome"},
		{"reserved digest", both, withTag(t, good, signed.TagDigest, 2), "", "7965", nil, "parse limits identical algorithms outcome"},
		{"signed by a held token", both, good, "", "7965", nil, "parse limits identical algorithms signers serial key signature outcome"},
		{"flipped bit", both, flipped(good, 1), "", "7965", nil, "parse limits identical algorithms signers serial key signature outcome"},
		{"two of the serial", twins, build(t, ctl.CTL, c.tokenA, c.mixed(c.tokenA)), "", "7965", nil, "parse limits identical algorithms signers serial issuer issuer key signature TVS outcome"},
		{"TVS vouches", both, strange, "", "7965", vouching(ctl.RoleSAST), "parse limits identical algorithms signers serial key signature TVS outcome"},
		{"TVS is out of reach of the model", both, strange, "", "7940", vouching(ctl.RoleSAST), "parse limits identical algorithms signers serial key signature TVS outcome"},
		{"configuration", both, config, testConfigName, "7965", nil, "parse algorithms signers serial issuer issuer key signature name outcome"},
		{"configuration of another phone", both, config, "SEP0011223344FF.cnf.xml.sgn", "7965", nil, "parse algorithms signers serial issuer issuer key signature name outcome"},
		{"configuration by a signer that TVS shows", both, signConfig(t, c.tokenC, testConfigName), testConfigName, "7965", known, "parse algorithms signers serial TVS signature name outcome"},
		{"unsigned configuration", both, []byte(testConfigXML), "SEP001122334455.cnf.xml", "7965", nil, "signers outcome"},
	} {
		t.Run(row.situation, func(t *testing.T) {
			m, ctx := model(t, row.model), context.Background()
			judge := func(h Held) Verdict {
				if row.config == "" {
					return h.JudgeList(ctx, ctl.CTL, row.file, m, row.tvs)
				}
				return h.JudgeConfig(ctx, row.config, row.file, m, row.tvs).Verdict
			}
			var verdict Verdict
			names, steps := traced(func(trace func(TraceStep)) {
				row.held.Trace = trace
				verdict = judge(row.held)
			})
			if got := strings.Join(names, " "); got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
			if last := steps[len(steps)-1].Text; !strings.HasPrefix(last, verdict.Outcome.String()) || !strings.HasSuffix(last, verdict.Reason) {
				t.Errorf("the last step is %q, the verdict %v: %s", last, verdict.Outcome, verdict.Reason)
			}
			row.held.Trace = nil
			if quiet := judge(row.held); !reflect.DeepEqual(quiet.Explanation(), verdict.Explanation()) {
				t.Errorf("without a trace the verdict is another: %+v", quiet.Explanation())
			}
		})
	}
}

// Nobody asks: a step costs nothing.
func TestNoTraceCostsNothing(t *testing.T) {
	c := testCluster()
	list := c.heldCTL(t)
	v := voucher{"CTL", &list.Records[0]}
	who := circle{v}
	var verdict Verdict
	var nobody tracer
	allocs := testing.AllocsPerRun(100, func() {
		nobody.parsed(list.Envelope, list.Records)
		nobody.limits(list, finding{}, true)
		nobody.compared(ctl.CTL, list, true)
		nobody.algorithms(list.Envelope, true)
		nobody.signers(who, who, "rule")
		nobody.bySerial(list.Signer, who)
		nobody.issuer(v, true)
		nobody.key(v, nil)
		nobody.signature(list.Envelope, nil)
		nobody.asked(v, TVSAnswer{}, nil)
		nobody.name("a", "b")
		nobody.outcome(verdict)
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
