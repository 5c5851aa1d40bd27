package scenario

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
)

func TestWhereARunMaySend(t *testing.T) {
	for title, row := range map[string]struct {
		allow, server string
		want          string // of the error; empty: it may
	}{
		"loopback":                       {"", "127.77.0.1:69", ""},
		"a name of this machine":         {"", "localhost:69", ""},
		"private":                        {"", "10.1.2.3:69", ""},
		"private, too":                   {"", "192.168.7.7:69", ""},
		"link local":                     {"", "169.254.0.9:69", ""},
		"public":                         {"", "192.0.2.10:69", "192.0.2.10 is neither a loopback nor a private address; if it is yours to load, say --allow 192.0.2.10"},
		"public, and named":              {"192.0.2.10", "192.0.2.10:69", ""},
		"its network is named":           {"192.0.2.0/24", "192.0.2.10:69", ""},
		"another is named":               {"192.0.2.11", "192.0.2.10:69", "192.0.2.10 is neither a loopback nor a private address; if it is yours to load, say --allow 192.0.2.10"},
		"what is named does not resolve": {"no such host", "127.0.0.1:69", "--allow no such host: "},
	} {
		t.Run(title, func(t *testing.T) {
			var names []string
			if row.allow != "" {
				names = append(names, row.allow)
			}
			may, err := allow(t.Context(), names)
			if err == nil {
				err = may.check(t.Context(), []string{row.server})
			}
			var preflight *PreflightError
			switch {
			case row.want == "" && err != nil:
				t.Error(err)
			case row.want != "" && (!errors.As(err, &preflight) || !strings.HasPrefix(err.Error(), row.want)):
				t.Errorf("got  %v\nwant %s", err, row.want)
			}
		})
	}
}

// A cluster's configuration may send phones anywhere; the guard looks at the
// address that is really connected to.
func TestPhonesGoNowhereElse(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dial := targets{}.dial(netip.Addr{})
	conn, err := dial(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	_, err = dial(t.Context(), "tcp", "192.0.2.10:2443")
	if want := "192.0.2.10 is neither a loopback nor a private address; if it is yours to load, say --allow 192.0.2.10"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = dial(t.Context(), "tcp", "[2001:db8::10]:2443")
	if want := ": 2001:db8::10 is neither a loopback nor a private address; if it is yours to load, say --allow 2001:db8::10"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestSomebodyElsesCoreIsAskedGently(t *testing.T) {
	for title, row := range map[string]struct{ text, want string }{
		"slow enough":          {"core: 10.0.0.1\nphones: {count: 500}\nload: hold 50/s", ""},
		"the simulator":        {"core: local\nphones: {count: 500}\nload: hold 500/s", ""},
		"too fast":             {"core: 10.0.0.1\nphones: {count: 500}\nload: hold 60/s", ":3:7: load: up to 60 phones a second, and a core that is not the simulator is spared more than 50 unless limits.rate says so"},
		"meant":                {"core: 10.0.0.1\nphones: {count: 500}\nload: hold 60/s\nlimits: {rate: 60/s}", ""},
		"meant less":           {"core: 10.0.0.1\nphones: {count: 500}\nload: hold 60/s\nlimits: {rate: 55/s}", ":3:7: load: up to 60 phones a second, and limits.rate is 55/s"},
		"all at once":          {"core: 10.0.0.1\nphones: {count: 51}\nload: all at once", ":3:7: load: up to 51 phones a second, and a core that is not the simulator is spared more than 50 unless limits.rate says so"},
		"few, all at once":     {"core: 10.0.0.1\nphones: {count: 50}\nload: all at once", ""},
		"a ramp that is cut":   {"core: 10.0.0.1\nphones: {count: 5}\nload: ramp 1/s to 100/s over 60s", ""},
		"a loop too wide":      {"core: 10.0.0.1\nphones: {count: 500}\nload: keep 60 booting", ":3:7: load: up to 60 phones a second, and a core that is not the simulator is spared more than 50 unless limits.rate says so"},
		"a simulator, limited": {"phones: {count: 500}\nload: hold 60/s\nlimits: {rate: 55/s}", ":2:7: load: up to 60 phones a second, and limits.rate is 55/s"},
	} {
		t.Run(title, func(t *testing.T) {
			_, err := Parse("x.yaml", []byte(row.text))
			if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.HasSuffix(err.Error(), row.want)) {
				t.Errorf("got  %v\nwant %s", err, row.want)
			}
		})
	}
}
