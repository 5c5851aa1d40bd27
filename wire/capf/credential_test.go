package capf_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha512"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/phonebank/phonebank/wire/capf"
)

// The complete answer of CAPF, section 11.1, which is not our work.
func TestAnswerThatAPublicServerAccepted(t *testing.T) {
	want := unhex(t, string(readFile(t, "auth_res.hex")))
	m, err := capf.Parse(want)
	if err != nil {
		t.Fatal(err)
	}
	der, key := phoneOfTheReference(t)

	got, err := m.Certificate()
	if err != nil || !bytes.Equal(got, der) {
		t.Fatalf("certificate of %d bytes, %v", len(got), err)
	}
	d := append([]byte(device+"\x00"), der...)
	s := append([]byte{1, 0, 0, 0}, der...)
	for _, sum := range []struct{ title, got, want string }{
		{"SHA-1(D)", fmt.Sprintf("%x", sha1.Sum(d)), "1c8a8a111f353985b54e1b7ce9eaa9f2ff71170e"},
		{"SHA-512(D)", fmt.Sprintf("%x", sha512.Sum512(d)), "67effcf7109069423be8dac59aca4f169ab86d1fbbd624128cc7311fc71a4cb62a4a3c3d7d93e7566e147360a1a18af49e5ed943809d3742b208706d01e26e2a"},
		{"SHA-1(S)", fmt.Sprintf("%x", sha1.Sum(s)), "427304bf8edbe79fc69aca67a48d19a448d2a4ec"},
		{"SHA-512(S)", fmt.Sprintf("%x", sha512.Sum512(s)), "9baadc9dd9edab2c8d6aefbfb24f3e84593e7c690b6242847f6e4c176f6e946a9274d9228da9596c3fa9339308c660d8f3a9856aa367446739000260c1d3f6fb"},
	} {
		if sum.got != sum.want {
			t.Errorf("%s is %s, want %s", sum.title, sum.got, sum.want)
		}
	}

	if cert, err := capf.VerifyCredential(&m); err != nil || !bytes.Equal(cert.Raw, der) {
		t.Errorf("credential: %v", err)
	}
	sudi, _ := m.Get(capf.TagSUDI)
	if cert, err := capf.VerifySUDI(1, sudi); err != nil || !bytes.Equal(cert.Raw, der) {
		t.Errorf("SUDI: %v", err)
	}

	proof, err := capf.SignCredential(device, der, key)
	if err != nil {
		t.Fatal(err)
	}
	sudiElement, err := capf.SUDIElement(1, der, key)
	if err != nil {
		t.Fatal(err)
	}
	again, err := capf.AuthResponse(1, 3, capf.ReasonSuccess, device).
		With(capf.PasswordElement(""), sudiElement).With(proof...).Append(nil)
	if err != nil || !bytes.Equal(again, want) {
		t.Errorf("made again: %x, %v", again, err)
	}
}

func TestCredentialOfEveryKey(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, small := phoneOfTheReference(t)
	for _, c := range []struct {
		title string
		key   crypto.Signer
	}{
		{"RSA 1024", small},
		{"RSA 2048", rsaKey},
		{"P-256", ecKey(t, elliptic.P256())},
		{"P-384", ecKey(t, elliptic.P384())},
		{"P-521", ecKey(t, elliptic.P521())},
	} {
		t.Run(c.title, func(t *testing.T) {
			der := selfSigned(t, c.key)
			proof, err := capf.SignCredential(device, der, c.key)
			if err != nil {
				t.Fatal(err)
			}
			m := capf.AuthResponse(7, 3, capf.ReasonSuccess, device).With(proof...)
			if _, err := capf.VerifyCredential(&m); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestKeysThatCannotProve(t *testing.T) {
	_, key, _ := ed25519.GenerateKey(rand.Reader)
	der := selfSigned(t, key)
	if _, err := capf.SignCredential(device, der, key); !errors.Is(err, capf.ErrKeySpec) {
		t.Errorf("Ed25519: %v", err)
	}
	if _, err := capf.SUDIElement(1, der, ecKey(t, elliptic.P256())); !errors.Is(err, capf.ErrKeySpec) {
		t.Errorf("SUDI with EC: %v", err)
	}
	m := capf.AuthResponse(1, 3, 1, device).With(capf.CertificateElement(der),
		capf.Element{Tag: capf.TagSignedData}, capf.Element{Tag: capf.TagSHA2SignedData, Value: []byte{3, 0, 0}})
	if _, err := capf.VerifyCredential(&m); !errors.Is(err, capf.ErrKeySpec) || !errors.Is(err, capf.ErrCredential) {
		t.Errorf("certificate with Ed25519: %v", err)
	}
}

// replace returns m with another value for the tag.
func replace(m capf.Message, tag capf.Tag, change func([]byte) []byte) capf.Message {
	m.Elements = slices.Clone(m.Elements)
	for i, e := range m.Elements {
		if e.Tag == tag {
			m.Elements[i].Value = change(slices.Clone(e.Value))
		}
	}
	return m
}

func flipLast(b []byte) []byte {
	b[len(b)-1] ^= 1
	return b
}

func TestForgedAndDamagedCredentials(t *testing.T) {
	real, err := capf.Parse(unhex(t, string(readFile(t, "auth_res.hex"))))
	if err != nil {
		t.Fatal(err)
	}
	without := func(tag capf.Tag) capf.Message {
		m := real
		m.Elements = slices.DeleteFunc(slices.Clone(real.Elements), func(e capf.Element) bool { return e.Tag == tag })
		return m
	}
	swap := func(b []byte) capf.Message {
		return replace(real, capf.TagCertificate, func([]byte) []byte { return capf.CertificateElement(b).Value })
	}
	other := real
	other.Session = 2
	for _, c := range []struct {
		title     string
		m         capf.Message
		malformed bool
	}{
		{"another device", replace(real, capf.TagDeviceName, func([]byte) []byte { return []byte("SEP001122334456\x00") }), false},
		{"SHA-1 signature flipped", replace(real, capf.TagSignedData, flipLast), false},
		{"SHA-1 signature cut", replace(real, capf.TagSignedData, func(b []byte) []byte { return b[:127] }), false},
		{"SHA-1 signature empty", replace(real, capf.TagSignedData, func([]byte) []byte { return nil }), false},
		{"SHA-512 signature flipped", replace(real, capf.TagSHA2SignedData, flipLast), false},
		{"certificate of somebody else", swap(selfSigned(t, ecKey(t, elliptic.P256()))), false},
		{"no certificate inside", swap([]byte("no certificate")), false},
		{"SUDI flipped", replace(real, capf.TagSUDI, flipLast), false},
		{"SUDI of another session", other, false},
		{"no device name", without(capf.TagDeviceName), true},
		{"no certificate", without(capf.TagCertificate), true},
		{"no SHA-1 signature", without(capf.TagSignedData), true},
		{"no SHA-512 signature", without(capf.TagSHA2SignedData), true},
		{"another digest", replace(real, capf.TagSHA2SignedData, func(b []byte) []byte { b[0] = 2; return b }), true},
		{"SHA-512 signature overruns", replace(real, capf.TagSHA2SignedData, func(b []byte) []byte { b[2]++; return b }), true},
		{"more after the SHA-512 signature", replace(real, capf.TagSHA2SignedData, func(b []byte) []byte { return append(b, 0) }), true},
		{"SUDI cut", replace(real, capf.TagSUDI, func(b []byte) []byte { return b[:len(b)-1] }), true},
	} {
		t.Run(c.title, func(t *testing.T) {
			cert, err := capf.VerifyCredential(&c.m)
			var fault *capf.FormatError
			if cert != nil || errors.As(err, &fault) != c.malformed || errors.Is(err, capf.ErrCredential) == c.malformed {
				t.Errorf("got %v, %v", cert != nil, err)
			}
		})
	}
}

func TestSignaturesWithDigestInfoPass(t *testing.T) {
	der, key := phoneOfTheReference(t)
	d := append([]byte(device+"\x00"), der...)
	sum1, sum512 := sha1.Sum(d), sha512.Sum512(d)
	short, err := rsa.SignPKCS1v15(nil, key, crypto.SHA1, sum1[:])
	if err != nil {
		t.Fatal(err)
	}
	long, err := rsa.SignPKCS1v15(nil, key, crypto.SHA512, sum512[:])
	if err != nil {
		t.Fatal(err)
	}
	m := capf.AuthResponse(1, 3, 1, device).With(capf.CertificateElement(der),
		capf.Element{Tag: capf.TagSignedData, Value: short},
		capf.Element{Tag: capf.TagSHA2SignedData, Value: append([]byte{3, 0, 128}, long...)})
	if _, err := capf.VerifyCredential(&m); err != nil {
		t.Error(err)
	}
}

func TestSUDIPrefixes(t *testing.T) {
	der, key := phoneOfTheReference(t)
	e, err := capf.SUDIElement(0x01020304, der, key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := capf.VerifySUDI(0x01020304, e.Value); err != nil {
		t.Error(err)
	}
	if _, err := capf.VerifySUDI(0x04030201, e.Value); !errors.Is(err, capf.ErrCredential) {
		t.Errorf("session the wrong way round: %v", err)
	}
	var fault *capf.FormatError
	for i := range e.Value {
		if _, err := capf.VerifySUDI(0x01020304, e.Value[:i]); !errors.As(err, &fault) {
			t.Fatalf("%d bytes: %v", i, err)
		}
	}
}

// A peer chooses the key in its certificate: one that is too long to be
// verified cheaply is refused before the arithmetic.
func TestHugeKeyIsRefused(t *testing.T) {
	der := hugeCertificate(t)
	m := capf.AuthResponse(1, 3, 1, device).With(capf.CertificateElement(der),
		capf.Element{Tag: capf.TagSignedData, Value: make([]byte, 2048)},
		capf.Element{Tag: capf.TagSHA2SignedData, Value: append([]byte{3, 8, 0}, make([]byte, 2048)...)})
	_, err := capf.VerifyCredential(&m)
	if !errors.Is(err, capf.ErrCredential) || !errors.Is(err, capf.ErrKeySpec) {
		t.Errorf("got %v", err)
	}
}
