package cnf_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/cnf"
)

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// plain is what an empty <device> means.
func plain() *cnf.Config {
	return &cnf.Config{Full: true, SecurityMode: cnf.NonSecure, ConnectionMonitor: 120 * time.Second}
}

// full is section 6.2.
func full() *cnf.Config {
	c := plain()
	c.Protocol = "SCCP"
	c.SSHUserID, c.SSHPassword = "admin", "lab-only"
	c.DateTemplate, c.TimeZone, c.NTP = "D/M/YA", "Central Europe Standard/Daylight Time", []string{"127.0.0.1"}
	c.CallManagers = []cnf.CallManager{
		{Priority: 0, Name: "core-a", Host: "127.0.0.1", Port: 2000},
		{Priority: 1, Name: "core-b", Host: "127.0.0.2", Port: 2000},
	}
	c.TVS = []cnf.Server{{Priority: 0, Host: "127.0.0.1", Port: 2445}, {Priority: 1, Host: "127.0.0.2", Port: 2445}}
	c.WebAccess, c.SSHAccess, c.SettingsAccess = "0", "1", "1"
	c.VersionStamp = "1700000000-0b0a6a2e-7f8b-4f0e-9a67-1f2e3d4c5b6a"
	c.LoadInformation = "SCCP45.9-4-2SR3-1S"
	c.UserLocale, c.NetworkLocale = "English_United_States", "United_States"
	c.SecurityMode, c.TransportProtocol, c.CAPFAuthMode = cnf.Encrypted, 1, cnf.CAPFNullString
	c.CAPF = []cnf.Server{{Host: "127.0.0.1", Port: 3804}}
	return c
}

func minimal() *cnf.Config {
	c := plain()
	c.Protocol = "SCCP"
	c.CallManagers = []cnf.CallManager{{Host: "127.0.0.1", Port: 2000}}
	return c
}

func companion() *cnf.Config {
	c := plain()
	c.Full, c.EncryptedConfig, c.CertHash = false, true, "3eb52a4938667d932a99f81ac9ed4188"
	return c
}

func defaults() *cnf.Config {
	c := plain()
	c.Default = true
	c.CallManagers = []cnf.CallManager{{Name: "core-a", Host: "10.0.0.1", Port: 2000}}
	c.Loads = map[string]string{"436": "SCCP45.9-4-2SR3-1S", "8": ""}
	c.Models = map[string]string{"436": "Cisco 7965"}
	return c
}

func TestFilesOfTheReference(t *testing.T) {
	for _, c := range []struct {
		file string
		want *cnf.Config
	}{
		{"minimal.xml", minimal()},
		{"full.xml", full()},
		{"companion.xml", companion()},
	} {
		t.Run(c.file, func(t *testing.T) {
			got, err := cnf.Parse(readFile(t, c.file))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestNames(t *testing.T) {
	if got := cnf.Name("SEP001122334455"); got != "SEP001122334455.cnf.xml" {
		t.Error(got)
	}
	for want, got := range map[string]string{
		"non-secure": cnf.NonSecure.String(), "authenticated": cnf.Authenticated.String(), "encrypted": cnf.Encrypted.String(),
		"security mode 0": cnf.SecurityMode(0).String(),
		"none":            cnf.CAPFNone.String(), "string": cnf.CAPFString.String(), "null-string": cnf.CAPFNullString.String(),
		"lsc": cnf.CAPFLSC.String(), "mic": cnf.CAPFMIC.String(), "CAPF mode 5": cnf.AuthMode(5).String(),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestPortsThatNobodyNamed(t *testing.T) {
	var m cnf.CallManager
	if m.ClearPort() != 2000 || m.TLSPort() != 2443 {
		t.Errorf("got %d and %d", m.ClearPort(), m.TLSPort())
	}
	m = cnf.CallManager{Port: 1, SecurePort: 2}
	if m.ClearPort() != 1 || m.TLSPort() != 2 {
		t.Errorf("got %d and %d", m.ClearPort(), m.TLSPort())
	}
}

// A cut file is no file: not even one whose last character is missing.
func TestNoPrefixIsAConfiguration(t *testing.T) {
	for _, file := range []string{"minimal.xml", "full.xml", "companion.xml"} {
		whole := readFile(t, file)
		if whole[len(whole)-1] != '\n' {
			t.Fatalf("%s does not end with a line feed", file)
		}
		for i := range len(whole) - 1 {
			if _, err := cnf.Parse(whole[:i]); err == nil {
				t.Fatalf("%s: %d of %d bytes were accepted", file, i, len(whole))
			}
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text := readFile(b, "full.xml")
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := cnf.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
