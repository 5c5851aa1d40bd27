package capf_test

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/sha1"
	"crypto/sha512"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/phonebank/phonebank/wire/capf"
)

// openssl runs the command line, an implementation that is not ours.
func openssl(t *testing.T, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("no openssl on this machine: the signatures are held against the worked example alone")
	}
	var errs bytes.Buffer
	cmd := exec.Command(path, args...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("openssl %v: %v\n%s", args, err, errs.Bytes())
	}
	return out
}

func save(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func savePublic(t *testing.T, pub crypto.PublicKey) string {
	t.Helper()
	spki, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	return save(t, "public.pem", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}))
}

func TestOpensslRecoversTheBareHashes(t *testing.T) {
	der, key := phoneOfTheReference(t)
	proof, err := capf.SignCredential(device, der, key)
	if err != nil {
		t.Fatal(err)
	}
	d := append([]byte(device+"\x00"), der...)
	sum1, sum512 := sha1.Sum(d), sha512.Sum512(d)
	public := savePublic(t, key.Public())
	for _, c := range []struct {
		title     string
		sig, want []byte
	}{
		{"SIGNED_DATA", proof[1].Value, sum1[:]},
		{"SHA2_SIGNED_DATA", proof[2].Value[3:], sum512[:]},
	} {
		t.Run(c.title, func(t *testing.T) {
			got := openssl(t, "pkeyutl", "-verifyrecover", "-pubin", "-inkey", public, "-in", save(t, "sig", c.sig), "-pkeyopt", "rsa_padding_mode:pkcs1")
			if !bytes.Equal(got, c.want) {
				t.Errorf("recovered %x, want %x", got, c.want)
			}
		})
	}
}

func TestOpensslVerifiesECCredentials(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		t.Run(curve.Params().Name, func(t *testing.T) {
			key := ecKey(t, curve)
			der := selfSigned(t, key)
			proof, err := capf.SignCredential(device, der, key)
			if err != nil {
				t.Fatal(err)
			}
			signed := save(t, "d", append([]byte(device+"\x00"), der...))
			public := savePublic(t, key.Public())
			openssl(t, "dgst", "-sha1", "-verify", public, "-signature", save(t, "short", proof[1].Value), signed)
			openssl(t, "dgst", "-sha512", "-verify", public, "-signature", save(t, "long", proof[2].Value[3:]), signed)
		})
	}
}

func TestCredentialMadeByOpenssl(t *testing.T) {
	der, _ := phoneOfTheReference(t)
	d := append([]byte(device+"\x00"), der...)
	sum1, sum512 := sha1.Sum(d), sha512.Sum512(d)
	sign := func(sum []byte) []byte {
		return openssl(t, "pkeyutl", "-sign", "-inkey", "testdata/phone.key.pem", "-in", save(t, "sum", sum), "-pkeyopt", "rsa_padding_mode:pkcs1")
	}
	m := capf.AuthResponse(1, 3, 1, device).With(capf.CertificateElement(der),
		capf.Element{Tag: capf.TagSignedData, Value: sign(sum1[:])},
		capf.Element{Tag: capf.TagSHA2SignedData, Value: append([]byte{3, 0, 128}, sign(sum512[:])...)})
	if _, err := capf.VerifyCredential(&m); err != nil {
		t.Error(err)
	}
}
