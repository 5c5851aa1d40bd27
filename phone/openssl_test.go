package phone

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/wire/ctl"
)

// rsaCredential is a self-signed RSA certificate, valid around now.
func rsaCredential(t testing.TB, name string) *Credential {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name, Organization: []string{"Lab"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &Credential{Certificate: der, Key: key}
}

// writePEM leaves a credential where openssl reads it.
func writePEM(t testing.TB, dir, name string, c *Credential) (certificate, key string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(c.Key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key")
	writeFile(t, certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate}))
	writeFile(t, key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	return certificate, key
}

// listOf is a trust list that names one certificate in one role.
func listOf(t testing.TB, c *Credential, role ctl.Role) *ctl.List {
	t.Helper()
	certificate, err := x509.ParseCertificate(c.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	file, err := ctl.Build(ctl.Spec{
		Kind: ctl.CTL, Digest: 1, Time: time.Now(), Signer: certificate, Key: c.Key,
		Records: []ctl.Entry{{Role: ctl.RoleSAST, Certificate: certificate}, {Role: role, Certificate: certificate}},
	})
	if err != nil {
		t.Fatal(err)
	}
	list, err := ctl.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestMutualTLSWithOpenSSL connects to openssl s_server, which asks for a
// client certificate, from the TLS 1.0 of a 79xx to TLS 1.3.
func TestMutualTLSWithOpenSSL(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("needs openssl")
	}
	server, lsc := rsaCredential(t, "cucm-a"), rsaCredential(t, "SEP0011215A1AE3")
	dir := t.TempDir()
	serverCert, serverKey := writePEM(t, dir, "server", server)
	clientCert, _ := writePEM(t, dir, "client", lsc)
	for _, c := range []struct {
		flag    string
		version uint16
		model   string
		cipher  uint16 // 0: any
		role    ctl.Role
		cause   Cause
	}{
		{"-tls1", tls.VersionTLS10, "7965", tls.TLS_RSA_WITH_AES_128_CBC_SHA, ctl.RoleCCM, ""},
		{"-tls1", tls.VersionTLS10, "7940", tls.TLS_RSA_WITH_AES_128_CBC_SHA, ctl.RoleCCMTFTP, ""},
		{"-tls1_2", tls.VersionTLS12, "8945", 0, ctl.RoleCCM, ""},
		{"-tls1_3", tls.VersionTLS13, "8945", 0, ctl.RoleCCM, ""},
		{"-tls1_2", tls.VersionTLS12, "8945", 0, ctl.RoleCAPF, CauseUntrusted},
		{"-tls1_3", tls.VersionTLS13, "7965", 0, ctl.RoleCCM, CauseRejected},
	} {
		t.Run(c.flag+" "+c.model+" "+c.role.Short(), func(t *testing.T) {
			port := freeTCP(t)
			var output syncBuffer
			s := exec.CommandContext(t.Context(), openssl, "s_server", "-accept", "127.0.0.1:"+strconv.Itoa(port),
				"-cert", serverCert, "-key", serverKey, "-CAfile", clientCert, "-Verify", "1", "-verify_return_error",
				c.flag, "-cipher", "ALL:@SECLEVEL=0", "-naccept", "1")
			s.Stdout, s.Stderr = &output, &output
			stdin, err := s.StdinPipe() // held open: s_server ends with its input
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			if err := s.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Process.Kill(); s.Wait() })
			waitFor(t, &output, "ACCEPT")

			model, err := FindModel(c.model)
			if err != nil {
				t.Fatal(err)
			}
			own := *model
			if own.TLSMax < c.version && c.cause == "" || c.model == "8945" {
				own.TLSMax = c.version
			}
			p := New(Identity{Name: "SEP0011215A1AE3", Model: &own}, Flash{CTL: listOf(t, server, c.role), LSC: lsc}, Env{})
			conn, err := p.connect(t.Context(), startWatch(), "127.0.0.1", port, lsc, ctl.RoleCCM, ctl.RoleCCMTFTP)
			if CauseOf(err) != c.cause {
				t.Fatalf("connect: %v (%s), want cause %q", err, CauseOf(err), c.cause)
			}
			if err != nil {
				return
			}
			defer conn.Close()
			if _, err := conn.Write([]byte("a frame\n")); err != nil {
				t.Fatal(err)
			}
			waitFor(t, &output, "a frame")
			waitFor(t, &output, "CN = SEP0011215A1AE3")
			state := conn.(interface{ ConnectionState() tls.ConnectionState }).ConnectionState()
			if state.Version != c.version || c.cipher != 0 && state.CipherSuite != c.cipher {
				t.Errorf("negotiated %s with %s", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite))
			}
		})
	}
}

func TestHandshakeErrorsNameTheSide(t *testing.T) {
	for _, c := range []struct {
		situation string
		serve     func(net.Conn)
		cause     Cause
	}{
		{"hangs up", func(conn net.Conn) { conn.Close() }, CauseRefused},
		{"speaks no TLS", func(conn net.Conn) { conn.Write([]byte("HTTP/1.0 400 Bad Request\r\n\r\n")) }, CauseMalformed},
		{"sends an alert", func(conn net.Conn) { conn.Write([]byte{21, 3, 1, 0, 2, 2, 40}) }, CauseRejected},
		{"stalls", func(net.Conn) {}, CauseTimeout},
	} {
		t.Run(c.situation, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				conn, err := l.Accept()
				if err == nil {
					t.Cleanup(func() { conn.Close() })
					c.serve(conn)
				}
			}()
			model := models[0]
			model.Timers.Handshake = 200 * time.Millisecond
			p := New(Identity{Name: "SEP0011215A1AE3", Model: &model}, Flash{}, Env{})
			_, err = p.connect(context.Background(), startWatch(), "127.0.0.1", l.Addr().(*net.TCPAddr).Port, nil, ctl.RoleCCM)
			if CauseOf(err) != c.cause {
				t.Errorf("%v has cause %s, want %s", err, CauseOf(err), c.cause)
			}
		})
	}
}

func TestConnectRefused(t *testing.T) {
	p := New(Identity{Name: "SEP0011215A1AE3", Model: &models[0]}, Flash{}, Env{})
	_, err := p.connect(t.Context(), startWatch(), "127.0.0.1", freeTCP(t), nil)
	var op *net.OpError
	if CauseOf(err) != CauseRefused || !errors.As(err, &op) {
		t.Errorf("%v has cause %s", err, CauseOf(err))
	}
}

func waitFor(t *testing.T, output *syncBuffer, want string) {
	t.Helper()
	for range 500 {
		if strings.Contains(output.String(), want) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%q did not appear in the output:\n%s", want, bytes.TrimSpace([]byte(output.String())))
}
