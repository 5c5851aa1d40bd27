package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/story"
	"github.com/phonebank/phonebank/phone"
)

// boot boots a phone and returns its report.
func boot(t *testing.T, code int, args ...string) story.Report {
	t.Helper()
	path := filepath.Join(t.TempDir(), "boot.json")
	do(t, append([]string{"boot", "--json", path}, args...)...).want(t, code)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r story.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// steps is "ctl:ok itl:ok …".
func steps(r story.Report) string {
	var all []string
	for _, s := range r.Steps {
		all = append(all, string(s.Step)+":"+s.Outcome)
	}
	return strings.Join(all, " ")
}

func TestBootByAuthenticationString(t *testing.T) {
	r := boot(t, exitOK, "--auth-string", "12345", "--model", "8945", "--mac", "00:11:22:33:44:55")
	if r.Phone != "SEP001122334455" || r.LSC != "rsa-2048" || r.Registration == nil || r.Registration.TLS != "TLS 1.2" {
		t.Errorf("report %+v", r)
	}
}

func TestAPhoneRemembers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if got := steps(boot(t, exitOK, "--state", dir)); got != "ctl:ok itl:ok config:ok capf:ok config:ok register:ok" {
		t.Errorf("first boot: %s", got)
	}
	second := boot(t, exitOK, "--state", dir)
	if got := steps(second); got != "ctl:ok itl:ok config:ok capf:skipped register:ok" {
		t.Errorf("second boot: %s", got)
	}
	for _, list := range second.Lists {
		if list.FirstUse {
			t.Errorf("second boot: the %s is the first again", list.Kind)
		}
	}
	other := boot(t, exitOK, "--state", dir, "--mac", "SEP001122334455")
	if got := steps(other); got != "ctl:ok itl:ok config:ok capf:ok config:ok register:ok" {
		t.Errorf("another phone: %s", got)
	}
}

func TestADirectoryInUse(t *testing.T) {
	dir := t.TempDir()
	store, err := openState(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	got := do(t, "boot", "--state", dir).want(t, exitUnready)
	if !strings.Contains(got.err, "in use by another phonebank") || !strings.Contains(got.err, "hint: wait") {
		t.Errorf("standard error %q", got.err)
	}
}

func TestAnInterruptedBoot(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	got := doIn(t, ctx, "", "boot", "--core", "127.0.0.1:9").want(t, exitInterrupted)
	if !strings.Contains(got.out, "not registered") {
		t.Errorf("the story has no end:\n%s", got.out)
	}
}

func TestUnreachable(t *testing.T) {
	failed := func(c phone.Cause) story.Step { return story.Step{Outcome: story.Failed, Cause: c} }
	for _, c := range []struct {
		situation string
		steps     []story.Step
		want      bool
	}{
		{"silence everywhere", []story.Step{failed(phone.CauseTimeout), failed(phone.CauseTimeout), {Outcome: story.NotReached}}, true},
		{"refused everywhere", []story.Step{failed(phone.CauseRefused)}, true},
		{"one file came", []story.Step{{Outcome: story.OK}, failed(phone.CauseTimeout)}, false},
		{"somebody said no", []story.Step{failed(phone.CauseTimeout), failed(phone.CauseRejected)}, false},
		{"nothing was tried", nil, false},
	} {
		if got := unreachable(story.Report{Steps: c.steps}); got != c.want {
			t.Errorf("%s: %v", c.situation, got)
		}
	}
}
