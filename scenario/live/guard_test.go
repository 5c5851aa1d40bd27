package live

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/scenario"
)

const secret = "correct horse"

func TestWhoMayAskWhat(t *testing.T) {
	const form = "Content-Type: application/x-www-form-urlencoded"
	const steer = "POST /api/pace"
	for _, c := range []struct {
		situation     string
		token         string
		loopback      bool
		request, body string
		headers       []string
		want          int
	}{
		{"reading on this machine", "", true, "GET /api/snapshot", "", nil, 200},
		{"by the name that --ui was given", "", true, "GET /api/snapshot", "", []string{"Host: PHONEBANK.lab:8080"}, 200},
		{"by localhost", "", true, "GET /api/snapshot", "", []string{"Host: localhost:8080"}, 200},
		{"by an IPv6 address", "", true, "GET /api/snapshot", "", []string{"Host: [::1]:8080"}, 200},
		{"by a name that somebody pointed here", "", true, "GET /api/snapshot", "", []string{"Host: evil.example:8080"}, 421},
		{"by a name that only begins like an address", "", true, "GET /api/snapshot", "", []string{"Host: 127.0.0.1.evil.example"}, 421},
		{"by no name", "", true, "GET /api/snapshot", "", []string{"Host: "}, 421},

		{"steering where there is no token", "", true, steer, "paused=true", []string{form}, 403},
		{"with an empty token where there is none", "", true, steer, "paused=true&token=", []string{form, "Authorization: Bearer "}, 403},
		{"without the token", secret, true, steer, "paused=true", []string{form}, 401},
		{"with a wrong token", secret, true, steer, "paused=true&token=correct", []string{form, "Authorization: Bearer horse"}, 401},
		{"with the token in the form", secret, true, steer, "paused=true&token=correct+horse", []string{form}, 200},
		{"with the token as bearer", secret, true, steer, "paused=true", []string{form, "Authorization: bearer " + secret}, 200},
		{"with the token in the JSON", secret, true, steer, `{"paused":true,"token":"correct horse"}`, []string{"Content-Type: application/json; charset=utf-8"}, 200},
		{"by the hands of another page", secret, true, steer, "paused=true&token=correct+horse", []string{form, "Sec-Fetch-Site: cross-site"}, 403},
		{"by an old browser's", secret, true, steer, "paused=true&token=correct+horse", []string{form, "Origin: http://evil.example"}, 403},
		{"by our own page", secret, true, steer, "paused=true", []string{form, "Origin: http://127.0.0.1:8080", "Sec-Fetch-Site: same-origin", "Authorization: Bearer " + secret}, 200},

		{"reading from elsewhere without the token", secret, false, "GET /api/snapshot", "", nil, 401},
		{"with the token as bearer", secret, false, "GET /metrics", "", []string{"Authorization: Bearer " + secret}, 200},
		{"with the token as password", secret, false, "GET /", "", []string{"Authorization: Basic bWU6Y29ycmVjdCBob3JzZQ=="}, 200},
		{"with another password", secret, false, "GET /", "", []string{"Authorization: Basic bWU6aG9yc2U="}, 401},
		{"steering with the login alone", secret, false, steer, "paused=true", []string{form, "Authorization: Basic bWU6Y29ycmVjdCBob3JzZQ=="}, 401},
		{"steering with login and token", secret, false, steer, "paused=true&token=correct+horse", []string{form, "Authorization: Basic bWU6Y29ycmVjdCBob3JzZQ=="}, 200},
	} {
		f := newFleet(t, 0)
		method, target, _ := strings.Cut(c.request, " ")
		r := ask(served(t, f.Page, c.token, c.loopback), method, target, c.body, c.headers...)
		if r.StatusCode != c.want {
			t.Errorf("%s: %s, want %d: %s", c.situation, r.Status, c.want, bodyOf(t, r))
		}
		if paused := f.control.Pace().Paused; paused != (method == "POST" && c.want == 200) {
			t.Errorf("%s: paused %v", c.situation, paused)
		}
		if c.want == 401 && target != "/api/pace" && r.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: nothing tells a browser to log in", c.situation)
		}
	}
}

func TestAddressesThatAreRefused(t *testing.T) {
	for _, c := range []struct{ situation, address, token, want string }{
		{"every address of the machine, without a token", ":0", "", "every address is more than this machine's loopback"},
		{"likewise, written out", "0.0.0.0:0", "", "is more than this machine's loopback"},
		{"a token that can be guessed", "127.0.0.1:0", "1234567", "a token of 7 characters"},
		{"no port", "127.0.0.1", "", "want HOST:PORT"},
		{"a port that is none", "127.0.0.1:http8", "", "http8"},
	} {
		s, err := Serve(newFleet(t, 0).Page, c.address, c.token)
		if err == nil {
			t.Errorf("%s: served at %s", c.situation, s.URL())
			_ = s.Close()
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.situation, err)
		}
	}
}

func TestOrders(t *testing.T) {
	const asForm, asJSON = "Content-Type: application/x-www-form-urlencoded", "Content-Type: application/json"
	planned := scenario.Pace{Speed: 1}
	for _, c := range []struct {
		situation, kind, body string
		status                int
		want                  scenario.Pace
		says                  string
	}{
		{"twice as fast", asForm, "speed=2", 200, scenario.Pace{Speed: 2}, `"speed":2`},
		{"twice as fast, as JSON", asJSON, `{"speed":2}`, 200, scenario.Pace{Speed: 2}, `"speed":2`},
		{"pause and drain", asJSON, `{"paused":true,"drain":true}`, 200, scenario.Pace{Speed: 1, Paused: true, Drained: true}, `"drained":true`},
		{"go on", asForm, "paused=false", 200, planned, `"paused":false`},
		{"stop", asForm, "stop=true", 200, planned, `"speed":1`},
		{"nothing", asForm, "", 400, planned, "at least one of"},
		{"nothing, as JSON", asJSON, "{}", 400, planned, "at least one of"},
		{"faster than anything", asForm, "speed=1000", 400, planned, "want 0.01 to 100"},
		{"backwards", asJSON, `{"speed":-1}`, 400, planned, "want 0.01 to 100"},
		{"a number that is none", asForm, "speed=NaN", 400, planned, "is no number"},
		{"words", asForm, "drain=please", 400, planned, "neither true nor false"},
		{"JSON cut off", asJSON, `{"speed":`, 400, planned, "order: "},
		{"another language", "Content-Type: text/plain", "speed=2", 415, planned, "application/json"},
		{"without end", asForm, "speed=2&x=" + strings.Repeat("x", 1<<20), 413, planned, "4096 bytes"},
	} {
		f := newFleet(t, 0)
		r := ask(served(t, f.Page, secret, true), "POST", "/api/pace", c.body, c.kind, "Authorization: Bearer "+secret)
		if got := bodyOf(t, r); r.StatusCode != c.status || !strings.Contains(got, c.says) {
			t.Errorf("%s: %s: %s", c.situation, r.Status, got)
		}
		if diff := cmp.Diff(c.want, f.control.Pace()); diff != "" {
			t.Errorf("%s: %s", c.situation, diff)
		}
	}
	f := newFleet(t, 0)
	f.End(nil, http.ErrServerClosed)
	if r := ask(served(t, f.Page, secret, true), "POST", "/api/pace", "speed=2", asForm, "Authorization: Bearer "+secret); r.StatusCode != http.StatusConflict {
		t.Errorf("an order after the end: %s", r.Status)
	}
}
