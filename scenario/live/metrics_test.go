package live

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

func statusMessage(text string) phone.Event { return phone.StatusMessage{Text: text} }
func consoleLine(text string) phone.Event   { return phone.ConsoleLine{Severity: "NOT", Text: text} }

func TestMetricsKeepTheConventions(t *testing.T) {
	f := newFleet(t, 12)
	for i := range 12 {
		f.boots(i)
	}
	f.says[nth(0)](phone.KeepAliveSent{})
	f.says[nth(0)](phone.KeepAliveAcked{RTT: time.Millisecond})
	f.second(&tally.Result{Timeline: []tally.Point{{Steps: make([]tally.PointStep, 5), Health: tally.Health{StartLag: time.Millisecond}}}})
	problems, err := testutil.GatherAndLint(f.metrics.registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("promlint: %s: %s", p.Metric, p.Text)
	}
}

func TestMetricsCountWhatPhonesSay(t *testing.T) {
	f := newFleet(t, 12)
	for i := range 11 {
		f.boots(i)
	}
	f.boots(0) // again: a reboot is no second phone
	f.says[nth(3)](phone.Unregistered{Node: "127.1.1.1:2443"})
	f.says[nth(11)](phone.GaveUp{})
	f.says[nth(11)](statusMessage("invalid file " + string(nth(11)) + ".cnf.xml.sgn, authenticated fail. Reason:14."))
	if err := testutil.GatherAndCompare(f.metrics.registry, strings.NewReader(`
# HELP phonebank_boot_step_attempts_total Attempts of a step of the boot that have ended.
# TYPE phonebank_boot_step_attempts_total counter
phonebank_boot_step_attempts_total{result="failed",step="ctl"} 1
phonebank_boot_step_attempts_total{result="ok",step="ctl"} 11
phonebank_boot_step_attempts_total{result="ok",step="register"} 12
# HELP phonebank_boot_step_failures_total Failed attempts of a step of the boot, by cause.
# TYPE phonebank_boot_step_failures_total counter
phonebank_boot_step_failures_total{cause="untrusted",step="ctl"} 1
# HELP phonebank_phones Phones that were switched on, by what they do now.
# TYPE phonebank_phones gauge
phonebank_phones{state="booting"} 0
phonebank_phones{state="failed"} 1
phonebank_phones{state="registered"} 10
phonebank_phones{state="unregistered"} 1
# HELP phonebank_phones_failed_total Phones that ran out of patience before their first registration.
# TYPE phonebank_phones_failed_total counter
phonebank_phones_failed_total 1
# HELP phonebank_phones_planned Phones that are to start.
# TYPE phonebank_phones_planned gauge
phonebank_phones_planned 13
# HELP phonebank_phones_registered_total Phones that completed their first registration.
# TYPE phonebank_phones_registered_total counter
phonebank_phones_registered_total 11
# HELP phonebank_phones_started_total Phones that were switched on.
# TYPE phonebank_phones_started_total counter
phonebank_phones_started_total 12
# HELP phonebank_registrations_lost_total Registrations that ended without the phone's doing.
# TYPE phonebank_registrations_lost_total counter
phonebank_registrations_lost_total 0
# HELP phonebank_status_messages_total Status messages that phones have shown.
# TYPE phonebank_status_messages_total counter
phonebank_status_messages_total{message="Trust List Update Failed"} 1
phonebank_status_messages_total{message="Trust List Updated"} 11
phonebank_status_messages_total{message="invalid file SEP….cnf.xml.sgn, authenticated fail. Reason:14."} 1
`), "phonebank_boot_step_attempts_total", "phonebank_boot_step_failures_total", "phonebank_phones", "phonebank_phones_failed_total", "phonebank_phones_planned",
		"phonebank_phones_registered_total", "phonebank_phones_started_total", "phonebank_registrations_lost_total", "phonebank_status_messages_total"); err != nil {
		t.Error(err)
	}
}
