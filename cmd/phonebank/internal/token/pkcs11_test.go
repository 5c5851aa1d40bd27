//go:build pkcs11

package token

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha512"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ThalesGroup/crypto11"
)

// softHSM makes a token of SoftHSM in a directory of its own and imports the key
// with id 01 and the label "sast"; it returns the module.
func softHSM(t *testing.T, key string) string {
	t.Helper()
	module := ""
	for _, path := range []string{"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so"} {
		if _, err := os.Stat(path); err == nil {
			module = path
		}
	}
	if module == "" {
		t.Skip("softhsm2 is not installed")
	}
	dir := t.TempDir()
	config := write(t, dir, "softhsm2.conf", fmt.Appendf(nil, "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", dir))
	t.Setenv("SOFTHSM2_CONF", config)
	tool(t, "softhsm2-util", "--init-token", "--free", "--label", "Token 1", "--so-pin", "12345678", "--pin", secret)
	tool(t, "softhsm2-util", "--import", key, "--token", "Token 1", "--label", "sast", "--id", "01", "--pin", secret)
	return module
}

// store puts a certificate on the token, as makers of tokens do.
func store(t *testing.T, module, path string) {
	t.Helper()
	card, err := crypto11.Configure(&crypto11.Config{Path: module, TokenLabel: "Token 1", Pin: secret})
	if err != nil {
		t.Fatal(err)
	}
	defer card.Close()
	certificate, err := CertificateFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := card.ImportCertificateWithLabel([]byte{1}, []byte("sast"), certificate); err != nil {
		t.Fatal(err)
	}
}

func TestSoftHSMSigns(t *testing.T) {
	for _, name := range []string{"rsa-1024", "rsa-2048"} {
		t.Run(name, func(t *testing.T) {
			path, key := keyOf(t, name)
			module := softHSM(t, path)
			certificate := certify(t, t.TempDir(), "token", key)
			on := "pkcs11:token=Token%201"
			at := "?module-path=" + module
			if _, err := unlock(t, on+at, secret); !errors.Is(err, ErrNoCertificate) {
				t.Errorf("without a certificate: %v", err)
			}
			if _, err := unlock(t, on+at+","+certificate, secret); err != nil {
				t.Errorf("with a certificate of a file: %v", err)
			}
			store(t, module, certificate)
			for _, which := range []string{"", ";object=sast", ";id=%01", ";object=sast;id=%01;type=private"} {
				asked, err := unlock(t, on+which+at, secret, func(got crypto.Signer) {
					one, two := sha1.Sum([]byte("list")), sha512.Sum512([]byte("list"))
					for hash, sum := range map[crypto.Hash][]byte{crypto.SHA1: one[:], crypto.SHA512: two[:]} {
						signature, err := got.Sign(rand.Reader, sum, hash)
						if err == nil {
							err = rsa.VerifyPKCS1v15(key.Public().(*rsa.PublicKey), hash, sum, signature)
						}
						if err != nil {
							t.Errorf("%q: %v: %v", which, hash, err)
						}
					}
				})
				if err != nil || len(asked) != 1 {
					t.Fatalf("%q: %v, asked %v", which, err, asked)
				}
			}
		})
	}
}

// SoftHSM never locks, but says after a wrong PIN that few tries are left; the
// right one clears that.
func TestSoftHSMRefusesPasswords(t *testing.T) {
	path, key := keyOf(t, "rsa-1024")
	module := softHSM(t, path)
	reference := "pkcs11:token=Token%201?module-path=" + module + "," + certify(t, t.TempDir(), "token", key)
	for _, want := range []string{"", "few tries are left, the token says"} {
		asked, err := unlock(t, reference, "guess")
		var wrong *WrongPassword
		if !errors.As(err, &wrong) || len(asked) != 1 || asked[0].State != want {
			t.Fatalf("asked %v, got %v", asked, err)
		}
		if text := "wrong password for pkcs11:token=Token%201: few tries are left, the token says"; err.Error() != text {
			t.Errorf("got %v, want %s", err, text)
		}
	}
	if _, err := unlock(t, reference, secret); err != nil {
		t.Fatal(err)
	}
	if asked, err := unlock(t, reference, secret); err != nil || asked[0].State != "" {
		t.Errorf("after the right one: asked %v, got %v", asked, err)
	}
}

func TestWhatIsNoTokenOfPKCS11(t *testing.T) {
	path, key := keyOf(t, "rsa-1024")
	module := softHSM(t, path)
	certificate := "," + certify(t, t.TempDir(), "token", key)
	_, other := keyOf(t, "rsa-2048")
	der, err := x509.MarshalPKCS8PrivateKey(other)
	if err != nil {
		t.Fatal(err)
	}
	second := write(t, t.TempDir(), "second.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	at := "?module-path=" + module
	for _, c := range []struct{ situation, reference, want string }{
		{"no module", "pkcs11:token=Token%201", "the module is missing, as in ?module-path="},
		{"no token", "pkcs11:object=sast" + at, "the token is missing, as in pkcs11:token=LABEL"},
		{"a module that is none", "pkcs11:token=x?module-path=" + filepath.Join(t.TempDir(), "none.so"), "cannot be loaded: it is no PKCS#11 library of this machine"},
		{"a token that is not inserted", "pkcs11:token=Token%202" + at, `no such token is inserted; there is ["token=Token 1;serial=`},
		{"a key that is not there", "pkcs11:token=Token%201;object=nobody" + at + certificate, "the token has no such key pair"},
		{"the password in the open", "pkcs11:token=Token%201" + at + "&pin-value=1234", "the password has no place on a command line: use --password-file"},
		{"an attribute nobody knows", "pkcs11:token=Token%201;colour=blue" + at, `"colour" is not understood`},
		{"a broken escape", "pkcs11:token=%zz" + at, "token: invalid URL escape"},
	} {
		if _, err := unlock(t, c.reference, secret); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.situation, err, c.want)
		}
	}
	tool(t, "softhsm2-util", "--import", second, "--token", "Token 1", "--label", "spare", "--id", "02", "--pin", secret)
	if _, err := unlock(t, "pkcs11:token=Token%201"+at+certificate, secret); err == nil || !strings.Contains(err.Error(), "2 such key pairs: name one with object= or id=") {
		t.Errorf("two keys: %v", err)
	}
	if _, err := unlock(t, "pkcs11:token=Token%201;object=sast"+at+certificate, secret); err != nil {
		t.Errorf("one of two keys: %v", err)
	}
}
