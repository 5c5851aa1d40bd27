package ctlclient

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/token"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// OpenSSL issues every certificate of a list and verifies its signature over the
// bytes that trust list, section 6, names, which the test cuts out by itself.
func TestAgainstOpenSSL(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed")
	}
	dir := t.TempDir()
	openssl := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("openssl", args...).CombinedOutput(); err != nil {
			t.Fatalf("openssl %q: %v\n%s", args, err, out)
		}
	}
	file := func(name string) string { return filepath.Join(dir, name) }
	issued := func(key, name string) *x509.Certificate {
		t.Helper()
		openssl("req", "-x509", "-key", key, "-subj", "/CN="+name+"/OU=IPCBU/O=Lab", "-days", "30", "-out", file(name))
		c, err := token.CertificateFile(file(name))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	rsaFile := func(name string) string {
		return filepath.Join("..", "..", "..", "..", "wire", "signed", "testdata", "keys", name+".pem")
	}
	openssl("ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", file("curve"))
	servers := []Server{
		{Role: ctl.RoleCCMTFTP, Certificate: issued(rsaFile("rsa-4096"), "pub"), Name: "pub"},
		{Role: ctl.RoleCCM, Certificate: issued(file("curve"), "pub-EC"), Name: "pub"},
		{Role: ctl.RoleCAPF, Certificate: issued(rsaFile("rsa-1024"), "CAPF"), Name: "pub"},
	}
	spare := issued(rsaFile("rsa-2048"), "spare")
	for _, bits := range []string{"rsa-1024", "rsa-2048", "rsa-4096"} {
		signer := credential{issued(rsaFile(bits), "SAST-"+bits), rsaKey(t, bits)}
		for _, digest := range []signed.Digest{signed.SHA1, signed.SHA512} {
			t.Run(bits+" "+digest.String(), func(t *testing.T) {
				p, err := Create{
					Signer: signer.Certificate, SASTs: []*x509.Certificate{spare}, Servers: servers, Digest: digest,
				}.Plan()
				if err != nil {
					t.Fatal(err)
				}
				list := sign(t, p, signer)
				before, signature, after := cutSignature(t, list.Bytes())
				write := func(name string, b []byte) {
					if err := os.WriteFile(file(name), b, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				write("covered", append(bytes.Clone(before), after...))
				write("signature", signature)
				write("record1.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: list.Records[0].Certificate}))
				openssl("x509", "-in", file("record1.pem"), "-pubkey", "-noout", "-out", file("key"))
				openssl("dgst", "-"+digest.String(), "-verify", file("key"), "-signature", file("signature"), file("covered"))
			})
		}
	}
}

// cutSignature walks the items of the header: those that hold others are entered.
func cutSignature(t *testing.T, file []byte) (before, signature, after []byte) {
	t.Helper()
	for at := 0; at+3 <= len(file); {
		tag, length := file[at], int(file[at+1])<<8|int(file[at+2])
		switch tag {
		case 3, 7, 9:
			at += 3
		case 12:
			return file[:at], file[at+3 : at+3+length], file[at+3+length:]
		default:
			at += 3 + length
		}
	}
	t.Fatal("no SIGNATURE in the header")
	return nil, nil, nil
}
