package signed_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/phonebank/phonebank/wire/signed"
)

// openssl runs the command of that name, or skips the test.
func openssl(t *testing.T, args ...string) string {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed: nothing of somebody else's to hold this against")
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	if err != nil {
		t.Errorf("openssl %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// store writes a file of the test's own and returns its path.
func store(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// covered is what the signature covers, as a file.
func covered(t *testing.T, e *signed.Envelope) string {
	t.Helper()
	var b bytes.Buffer
	e.Covered(&b)
	return store(t, "covered", b.Bytes())
}

func publicPEM(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return store(t, "public.pem", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func TestOpensslVerifiesWhatWeCover(t *testing.T) {
	for _, digest := range []signed.Digest{signed.SHA1, signed.SHA512} {
		for _, bits := range []int{1024, 2048, 4096} {
			t.Run(fmt.Sprintf("%v with RSA-%d", digest, bits), func(t *testing.T) {
				key := rsaKey(t, bits)
				h := signed.Header{Digest: digest, Filename: "CTLFile.tlv", Timestamp: time.Unix(1, 0)}
				e := parse(t, sign(t, h, []byte("records"), key))
				openssl(t, "dgst", "-"+digest.String(), "-verify", publicPEM(t, key.Public()),
					"-signature", store(t, "signature", e.Signature), covered(t, e))
			})
		}
	}
	t.Run("the worked examples", func(t *testing.T) {
		for _, w := range worked {
			e := parse(t, readHex(t, w.file))
			openssl(t, "dgst", "-sha1", "-verify", publicPEM(t, exampleSigner(t).PublicKey),
				"-signature", store(t, "signature", e.Signature), covered(t, e))
		}
	})
}

// A file whose signature openssl made: its header is ours with the signature of
// another key, exchanged for openssl's over the covered bytes.
func TestOpensslSigns(t *testing.T) {
	key := rsaKey(t, 1024)
	file := sign(t, signed.Header{Filename: "f"}, []byte("payload"), key)
	e := parse(t, file)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	private := store(t, "private.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	signature := filepath.Join(t.TempDir(), "signature")
	openssl(t, "dgst", "-sha1", "-sign", private, "-out", signature, covered(t, e))
	got, err := os.ReadFile(signature)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, e.Signature) {
		t.Errorf("openssl signs\n%x\nwe sign\n%x", got, e.Signature)
	}
}

// What Seal makes, openssl opens: unwrap, decrypt, cut.
func TestOpensslOpensWhatWeSeal(t *testing.T) {
	key := rsaKey(t, 2048)
	file, err := signed.Seal(signed.Header{}, []byte(plaintext), &key.PublicKey, rsaKey(t, 1024))
	if err != nil {
		t.Fatal(err)
	}
	e := parse(t, file)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	private := store(t, "private.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	secret := filepath.Join(t.TempDir(), "secret")
	openssl(t, "pkeyutl", "-decrypt", "-inkey", private, "-pkeyopt", "rsa_padding_mode:pkcs1",
		"-in", store(t, "wrapped", e.Encryption.WrappedKey), "-out", secret)
	aes, err := os.ReadFile(secret)
	if err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(t.TempDir(), "plain")
	openssl(t, "enc", "-d", "-aes-128-cbc", "-nopad", "-K", fmt.Sprintf("%x", aes), "-iv", fmt.Sprintf("%x", e.Encryption.IV),
		"-in", store(t, "payload", e.Payload), "-out", plain)
	got, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	want := plaintext + string(bytes.Repeat([]byte{'\r'}, 9))
	if string(got) != want {
		t.Errorf("openssl decrypts %q, want %q", got, want)
	}
}
