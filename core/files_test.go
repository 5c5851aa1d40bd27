package core

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// newTestFiles is what a cluster of two nodes serves.
func newTestFiles(t *testing.T, c Config) *files {
	t.Helper()
	c.Nodes = 2
	if c.Devices == nil {
		c.Devices = []Device{{Name: testDevice}}
	}
	c, err := c.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	db, err := newDatabase(c)
	if err != nil {
		t.Fatal(err)
	}
	c.Authority = testAuthority()
	disk, err := newDisk(c, placesAt(netip.MustParseAddr("127.1.2.1"), 2))
	if err != nil {
		t.Fatal(err)
	}
	f, err := newFiles(disk.read(), 1, db)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWhoGetsWhichFile(t *testing.T) {
	lsc, err := testAuthority().LSC(testDevice, phoneKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	known := []Device{{Name: testDevice, LSC: lsc}}
	const config = testDevice + ".cnf.xml"
	tests := []struct {
		name   string
		config Config
		file   string
		want   string // file it is, "" for none
	}{
		{"the CTL of a mixed cluster", Config{Security: cnf.Encrypted}, "CTL" + testDevice + ".tlv", "CTLFile.tlv"},
		{"the CTL by its own name", Config{Security: cnf.Encrypted}, "CTLFile.tlv", "CTLFile.tlv"},
		{"the CTL for a stranger", Config{Security: cnf.Encrypted}, "CTLSEP000000000000.tlv", "CTLFile.tlv"},
		{"the CTL of a cluster with one secure device", Config{Devices: []Device{{Name: testDevice, Security: cnf.Encrypted}}}, "CTLFile.tlv", "CTLFile.tlv"},
		{"the CTL of a cluster that never was mixed", Config{}, "CTL" + testDevice + ".tlv", ""},
		{"the CTL of a cluster that once was mixed", Config{WasSecure: true}, "CTL" + testDevice + ".tlv", "CTLFile.tlv"},
		{"the ITL", Config{}, "ITL" + testDevice + ".tlv", "ITLFile.tlv"},
		{"a plain configuration", Config{}, config, config},
		{"a signed configuration", Config{}, config + ".sgn", config + ".sgn"},
		{"an encrypted one where encryption is off", Config{}, config + ".enc.sgn", ""},
		{"an encrypted one for a phone without a known certificate", Config{EncryptedConfig: true}, config + ".enc.sgn", ""},
		{"an encrypted one", Config{EncryptedConfig: true, Devices: known}, config + ".enc.sgn", config + ".enc.sgn"},
		{"a stranger's configuration", Config{}, "SEP000000000000.cnf.xml.sgn", ""},
		{"the default configuration", Config{}, "XMLDefault.cnf.xml", "XMLDefault.cnf.xml"},
		{"the default configuration, signed", Config{}, "XMLDefault.cnf.xml.sgn", "XMLDefault.cnf.xml.sgn"},
		{"firmware", Config{}, "SCCP45.9-4-2SR3-1S.loads", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := newTestFiles(t, tt.config).file(tt.file)
			switch {
			case tt.want == "" && !errors.Is(err, ErrNotFound):
				t.Errorf("%s %v, want none", f.Name, err)
			case tt.want != "" && (err != nil || f.Name != tt.want || len(f.Bytes) == 0):
				t.Errorf("%q of %d bytes, %v; want %s", f.Name, len(f.Bytes), err, tt.want)
			}
		})
	}
}

// opened checks a signed file as a phone does and returns its content.
func opened(t *testing.T, f *files, name string) *signed.Envelope {
	t.Helper()
	file, err := f.file(name)
	if err != nil {
		t.Fatal(err)
	}
	e, err := signed.Parse(file.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Verify(testAuthority().CallManagers[0].Certificate.PublicKey); err != nil {
		t.Error(err)
	}
	if e.Filename != name || time.Since(e.Timestamp) > time.Minute {
		t.Errorf("made for %q at %s", e.Filename, e.Timestamp)
	}
	return e
}

func parsed(t *testing.T, xml []byte) *cnf.Config {
	t.Helper()
	c, err := cnf.Parse(xml)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestConfigurationSaysWhereToGo(t *testing.T) {
	f := newTestFiles(t, Config{
		Security: cnf.Encrypted, Digest: signed.SHA512, Load: "SCCP45.9-4-2SR3-1S",
		CAPF: CAPFPolicy{Auth: cnf.CAPFString, Operation: OperationInstall}, AuthString: "1234",
	})
	e := opened(t, f, testDevice+".cnf.xml.sgn")
	if e.Digest != signed.SHA512 {
		t.Errorf("digest %s", e.Digest)
	}
	c := parsed(t, e.Payload)
	if !c.Full || c.Protocol != "SCCP" || c.SecurityMode != cnf.Encrypted || c.CAPFAuthMode != cnf.CAPFString || c.EncryptedConfig {
		t.Errorf("full %t, %s, mode %s, CAPF %d, encrypted %t", c.Full, c.Protocol, c.SecurityMode, c.CAPFAuthMode, c.EncryptedConfig)
	}
	if len(c.CallManagers) != 2 || c.CallManagers[1].Host != "127.1.2.2" || c.CallManagers[1].ClearPort() != 2000 || c.CallManagers[1].TLSPort() != 2443 {
		t.Errorf("CallManagers %+v", c.CallManagers)
	}
	if len(c.CAPF) != 1 || c.CAPF[0].Host != "127.1.2.1" || c.CAPF[0].Port != 3804 || len(c.TVS) != 2 || c.TVS[1].Port != 2445 {
		t.Errorf("CAPF %+v, TVS %+v", c.CAPF, c.TVS)
	}
	if c.LoadInformation != "SCCP45.9-4-2SR3-1S" || len(c.VersionStamp) != 38 {
		t.Errorf("load %q, stamp %q", c.LoadInformation, c.VersionStamp)
	}

	// Once its operation is done, a phone is not asked again, and the stamp says
	// that the file has changed.
	f.db.find(testDevice).done(OperationInstall, []byte{1})
	after := parsed(t, opened(t, f, testDevice+".cnf.xml.sgn").Payload)
	if after.CAPFAuthMode != cnf.CAPFNone || after.VersionStamp == c.VersionStamp {
		t.Errorf("CAPF %d, stamp %q", after.CAPFAuthMode, after.VersionStamp)
	}
}

func TestPortsThatAreNotTheRealOnesAreWritten(t *testing.T) {
	f := newTestFiles(t, Config{})
	f.places[0].Clear, f.places[0].Secure = 12000, 12443
	c := parsed(t, opened(t, f, testDevice+".cnf.xml.sgn").Payload)
	if c.CallManagers[0].ClearPort() != 12000 || c.CallManagers[0].TLSPort() != 12443 || c.CallManagers[1].SecurePort != 0 {
		t.Errorf("CallManagers %+v", c.CallManagers)
	}
}

func TestEncryptedConfigurationComesInAPair(t *testing.T) {
	lsc, err := testAuthority().LSC(testDevice, phoneKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	f := newTestFiles(t, Config{EncryptedConfig: true, Security: cnf.Encrypted, Devices: []Device{{Name: testDevice, LSC: lsc}}})
	sum := md5.Sum(lsc)
	partial := parsed(t, opened(t, f, testDevice+".cnf.xml.sgn").Payload)
	if partial.Full || !partial.EncryptedConfig || partial.CertHash != hex.EncodeToString(sum[:]) || len(partial.CallManagers) != 0 || len(partial.CAPF) != 1 {
		t.Errorf("the companion: %+v", partial)
	}
	xml, err := opened(t, f, testDevice+".cnf.xml.enc.sgn").Open(phoneKey())
	if err != nil {
		t.Fatal(err)
	}
	whole := parsed(t, xml)
	if !whole.Full || whole.SecurityMode != cnf.Encrypted || len(whole.CallManagers) != 2 {
		t.Errorf("the whole: %+v", whole)
	}
}

// TestEncryptedConfigurationWithoutAKey is a phone whose certificate nobody
// knows yet: it must be told to enrol.
func TestEncryptedConfigurationWithoutAKey(t *testing.T) {
	f := newTestFiles(t, Config{EncryptedConfig: true, CAPF: CAPFPolicy{Operation: OperationInstall}})
	c := parsed(t, opened(t, f, testDevice+".cnf.xml.sgn").Payload)
	if c.Full || c.CertHash != "" || !c.EncryptedConfig || c.CAPFAuthMode != cnf.CAPFNullString {
		t.Errorf("%+v", c)
	}
}

func TestDefaultConfigurationHasNoSecurity(t *testing.T) {
	f := newTestFiles(t, Config{Security: cnf.Encrypted, EncryptedConfig: true})
	c := parsed(t, opened(t, f, "XMLDefault.cnf.xml.sgn").Payload)
	if !c.Default || c.SecurityMode != cnf.NonSecure || len(c.CallManagers) != 2 || len(c.TVS) != 0 || len(c.CAPF) != 0 {
		t.Errorf("%+v", c)
	}
}

func TestTheSameRequestGetsTheSameBytes(t *testing.T) {
	f := newTestFiles(t, Config{})
	const name = testDevice + ".cnf.xml.sgn"
	one, err := f.file(name)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := f.file(name)
	if &one.Bytes[0] != &other.Bytes[0] {
		t.Error("the file was signed again")
	}
}

func TestRecentFilesAreBounded(t *testing.T) {
	var r recent
	made := 0
	get := func(name string) {
		r.get(name, nil, func() ([]byte, error) { made++; return []byte(name), nil })
	}
	for i := range recentFiles + 1 {
		get(strings.Repeat("x", i))
	}
	if len(r.files) != recentFiles {
		t.Errorf("%d files are kept", len(r.files))
	}
	get("")
	if made != recentFiles+2 {
		t.Error("the oldest file was still there")
	}
}

// TestExport finds on disk what TFTP would send.
func TestExport(t *testing.T) {
	f := newTestFiles(t, Config{Security: cnf.Authenticated})
	c := &Core{disk: &disk{has: f.stored}, db: f.db, nodes: []*node{{}}}
	c.nodes[0].files.Store(f)
	dir := t.TempDir()
	if err := c.Export(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"CTLFile.tlv", "CTL" + testDevice + ".tlv", "ITL" + testDevice + ".tlv", testDevice + ".cnf.xml.sgn", "XMLDefault.cnf.xml"} {
		got, err := os.ReadFile(filepath.Join(dir, "tftp", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if want, _ := f.file(name); !bytes.Equal(got, want.Bytes) {
			t.Errorf("%s differs from what is served", name)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "tftp", testDevice+".cnf.xml.enc.sgn")); !os.IsNotExist(err) {
		t.Errorf("an encrypted configuration was written (%v)", err)
	}
	if a, err := LoadAuthority(dir); err != nil || !same(a.CAPF, testAuthority().CAPF) {
		t.Errorf("the authority cannot be loaded: %v", err)
	}
	if err := c.Export(t.TempDir(), "SEP000000000000"); err == nil {
		t.Error("a stranger's files were exported")
	}
	if l, err := ctl.Parse(f.ctl); err != nil || l.Kind() != ctl.CTL {
		t.Error(err)
	}
}
