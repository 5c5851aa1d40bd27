package token

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/keyfile"
)

// keyOf is a key of the tests' own.
func keyOf(t *testing.T, name string) (path string, key crypto.Signer) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "..", "..", "wire", "signed", "testdata", "keys", name+".pem"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if key, err = keyfile.Parse(file); err != nil {
		t.Fatal(err)
	}
	return path, key
}

// certify writes a certificate of the key and returns its path.
func certify(t *testing.T, dir, name string, key crypto.Signer) string {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(17), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<31, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, dir, name+".pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func write(t *testing.T, dir, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// tool runs a program that is not ours, or skips the test.
func tool(t *testing.T, name string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed", name)
	}
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

// says answers every question with one password, and keeps the questions.
type says struct {
	password string
	asked    []Prompt
}

func (s *says) ask(_ context.Context, p Prompt) (string, error) {
	s.asked = append(s.asked, p)
	return s.password, nil
}

// unlock finds a token, unlocks it, lets the key be used, and closes the token.
func unlock(t *testing.T, reference, password string, use ...func(crypto.Signer)) ([]Prompt, error) {
	t.Helper()
	token, err := Find(reference)
	if err != nil {
		return nil, err
	}
	s := &says{password: password}
	key, err := token.Unlock(t.Context(), s.ask)
	for _, f := range use {
		if err == nil {
			f(key)
		}
	}
	if err := token.Close(); err != nil {
		t.Error(err)
	}
	return s.asked, err
}
