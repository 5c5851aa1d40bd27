package live

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/scenario"
)

// browser is a tab of a real Chromium.
type browser struct {
	t   *testing.T
	ctx context.Context
	mu  sync.Mutex
	bad []string // what it complained about: exceptions, and breaches of the content security policy
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	// Long enough for a machine that does other things as well.
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	ctx, closeBrowser := chromedp.NewContext(ctx, chromedp.WithAllocatorOptions(
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	))
	b := &browser{t: t, ctx: ctx}
	messages := chromedp.Console(ctx)
	var listening sync.WaitGroup
	listening.Go(func() {
		for m, err := range messages {
			if err == nil && (m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleException) {
				b.mu.Lock()
				b.bad = append(b.bad, m.String()+" "+m.URL)
				b.mu.Unlock()
			}
		}
	})
	t.Cleanup(func() {
		closeBrowser()
		cancel()
		listening.Wait()
	})
	return b
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// sees waits until an expression is true on the page.
func (b *browser) sees(what, expression string) {
	b.t.Helper()
	patience := time.After(time.Minute)
	for {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if ok {
			return
		}
		select {
		case <-patience:
			shown, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.body.innerText"))
			b.mu.Lock()
			defer b.mu.Unlock()
			b.t.Fatalf("the browser does not see %s (%v); complaints: %q; the page says:\n%s", what, err, b.bad, shown)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// chooses picks an option, as a user does.
func (b *browser) chooses(field, value string) {
	b.t.Helper()
	b.sees("the choice "+value, fmt.Sprintf("[...document.querySelector(%q).options].some(o => o.value === %q)", field, value))
	b.sees("it chosen", fmt.Sprintf("(s => { s.value = %q; return s.dispatchEvent(new Event('input', {bubbles: true})); })(document.querySelector(%q))", value, field))
}

// TestABrowserFollowsARun is a run of real phones under the eyes of a real
// browser, whose user also steers it.
func TestABrowserFollowsARun(t *testing.T) {
	b := newBrowser(t)
	s, err := scenario.Parse(t.Name(), []byte(`
name: a token that nobody holds
core: {ctl: {signer: unknown}}
phones: {count: 12, model: {7965: 50%, 7940: 50%}, trust: stale, lsc: none}
load: hold 50/s
stay: 10m
`))
	if err != nil {
		t.Fatal(err)
	}
	page := New(s, "v1")
	server, err := Serve(page, "127.0.0.1:0", secret)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}()
	var o scenario.Options
	page.Attend(&o)
	o.Control.Pause(true)
	o.World.Authority = coretest.Authority(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() { page.End(scenario.Run(ctx, s, o)) })
	defer run.Wait()
	defer cancel()

	b.do(chromedp.Navigate(server.URL()))
	b.sees("a run that is paused", `document.querySelector("#verdict").innerText === "paused" && document.querySelector("#registered").innerText === "0"`)
	b.do(chromedp.SetValue("#token", "no, this one"), chromedp.Click("#pause"))
	b.sees("that the token is wrong", `document.querySelector("#obeyed").innerText.includes("--ui-token")`)
	b.do(chromedp.SetValue("#token", secret), chromedp.Click("#pause"))
	b.sees("the phones come up", `document.querySelector("#registered").innerText === "12" && document.querySelector("#verdict").innerText === "running"`)
	b.sees("every chart", `document.querySelectorAll("canvas").length === 13`)
	b.sees("the ladder", `[...document.querySelectorAll("#ladder tr")].some(r => r.innerText.startsWith("ctl") && r.querySelector(".bad").innerText === "12")`)

	b.do(chromedp.Click("#to-phones"))
	b.sees("all phones", `document.querySelectorAll("#list tbody tr").length === 12`)
	b.chooses("select[name=model]", "7940")
	b.sees("only 7940s", `(r => r.length === 6 && r.every(r => r.cells[1].innerText === "7940"))([...document.querySelectorAll("#list tbody tr")])`)
	b.chooses("select[name=message]", "Trust List Update Failed")
	b.do(chromedp.SendKeys("input[name=q]", "5a000"))
	b.sees("them still", `document.querySelectorAll("#list tbody tr").length === 6 && document.querySelector("#matching").innerText.includes("6 that match, of 12")`)

	b.do(chromedp.Click("#list tbody a"))
	b.sees("the phone's device information", `document.querySelector("h1").innerText.includes("CP-7940") && document.body.innerText.includes("Active CallManager")`)
	for _, c := range []struct{ id, page, says string }{
		{"status", "Status Messages", "Trust List Update Failed"}, {"console", "Console Logs", "File sign verify FAILED"}, {"trust", "Trust List", "MD5"},
	} {
		b.do(chromedp.Click("nav a[href='?page=" + c.id + "']"))
		b.sees(c.page, fmt.Sprintf(`document.querySelector("h2").innerText === %q && document.querySelector("#content").innerText.includes(%q)`, c.page, c.says))
	}

	b.do(chromedp.Navigate(server.URL()))
	page.control.Drain()
	b.sees("the end", `document.querySelector("#verdict").innerText.startsWith("the run has ended: ✔")`)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, complaint := range b.bad {
		if !strings.Contains(complaint, "401") { // the wrong token, which was meant
			t.Errorf("the browser complained: %s", complaint)
		}
	}
}
