package token

import (
	"crypto"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/keyfile"
)

const secret = "correct horse"

// Files as OpenSSL writes them, in every way that it encrypts.
func TestFilesOfOpenSSL(t *testing.T) {
	dir := t.TempDir()
	path, key := keyOf(t, "rsa-1024")
	certificate := certify(t, dir, "token", key)
	pass := "pass:" + secret
	made := 0
	out := func(args ...string) string {
		made++
		file := filepath.Join(dir, "made-"+string(rune('a'+made)))
		tool(t, "openssl", append(args, "-out", file)...)
		return file
	}
	pkcs8 := func(args ...string) string { return out(append([]string{"pkcs8", "-topk8", "-in", path}, args...)...) }
	locked := func(args ...string) string { return pkcs8(append([]string{"-passout", pass}, args...)...) }
	pkcs12 := func(args ...string) string {
		return out(append([]string{"pkcs12", "-export", "-inkey", path, "-in", certificate}, args...)...)
	}
	for _, c := range []struct {
		situation, reference string
		asks                 bool
		want                 error
	}{
		{"PKCS#8 in the clear", pkcs8("-nocrypt") + "," + certificate, false, nil},
		{"PKCS#8 in the clear, DER", pkcs8("-nocrypt", "-outform", "DER") + "," + certificate, false, nil},
		{"PKCS#1", out("rsa", "-traditional", "-in", path) + "," + certificate, false, nil},
		{"AES-256", locked("-v2", "aes-256-cbc") + "," + certificate, true, nil},
		{"AES-192", locked("-v2", "aes-192-cbc") + "," + certificate, true, nil},
		{"AES-128, DER", locked("-v2", "aes-128-cbc", "-outform", "DER") + "," + certificate, true, nil},
		{"triple DES, as of old", locked("-v2", "des3", "-v2prf", "hmacWithSHA1") + "," + certificate, true, nil},
		{"HMAC with SHA-384", locked("-v2", "aes256", "-v2prf", "hmacWithSHA384") + "," + certificate, true, nil},
		{"HMAC with SHA-512", locked("-v2", "aes256", "-v2prf", "hmacWithSHA512") + "," + certificate, true, nil},
		{"PKCS#12", pkcs12("-passout", pass), true, nil},
		{"PKCS#12 with a certificate named as well", pkcs12("-passout", pass) + "," + certificate, true, nil},
		{"PKCS#12 of old Windows", pkcs12("-passout", pass, "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"), true, nil},
		{"PKCS#12 without a password", pkcs12("-passout", "pass:"), false, nil},
		{"PKCS#8 with scrypt", locked("-scrypt") + "," + certificate, true, ErrEncryption},
		{"PKCS#8 with another cipher", locked("-v2", "camellia-256-cbc") + "," + certificate, true, ErrEncryption},
		{"PKCS#8 with the first password scheme", locked("-v1", "PBE-SHA1-3DES") + "," + certificate, true, ErrEncryption},
		{"encrypted as before PKCS#8", out("rsa", "-traditional", "-aes128", "-passout", pass, "-in", path) + "," + certificate, false, ErrOldEncryption},
	} {
		t.Run(c.situation, func(t *testing.T) {
			asked, err := unlock(t, c.reference, secret, func(got crypto.Signer) {
				if !got.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(key.Public()) {
					t.Error("another key came out")
				}
			})
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if len(asked) > 1 || c.asks != (len(asked) == 1) {
				t.Errorf("asked %d times", len(asked))
			}
			file, _ := split(c.reference)
			if left, err := triesOf(file).left(); err != nil || left != Attempts {
				t.Errorf("%d attempts left, %v", left, err)
			}
		})
	}
}

// A token with a password, for the tests of counting.
func lockedToken(t *testing.T) (path, reference string) {
	t.Helper()
	dir := t.TempDir()
	from, key := keyOf(t, "rsa-1024")
	path = filepath.Join(dir, "token.key")
	tool(t, "openssl", "pkcs8", "-topk8", "-v2", "aes-128-cbc", "-in", from, "-passout", "pass:"+secret, "-out", path)
	return path, path + "," + certify(t, dir, "token", key)
}

func TestWrongPasswordsAreCounted(t *testing.T) {
	path, reference := lockedToken(t)
	wrong := func(left int) {
		t.Helper()
		asked, err := unlock(t, reference, "guess")
		var w *WrongPassword
		if !errors.As(err, &w) || w.Left != left || len(asked) != 1 || asked[0].Left != left+1 {
			t.Fatalf("want %d attempts left; asked %v, got %v", left, asked, err)
		}
	}
	wrong(14)
	wrong(13)
	if b, err := os.ReadFile(path + ".tries"); err != nil || string(b) != "13 attempts left\n" {
		t.Errorf("beside the token stands %q, %v", b, err)
	}
	if asked, err := unlock(t, reference, secret); err != nil || asked[0].Left != 13 {
		t.Fatalf("the right password: %v, asked %v", err, asked)
	}
	for left := 14; left >= 0; left-- { // the right one gave all of them back
		wrong(left)
	}
	asked, err := unlock(t, reference, secret)
	var l *Locked
	if !errors.As(err, &l) || len(asked) != 0 {
		t.Errorf("a locked token asked %v and said %v", asked, err)
	}
}

func TestWordsAboutPasswords(t *testing.T) {
	for want, err := range map[string]error{
		"wrong password for t: 14 attempts left, then the token is locked for good":                                                      &WrongPassword{Token: "t", Left: 14},
		"wrong password for t: 1 attempt left, then the token is locked for good":                                                        &WrongPassword{Token: "t", Left: 1},
		"wrong password for t: no attempts left, the token is now locked for good":                                                       &WrongPassword{Token: "t"},
		"wrong password for t: few tries are left, the token says":                                                                       &WrongPassword{Token: "t", State: "few tries are left, the token says"},
		"t is locked for good: too many wrong passwords in a row":                                                                        &Locked{"t"},
		`x.tries counts the attempts left and cannot be read: it says "16 attempts left", not a number from 0 to 15 and "attempts left"`: unreadableTries(t, "16 attempts left\n"),
		`x.tries counts the attempts left and cannot be read: it says "", not a number from 0 to 15 and "attempts left"`:                 unreadableTries(t, ""),
		`x.tries counts the attempts left and cannot be read: it says "-1 attempts left", not a number from 0 to 15 and "attempts left"`: unreadableTries(t, "-1 attempts left\n"),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func unreadableTries(t *testing.T, says string) error {
	t.Helper()
	t.Chdir(t.TempDir())
	write(t, ".", "x.tries", []byte(says))
	_, err := triesOf("x").left()
	return err
}

// Where attempts cannot be counted none is made: a guess would be free.
func TestNoAttemptWithoutACount(t *testing.T) {
	_, reference := lockedToken(t)
	token, err := Find(reference)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(token.Name)
	s := &says{password: "guess"}
	if err := os.RemoveAll(dir); err != nil { // the file is in memory; its directory is gone
		t.Fatal(err)
	}
	_, err = token.Unlock(t.Context(), s.ask)
	var wrong *WrongPassword
	if err == nil || errors.As(err, &wrong) || !strings.Contains(err.Error(), "attempts cannot be counted, so that none is made") {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNoToken(t *testing.T) {
	dir := t.TempDir()
	path, key := keyOf(t, "rsa-1024")
	certificate := certify(t, dir, "token", key)
	_, other := keyOf(t, "rsa-2048")
	garbage := write(t, dir, "garbage", []byte("garbage"))
	broken := write(t, dir, "broken.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte{1}}))
	long := write(t, dir, "long", make([]byte, maxFile+1))
	for _, c := range []struct {
		situation, reference string
		want                 error
		text                 string
	}{
		{"no certificate", path, ErrNoCertificate, "rsa-1024.pem: the token brings no certificate: name it behind a comma, KEY,CERT"},
		{"the certificate of another key", path + "," + certify(t, dir, "other", other), ErrOtherKey, "the certificate is not that of the key"},
		{"no such key", filepath.Join(dir, "none") + "," + certificate, fs.ErrNotExist, "none"},
		{"no such certificate", path + "," + filepath.Join(dir, "none"), fs.ErrNotExist, "none"},
		{"a key that is none", garbage + "," + certificate, keyfile.ErrNoKey, "garbage: no private key in the file"},
		{"a certificate that is none", path + "," + garbage, keyfile.ErrNoCertificate, "garbage: no certificate in the file"},
		{"a key for a certificate", path + "," + path, keyfile.ErrNoCertificate, "rsa-1024.pem: no certificate in the file"},
		{"a broken certificate", path + "," + broken, keyfile.ErrNoCertificate, "its first one does not parse"},
		{"a certificate for a key", certificate + "," + certificate, keyfile.ErrNoKey, "token.pem: no private key in the file"},
		{"a file without end", long + "," + certificate, nil, "more than 1048576 bytes"},
	} {
		t.Run(c.situation, func(t *testing.T) {
			_, err := unlock(t, c.reference, "")
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A key that brings its certificate in the same file needs no second name, and
// names of files may have commas.
func TestKeyAndCertificateInOneFile(t *testing.T) {
	dir := t.TempDir()
	path, key := keyOf(t, "rsa-1024")
	both := ""
	for _, file := range []string{path, certify(t, dir, "token", key)} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		both += string(b)
	}
	one := write(t, dir, "a,b.pem", []byte(both))
	for _, reference := range []string{one, one + "," + filepath.Join(dir, "token.pem")} {
		token, err := Find(reference)
		if err != nil || token.Certificate == nil || token.Name != one {
			t.Fatalf("%+v, %v", token, err)
		}
		if _, err := token.Unlock(t.Context(), nil); err != nil {
			t.Error(err)
		}
	}
}
