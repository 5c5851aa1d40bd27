package check

import (
	"context"
	"fmt"

	"github.com/phonebank/phonebank/wire/ctl"
)

// headings are the seven steps of the checklist.
var headings = [...]string{
	"Verify all certificates on all servers",
	"Verify that the lists match the current certificates",
	"Verify that TFTP serves the lists",
	"Verify that a phone validates and accepts the lists",
	"Verify the lists on the phone",
	"Verify the TLS connection between phone and CAPF",
	"Verify the TLS connection between phone and CallManager for registration",
}

// row is one check.
type row struct {
	name    string   // what needs and programs call it
	step    int      // of the headings, from 1
	title   string   // what is checked, for the line that says that it could not be
	needs   []string // checks that must not have failed or been skipped
	examine func(context.Context, *examination) []Finding
}

// table is every check, in the order in which they are made.
func table(o Options) []row {
	rows := []row{
		{name: "tftp", step: 3, title: "TFTP answers", examine: tftpAnswers},
	}
	for _, kind := range kinds {
		rows = append(rows, listRows(kind, len(o.Servers) > 1)...)
		rows = append(rows, heldRows(kind)...)
	}
	rows = append(rows,
		row{name: "config", step: 7, title: "the configuration", needs: []string{"tftp"}, examine: configServed},
		row{name: "config-signature", step: 7, title: "the configuration's signature", needs: []string{"config"}, examine: configVerified},
		row{name: "config-decrypt", step: 7, title: "the encrypted configuration", needs: []string{"config-signature"}, examine: configDecrypted},
		row{name: "mode", step: 2, title: "device security mode and lists fit", needs: []string{"config-signature"}, examine: modeFits},
	)
	for _, s := range services() {
		rows = append(rows, serviceRows(s)...)
	}
	rows = append(rows, row{name: "clocks", step: 1, title: "clocks", needs: []string{"tftp"}, examine: clocks})
	for _, kind := range kinds {
		rows = append(rows, matchRows(kind)...)
	}
	for _, s := range services() { // after the records: a phone that breaks off because of them is no cause
		rows = append(rows, row{
			name: s.name + "-tls", step: s.step, title: fmt.Sprintf("the TLS handshake with %s", s.title), needs: []string{"tftp"},
			examine: func(_ context.Context, e *examination) []Finding { return handshakes(e, s) },
		})
	}
	rows = append(rows, row{name: "callmanager-clear", step: 7, title: "CallManager answers in the clear", needs: []string{"config"}, examine: clearPorts})
	if o.Enrol {
		rows = append(rows, row{name: "enrol", step: 6, title: "a phone enrols", needs: []string{"tftp", "config"}, examine: enrolled})
	}
	if o.Register {
		rows = append(rows, row{name: "register", step: 7, title: "a phone registers", needs: []string{"tftp", "config"}, examine: registered})
	}
	return rows
}

// named is the name of a check of one list: "ctl-signature".
func named(kind ctl.Kind, what string) string { return prefix(kind) + what }

func prefix(kind ctl.Kind) string {
	if kind == ctl.ITL {
		return "itl-"
	}
	return "ctl-"
}

// listRows are the checks that need nothing but the files.
func listRows(kind ctl.Kind, servers bool) []row {
	name := func(what string) string { return named(kind, what) }
	title := kind.String()
	with := func(examine func(context.Context, *examination, ctl.Kind) []Finding) func(context.Context, *examination) []Finding {
		return func(ctx context.Context, e *examination) []Finding { return examine(ctx, e, kind) }
	}
	rows := []row{
		{name: name("served"), step: 3, title: "the " + title + " is served", needs: []string{"tftp"}, examine: with(listServed)},
		{name: name("layout"), step: 4, title: "the " + title + " parses", needs: []string{name("served")}, examine: with(listParses)},
		{name: name("limits"), step: 4, title: "the " + title + " is one that phones can load", needs: []string{name("layout")}, examine: with(listLoads)},
		{name: name("signature"), step: 4, title: "the " + title + "'s own signature", needs: []string{name("limits")}, examine: with(listVerifies)},
		{name: name("certificates"), step: 2, title: "the dates of the " + title + "'s certificates", needs: []string{name("layout")}, examine: with(certificateDates)},
		{name: name("date"), step: 2, title: "the " + title + " is newer than its certificates", needs: []string{name("signature")}, examine: with(listDate)},
	}
	if servers {
		rows = append(rows, row{name: name("servers"), step: 3, title: "all TFTP servers serve the same " + title, needs: []string{name("served")}, examine: with(serversAgree)})
	}
	return rows
}

// heldRows compare a list with what the phone holds.
func heldRows(kind ctl.Kind) []row {
	return []row{
		{
			name: named(kind, "accepted"), step: 4, title: "a phone that holds another " + kind.String() + " accepts this one",
			needs:   []string{named(kind, "signature")},
			examine: func(ctx context.Context, e *examination) []Finding { return listAccepted(ctx, e, kind) },
		},
		{
			name: named(kind, "held"), step: 5, title: "the " + kind.String() + " on the phone", needs: []string{named(kind, "served")},
			examine: func(_ context.Context, e *examination) []Finding { return heldCompared(e, kind) },
		},
	}
}

// serviceRows look at the servers of one service, and at what they present.
func serviceRows(s service) []row {
	return []row{
		{
			name: s.name + "-port", step: s.step, title: fmt.Sprintf("%s answers", s.title), needs: []string{"tftp"},
			examine: func(ctx context.Context, e *examination) []Finding { return portsAnswer(ctx, e, s) },
		},
		{
			name: s.name + "-certificate", step: 1, title: fmt.Sprintf("the certificate of %s", s.title), needs: []string{"tftp"},
			examine: func(_ context.Context, e *examination) []Finding { return certificatesPresented(e, s) },
		},
	}
}

// matchRows hold the records of a list against what is presented.
func matchRows(kind ctl.Kind) []row {
	var rows []row
	for _, s := range services() {
		if kind == ctl.CTL && s.itlOnly {
			continue
		}
		rows = append(rows, row{
			name: named(kind, s.name), step: 2, title: fmt.Sprintf("the %s's record of %s", kind, s.title),
			needs:   []string{named(kind, "signature"), named(kind, "servers")},
			examine: func(_ context.Context, e *examination) []Finding { return recordsMatch(e, kind, s) },
		})
	}
	return rows
}
