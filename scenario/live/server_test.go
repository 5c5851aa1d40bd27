package live

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// served is the page's handler for requests made by hand.
func served(t testing.TB, p *Page, token string, loopback bool) http.Handler {
	t.Helper()
	g, err := newGuard(token, "phonebank.lab", loopback)
	if err != nil {
		t.Fatal(err)
	}
	return (&Server{page: p, guard: g}).handler()
}

// ask sends one request; headers are "Name: value".
func ask(h http.Handler, method, target, body string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "127.0.0.1:8080"
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		if name == "Host" {
			r.Host = value
		} else {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func bodyOf(t testing.TB, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func read[T any](t testing.TB, r *http.Response) (v T) {
	t.Helper()
	if r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", r.Status, bodyOf(t, r))
	}
	if err := json.Unmarshal([]byte(bodyOf(t, r)), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWhatTheListAnswers(t *testing.T) {
	f := newFleet(t, 30)
	for i := range 20 { // the last ten do not get far
		f.boots(i)
	}
	f.roster.find(nth(4)).address = "2001:db8::5"
	h := served(t, f.Page, "", true)
	for _, c := range []struct {
		situation, query string
		matching         int
		first            int // of the phones, -1 for none
		shown            int
	}{
		{"everybody", "", 30, 0, 30},
		{"a page", "?limit=7&offset=21", 30, 21, 7},
		{"behind the end", "?offset=31", 30, -1, 0},
		{"a limit beyond all bounds", "?limit=1000000000", 30, 0, 30},
		{"registered", "?state=registered", 20, 0, 20},
		{"on their way", "?state=booting", 10, 20, 10},
		{"a model", "?model=7940", 10, 2, 10},
		{"a group", "?group=floor+2", 15, 1, 15},
		{"a cause with its step", "?cause=ctl+untrusted", 2, 9, 2},
		{"a cause at any step", "?cause=untrusted", 2, 9, 2},
		{"what a phone has shown", "?message=Trust+List+Update+Failed", 2, 9, 2},
		{"all at once", "?state=registered&model=7940&group=floor+1&message=Trust+List+Updated", 3, 2, 3},
		{"part of a name, in lower case", "?q=5a000", 15, 0, 15},
		{"an address", "?q=127.0.0.30", 1, 29, 1},
		{"an address of IPv6", "?q=DB8::5", 1, 4, 1},
		{"likewise, as it is written", "?q=2001:db8", 1, 4, 1},
		{"nobody", "?q=SEPFFF", 0, -1, 0},
		{"a state that there is not", "?state=asleep", 0, -1, 0},
	} {
		l := read[Listing](t, ask(h, "GET", "/api/phones"+c.query, ""))
		if l.Started != 30 || l.Matching != c.matching || len(l.Phones) != c.shown {
			t.Errorf("%s: %d started, %d match, %d shown", c.situation, l.Started, l.Matching, len(l.Phones))
		}
		if c.first >= 0 && (len(l.Phones) == 0 || l.Phones[0].Name != nth(c.first)) {
			t.Errorf("%s: begins with %+v, want %s", c.situation, l.Phones, nth(c.first))
		}
		if diff := cmp.Diff(map[string]int{"booting": 10, "registered": 20}, l.States); diff != "" {
			t.Errorf("%s: states %s", c.situation, diff)
		}
		if diff := cmp.Diff(map[string]int{"ctl untrusted": 2}, l.Causes); diff != "" {
			t.Errorf("%s: causes %s", c.situation, diff)
		}
	}
	for _, bad := range []string{"?limit=x", "?offset=-1", "?limit=1e3"} {
		if r := ask(h, "GET", "/api/phones"+bad, ""); r.StatusCode != http.StatusBadRequest || !strings.Contains(bodyOf(t, r), "want a number from 0") {
			t.Errorf("%s: %s", bad, r.Status)
		}
	}
}

func TestAPhoneIsToldInFull(t *testing.T) {
	f := newFleet(t, 10)
	f.boots(9)
	h := served(t, f.Page, "", true)
	v := read[PhoneView](t, ask(h, "GET", "/api/phones/"+strings.ToLower(string(nth(9))), ""))
	if v.State != Registered || v.Node != "127.1.1.1:2443" || v.Cause != "ctl untrusted" || v.Registration.TLS != "TLS 1.0" || len(v.Steps) != 2 {
		t.Errorf("%+v", v)
	}
	if v.Failure == nil || v.Failure.Reason == "" || v.Failure.Fix == "" {
		t.Errorf("failure %+v", v.Failure)
	}
	if len(v.StatusMessage) != 1 || v.StatusMessage[0].Text != "Trust List Update Failed" {
		t.Errorf("status messages %+v", v.StatusMessage)
	}
	if len(v.Console) != 1 || v.Console[0].Text != "NOT SECD: tlRequestFile: Request CTL"+string(nth(9))+".tlv" {
		t.Errorf("console %+v: the phone's own name", v.Console)
	}
	if len(v.Lists) != 2 || v.Lists[0].Held || v.Lists[0].Refused != "signed by a stranger" {
		t.Errorf("lists %+v", v.Lists)
	}
	for name, want := range map[string]int{"SEP00112233445": 404, "SEPFFFFFFFFFFFF": 404, "nobody": 404} {
		for _, at := range []string{"/api/phones/", "/phone/"} {
			if r := ask(h, "GET", at+name, ""); r.StatusCode != want || !strings.Contains(bodyOf(t, r), "error") {
				t.Errorf("%s%s: %s", at, name, r.Status)
			}
		}
	}
}

func TestEveryAddressAnswers(t *testing.T) {
	f := newFleet(t, 1)
	f.boots(0)
	h := served(t, f.Page, "", true)
	for target, kind := range map[string]string{
		"/": "text/html", "/assets/live.js": "text/javascript", "/assets/live.css": "text/css", "/assets/phone.js": "text/javascript",
		"/assets/charts.js": "text/javascript", "/assets/report.css": "text/css", "/assets/uplot/uPlot.iife.min.js": "text/javascript",
		"/assets/uplot/uPlot.min.css": "text/css", "/phone/" + string(nth(0)): "text/html", "/phone/" + string(nth(0)) + "?page=trust": "text/html",
		"/api/snapshot": "application/json", "/api/phones": "application/json", "/api/access": "application/json", "/metrics": "text/plain",
	} {
		r := ask(h, "GET", target, "")
		if r.StatusCode != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), kind) {
			t.Errorf("%s: %s, %s", target, r.Status, r.Header.Get("Content-Type"))
		}
		policy := r.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") || r.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", target, r.Header)
		}
	}
	for target, want := range map[string]int{"/nothing": 404, "/assets/": 404, "/assets/../index.html": 301, "/assets/report.html": 404} {
		if r := ask(h, "GET", target, ""); r.StatusCode != want && r.StatusCode != http.StatusTemporaryRedirect {
			t.Errorf("%s: %s", target, r.Status)
		}
	}
	if r := ask(h, "GET", "/api/pace", ""); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET of an order: %s", r.Status)
	}
}

// TestHostileTextStaysText shows what a server may have written into a list or
// an error on the phone's own page.
func TestHostileTextStaysText(t *testing.T) {
	const attack = `<script>alert(1)</script><img src=x onerror=alert(1)>`
	f := newFleet(t, 1)
	f.says[nth(0)](statusMessage(attack))
	f.says[nth(0)](consoleLine(attack))
	h := served(t, f.Page, "", true)
	for _, page := range []string{"device", "status", "console", "trust", attack} {
		got := bodyOf(t, ask(h, "GET", "/phone/"+string(nth(0))+"?page="+strings.ReplaceAll(attack, " ", "+"), ""))
		got += bodyOf(t, ask(h, "GET", "/phone/"+string(nth(0))+"?page="+strings.ReplaceAll(page, " ", "+"), ""))
		if strings.Contains(got, "<img") || strings.Contains(got, "<script>") {
			t.Errorf("%s: the attack is markup", page)
		}
		if (page == "status" || page == "console") && !strings.Contains(got, "&lt;script&gt;alert(1)") {
			t.Errorf("%s: the attack is not shown", page)
		}
	}
}
