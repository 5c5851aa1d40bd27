package phone_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
)

// TestRegistersThroughStunnel puts Debian's stunnel, with the certificate of
// the CallManager, in front of the core's clear port. What it does not let in
// must be told as the CallManager's own refusal would be.
func TestRegistersThroughStunnel(t *testing.T) {
	stunnel, err := exec.LookPath("stunnel")
	if err != nil {
		t.Skip("stunnel is not installed (Debian: stunnel4): nothing terminates TLS in front of our core")
	}
	a := mustAuthority(t)
	const anyone, known = "", "requireCert = yes\nverifyChain = yes\nCAfile = mic-ca.crt\n"
	for _, c := range []struct {
		situation string
		model     string
		highest   uint16 // TLS version; 0: the model's
		clients   string // whom stunnel lets in
		stranger  bool   // the MIC is another manufacturer's
		version   string
		cipher    string // empty: any
		refused   bool
	}{
		{situation: "a 79xx", model: "7965", clients: known, version: "TLS 1.0", cipher: "TLS_RSA_WITH_AES_128_CBC_SHA"},
		{situation: "a 79xx, nobody asks for its certificate", model: "7961", clients: anyone, version: "TLS 1.0", cipher: "TLS_RSA_WITH_AES_128_CBC_SHA"},
		{situation: "an old telecaster", model: "7960", clients: known, version: "TLS 1.0", cipher: "TLS_RSA_WITH_AES_128_CBC_SHA"},
		{situation: "a newer phone", model: "8945", clients: known, version: "TLS 1.2"},
		{situation: "a newer phone with TLS 1.3", model: "8945", highest: tls.VersionTLS13, clients: known, version: "TLS 1.3"},
		{situation: "a stranger", model: "7965", clients: known, stranger: true, refused: true},
		{situation: "a stranger with TLS 1.3, which says so after the handshake", model: "8945", highest: tls.VersionTLS13, clients: known, stranger: true, refused: true},
	} {
		t.Run(c.situation, func(t *testing.T) {
			var front string
			var w *world
			w = newWorld(t, core.Config{Security: cnf.Encrypted, Offloaded: true}, func(id *phone.Identity, _ *phone.Flash, env *phone.Env) {
				id.Model = sometimes(t, c.model, func(timers *phone.Timers) { timers.Rounds = 1 })
				if c.highest != 0 {
					id.Model.TLSMax = c.highest
				}
				id.MIC = mic(a, id.Model)
				if c.stranger {
					other, err := core.NewManufacturer(time.Now)
					if err != nil {
						t.Fatal(err)
					}
					id.MIC = mic(&core.Authority{Manufacturer: *other}, id.Model)
				}
				env.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					if place := w.core.Places()[0]; address == netip.AddrPortFrom(place.Address, uint16(place.Secure)).String() { // where the terminator would listen
						address = front
					}
					return new(net.Dialer).DialContext(ctx, network, address)
				}
			})
			dir := t.TempDir()
			if err := w.core.Export(dir); err != nil {
				t.Fatal(err)
			}
			place := w.core.Places()[0]
			front = terminate(t, stunnel, dir, netip.AddrPortFrom(place.Address, uint16(place.Clear)).String(), c.clients)
			err := w.boot(t)
			// The end of the connection may overtake the alert that says why.
			if cause := phone.CauseOf(err); c.refused && cause != phone.CauseRejected && cause != phone.CauseRefused || !c.refused && err != nil {
				t.Fatalf("boot: %v (%s), want it refused: %v", err, cause, c.refused)
			}
			if _, known := w.core.Registered(device); known == c.refused {
				t.Errorf("the core knows of the registration: %v", known)
			}
			for _, e := range all[phone.Registered](w.said) {
				if !e.Secure || e.Version != c.version || c.cipher != "" && e.Cipher != c.cipher {
					t.Errorf("registered with %s and %s, want %s and %s", e.Version, e.Cipher, c.version, c.cipher)
				}
			}
		})
	}
}

// terminate starts stunnel in front of an address, with the files that the
// core has exported to dir, and returns where it listens.
func terminate(t *testing.T, stunnel, dir, behind, clients string) (front string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	front = l.Addr().String()
	l.Close()
	config := fmt.Sprintf(`foreground = yes
pid =
debug = info
syslog = no
[sccp]
accept = %s
connect = %s
cert = callmanager-1.pem
sslVersionMin = TLSv1
ciphers = ALL:@SECLEVEL=0
%s`, front, behind, clients)
	file := filepath.Join(dir, "stunnel.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var log output
	cmd := exec.CommandContext(t.Context(), stunnel, file)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("stunnel says\n%s", log.String())
		}
	})
	for range 500 {
		if conn, err := net.Dial("tcp", front); err == nil {
			conn.Close()
			return front
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("stunnel does not listen on %s:\n%s", front, log.String())
	return ""
}

// output is what a process says, while it says it.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
