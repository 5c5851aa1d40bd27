package phone_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
)

// What both sides say in forty seconds with two lines: registration, a
// keepalive, and leave. From version 17 on texts are in messages of their own.
const (
	phoneSays = "Alarm RegisterReq CapabilitiesRes ButtonTemplateReq SoftKeyTemplateReq SoftKeySetReq ConfigStatReq " +
		"LineStatReq ForwardStatReq LineStatReq ForwardStatReq RegisterAvailableLines TimeDateReq KeepAliveReq UnregisterReq"
	coreSays = "RegisterAck CapabilitiesReq ButtonTemplateRes SoftKeyTemplateRes SoftKeySetRes ConfigStatRes " +
		"LineStatRes ForwardStatRes LineStatRes ForwardStatRes TimeDateRes SelectSoftKeys DisplayPromptStatus KeepAliveAck UnregisterAck"
	coreSays17 = "RegisterAck CapabilitiesReq ButtonTemplateRes SoftKeyTemplateRes SoftKeySetRes ConfigStatV2Res " +
		"LineStatV2Res ForwardStatRes LineStatV2Res ForwardStatRes TimeDateRes SelectSoftKeys DisplayPromptStatusV2 KeepAliveAck UnregisterAck"
)

// TestWiresharkReadsASession records the life of a phone with our core and has
// Wireshark's Skinny dissector, which is not ours, name every message of it, on
// the clear port and inside TLS. Nothing may be malformed or worth a remark.
func TestWiresharkReadsASession(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed: nothing holds a whole session against Wireshark's dissector")
	}
	for _, c := range []struct {
		situation string
		model     string
		security  cnf.SecurityMode
		core      string
	}{
		{"version 11", "7960", cnf.NonSecure, coreSays},
		{"version 17", "7961", cnf.NonSecure, coreSays17},
		{"version 20", "6921", cnf.NonSecure, coreSays17},
		{"version 22", "7965", cnf.NonSecure, coreSays17},
		// Wireshark cannot put the records together into which TLS 1.0 cuts messages.
		{"inside TLS 1.2", "8945", cnf.Encrypted, coreSays17},
	} {
		t.Run(c.situation, func(t *testing.T) {
			dir := t.TempDir()
			record := &tape{port: 2000}
			if c.security == cnf.Encrypted {
				record.port = 2443
			}
			synctest.Test(t, func(t *testing.T) { live(t, record, c.model, c.security, filepath.Join(dir, "server.key")) })
			file := filepath.Join(dir, "session.pcap")
			if err := os.WriteFile(file, record.file, 0o600); err != nil {
				t.Fatal(err)
			}
			// Without forward secrecy the server's key opens what was recorded.
			read := exec.CommandContext(t.Context(), tshark, "-r", file, "-Y", "skinny.messageId || _ws.malformed || _ws.expert && tcp.len > 0",
				"-o", `uat:rsa_keys:"`+filepath.Join(dir, "server.key")+`",""`,
				"-T", "fields", "-E", "separator=|", "-e", "ip.src", "-e", "_ws.col.Info", "-e", "_ws.malformed", "-e", "_ws.expert.message")
			read.Env = append(os.Environ(), "HOME="+dir) // nobody's preferences
			out, err := read.Output()
			if err != nil {
				t.Fatalf("tshark: %v", err)
			}
			said := map[string]string{}
			noise := strings.NewReplacer("Skinny Client Control Protocol", " ", ", Alert (Level: Warning, Description: Close Notify)", " ")
			for line := range strings.Lines(string(out)) {
				column := strings.Split(strings.TrimSpace(line), "|")
				said[column[0]] += " " + noise.Replace(column[1])
				if column[2] != "" || column[3] != "" {
					t.Errorf("Wireshark remarks: %s", line)
				}
			}
			if got := strings.Join(strings.Fields(said["192.0.2.20"]), " "); got != phoneSays {
				t.Errorf("the phone says\n\t%s, want\n\t%s", got, phoneSays)
			}
			if got := strings.Join(strings.Fields(said["192.0.2.1"]), " "); got != c.core {
				t.Errorf("the core says\n\t%s, want\n\t%s", got, c.core)
			}
		})
	}
}

// live is forty seconds of a phone with a core. The key of the CallManager is
// left in a file.
func live(t *testing.T, record *tape, model string, security cnf.SecurityMode, keyFile string) {
	network := new(coretest.Network)
	c := coretest.Start(t, core.Config{Network: network, Security: security, Devices: []core.Device{{Name: device, Lines: 2}}})
	der, err := x509.MarshalPKCS8PrivateKey(c.Authority().CallManagers[0].Key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	l := &lab{began: time.Now()}
	p := l.phone(t, func(id *phone.Identity, _ *phone.Flash, env *phone.Env) {
		id.Model = sometimes(t, model, func(*phone.Timers) {})
		id.Model.Suites = []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}
		id.MIC = minted(c.Authority(), id.Model)
		env.Files = coretest.Files{Core: c, NotFound: phone.ErrNotFound}
		env.Dial = record.dial(network.Dial)
	})
	if err := l.run(t, p, 40*time.Second); err != nil {
		t.Error(err)
	}
}

// minted is a MIC of an authority of the bubble.
func minted(a *core.Authority, model *phone.Model) func() (*phone.Credential, error) {
	return func() (*phone.Credential, error) {
		key, err := pool{}.NewKey(context.Background(), capf.KeySpec{Bits: 1024})
		if err != nil {
			return nil, err
		}
		der, err := a.Manufacturer.MIC(device, model.Name, key)
		return &phone.Credential{Certificate: der, Key: key}, err
	}
}
