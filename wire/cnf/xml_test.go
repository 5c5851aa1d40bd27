package cnf_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/cnf"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func everything() *cnf.Config {
	c := full()
	c.Protocol = `<S&"CCP'>`
	c.CallManagers[1].Port, c.CallManagers[1].SecurePort = 0, 12443
	c.SRST, c.SRSTSecure = []cnf.CallManager{{Host: "a"}, {Priority: 2, Host: "c", Port: 2001}}, true
	c.ConnectionMonitor = 30 * time.Second
	c.IPAddressMode, c.EncryptedConfig, c.CertHash = 2, true, "3eb52a4938667d932a99f81ac9ed4188"
	c.SpanToPCPort = "1"
	c.NTP = append(c.NTP, "127.0.0.2")
	c.URLs = map[string]string{"servicesURL": "http://a/?b&c", "secureDirectoryURL": "https://a"}
	c.NetworkLocale = "one\nÖ\ttwo\rthree"
	return c
}

func TestWhatIsWrittenReadsBack(t *testing.T) {
	for _, c := range []struct {
		title  string
		config *cnf.Config
	}{
		{"minimal", minimal()},
		{"full", full()},
		{"companion", companion()},
		{"default", defaults()},
		{"everything", everything()},
		{"empty", plain()},
	} {
		t.Run(c.title, func(t *testing.T) {
			text, err := c.config.XML()
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "written-"+c.title+".xml")
			if *update {
				if err := os.WriteFile(golden, text, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), string(text)); d != "" {
				t.Errorf("written (-want +got):\n%s", d)
			}
			back, err := cnf.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.config, back); d != "" || !back.Equal(c.config) {
				t.Errorf("read back (-want +got):\n%s", d)
			}
		})
	}
}

func TestZeroValuesMeanTheDefaults(t *testing.T) {
	c := &cnf.Config{Full: true, TVS: []cnf.Server{{Host: "a"}}, CAPF: []cnf.Server{{Host: "b"}, {Host: "c"}}}
	text, err := c.XML()
	if err != nil {
		t.Fatal(err)
	}
	got, err := cnf.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	want := plain()
	want.TVS = []cnf.Server{{Host: "a", Port: 2445}}
	want.CAPF = []cnf.Server{{Host: "b", Port: 3804}, {Priority: 1, Host: "c", Port: 3804}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestWhatNoFileCanCarry(t *testing.T) {
	many := make([]cnf.Server, 17)
	loads := map[string]string{}
	for i := range 513 {
		loads[strings.Repeat("1", i+1)] = "x"
	}
	large := map[string]string{}
	for i := range 512 {
		large[strconv.Itoa(i)] = strings.Repeat(`"`, 1024)
	}
	for _, c := range []struct {
		want string
		f    func(c *cnf.Config)
	}{
		{`deviceProtocol: "a\x00" has characters that XML cannot carry`, func(c *cnf.Config) { c.Protocol = "a\x00" }},
		{`deviceProtocol: "\xff" has characters that XML cannot carry`, func(c *cnf.Config) { c.Protocol = "\xff" }},
		{`versionStamp: " a" has white space around it`, func(c *cnf.Config) { c.VersionStamp = " a" }},
		{"loadInformation: more than 1024 bytes", func(c *cnf.Config) { c.LoadInformation = strings.Repeat("x", 1025) }},
		{"deviceSecurityMode: 4 is not a number from 1 to 3", func(c *cnf.Config) { c.SecurityMode = 4 }},
		{"capfAuthMode: -1 is not a number from 0 to 4", func(c *cnf.Config) { c.CAPFAuthMode = -1 }},
		{"ipAddressMode: 3 is not a number from 0 to 2", func(c *cnf.Config) { c.IPAddressMode = 3 }},
		{"transportLayerProtocol: 256 is not a number from 0 to 255", func(c *cnf.Config) { c.TransportProtocol = 256 }},
		{"connectionMonitorDuration: 1.5s is not in whole seconds", func(c *cnf.Config) { c.ConnectionMonitor = 1500 * time.Millisecond }},
		{"ethernetPhonePort: 65536 is not a number from 1 to 65535", func(c *cnf.Config) { c.CallManagers = []cnf.CallManager{{Host: "a", Port: 65536}} }},
		{"processNodeName: a server without an address", func(c *cnf.Config) { c.CallManagers = []cnf.CallManager{{Name: "a"}} }},
		{"member: priority 256 is not a number from 0 to 255", func(c *cnf.Config) { c.TVS = []cnf.Server{{Host: "a", Priority: 256}} }},
		{"srstInfo: priority 3 is not a number from 0 to 2", func(c *cnf.Config) { c.SRST = []cnf.CallManager{{Host: "a", Priority: 3}} }},
		{"TVS: more than 16 of them", func(c *cnf.Config) { c.TVS = many }},
		{"capf: more than 16 of them", func(c *cnf.Config) { c.CAPF = many }},
		{"URLs: 1 of 2 have no element or are empty", func(c *cnf.Config) { c.URLs = map[string]string{"idleURL": "a", "otherURL": "b"} }},
		{`loadInformation: "x" is no model number`, func(c *cnf.Config) { c.Default, c.Loads = true, map[string]string{"x": ""} }},
		{"loadInformation: more than 512 models", func(c *cnf.Config) { c.Default, c.Loads = true, loads }},
		{"file: more than 2097152 bytes", func(c *cnf.Config) { c.Default, c.Loads = true, large }},
	} {
		config := plain()
		c.f(config)
		if text, err := config.XML(); text != nil || err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

// What parses once is written, and reads back equal.
func FuzzRoundTrip(f *testing.F) {
	for _, name := range []string{"minimal.xml", "full.xml", "companion.xml", "written-default.xml", "written-everything.xml"} {
		f.Add(readFile(f, name))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := cnf.Parse(b)
		if err != nil {
			return
		}
		text, err := c.XML()
		if err != nil {
			t.Fatalf("was read, cannot be written: %v", err)
		}
		back, err := cnf.Parse(text)
		if err != nil {
			t.Fatalf("was written, cannot be read: %v\n%s", err, text)
		}
		if d := cmp.Diff(c, back); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
		if again, _ := back.XML(); !bytes.Equal(again, text) {
			t.Fatal("written differently the second time")
		}
	})
}
