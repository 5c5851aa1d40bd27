package core_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// TestOpenSSLRegisters makes openssl the TLS half of a phone, at every version
// that phones speak: what we say of the connection must be what openssl says.
func TestOpenSSLRegisters(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed: no TLS client that is not ours")
	}
	tests := []struct {
		name   string
		args   []string
		mic    bool
		traced string
	}{
		{"TLS 1.0 with AES128-SHA and the LSC, as a 7965 does", []string{"-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"}, false, "Cipher=AES128-SHA, SecurityMode=3, TLSVersion=TLS 1.0"},
		{"TLS 1.0 with a MIC signed with SHA-1", []string{"-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"}, true, "Cipher=AES128-SHA, SecurityMode=3, TLSVersion=TLS 1.0"},
		{"TLS 1.0 with all that Debian has", []string{"-tls1", "-cipher", "ALL:@SECLEVEL=0"}, false, "Cipher=ECDHE-RSA-AES128-SHA, SecurityMode=3, TLSVersion=TLS 1.0"},
		{"TLS 1.2", []string{"-tls1_2", "-cipher", "DEFAULT:@SECLEVEL=0"}, false, "Cipher=ECDHE-RSA-AES128-GCM-SHA256, SecurityMode=3, TLSVersion=TLS 1.2"},
		{"TLS 1.2 with AES128-SHA", []string{"-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"}, false, "Cipher=AES128-SHA, SecurityMode=3, TLSVersion=TLS 1.2"},
		{"TLS 1.3", []string{"-tls1_3", "-cipher", "DEFAULT:@SECLEVEL=0"}, false, "Cipher=TLS_AES_128_GCM_SHA256, SecurityMode=3, TLSVersion=TLS 1.3"},
	}
	a, err := core.NewAuthority(core.AuthorityOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			trace := new(notebook)
			c := coretest.Start(t, core.Config{Authority: a, Security: cnf.Encrypted, Devices: []core.Device{{Name: device}}, Trace: trace})
			der := certificate(t, a, device).Certificate[0]
			if tt.mic {
				var err error
				if der, err = a.Manufacturer.OldMIC(device, "7965", phoneKey()); err != nil {
					t.Fatal(err)
				}
			}
			own := writePEM(t, der)
			address := c.NodeAddrs()[0].String() + ":2443"
			args := append([]string{"s_client", "-quiet", "-no_ign_eof", "-connect", address, "-cert", own, "-key", own}, tt.args...)
			phone := exec.CommandContext(t.Context(), "openssl", args...)
			in, err := phone.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := phone.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			var complaints bytes.Buffer
			phone.Stderr = &complaints
			if err := phone.Start(); err != nil {
				t.Fatal(err)
			}
			in.Write(sccp.Append(nil, sccp.RegisterReq{DeviceName: device, ProtocolVersion: 22}, 0))
			frame, err := sccp.NewReader(out).Next()
			if err != nil || frame.ID != sccp.IDRegisterAck {
				t.Errorf("answered with %s, %v", frame.ID, err)
			}
			if r, ok := c.Registered(device); !ok || r.Node != 1 {
				t.Errorf("registered %t, on node %d", ok, r.Node)
			}
			in.Close()
			io.Copy(io.Discard, out)
			phone.Wait()
			if got := trace.String(); !strings.Contains(got, tt.traced) {
				t.Errorf("no %q in\n%s\nopenssl says\n%s", tt.traced, got, complaints.String())
			}
		})
	}
}

func writePEM(t *testing.T, der []byte) string {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(phoneKey())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "phone.pem")
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
