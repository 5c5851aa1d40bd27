package capf_test

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/capf"
)

func with(tag capf.Tag, value ...byte) capf.Message {
	return capf.Message{Command: capf.AuthRes, Elements: []capf.Element{{Tag: 0xee, Value: []byte{1, 2}}, {Tag: tag, Value: value}}}
}

func TestValuesByName(t *testing.T) {
	m := capf.Message{Elements: []capf.Element{
		capf.ReasonElement(capf.ReasonRefused),
		{Tag: capf.TagReasonInfo, Value: []byte("why")},
		capf.VersionElement(2), capf.AuthTypeElement(capf.AuthMIC), capf.PasswordElement("12345"),
		capf.DeviceNameElement(device), capf.KeySizeElement(2048), capf.KeyTypeElement(capf.EC), capf.CurveElement(capf.P521),
		{Tag: capf.TagCertType, Value: []byte{2}},
		capf.RetryDelayElement(1500 * time.Millisecond),
	}}
	for _, c := range []struct {
		title     string
		get       func(m capf.Message) (any, bool)
		want      any
		tag       capf.Tag
		ofOneByte bool
	}{
		{"reason", func(m capf.Message) (any, bool) { return pair(m.Reason()) }, capf.ReasonRefused, capf.TagReason, true},
		{"reason info", func(m capf.Message) (any, bool) { return pair(m.ReasonInfo()) }, "why", capf.TagReasonInfo, false},
		{"version", func(m capf.Message) (any, bool) { return pair(m.Version()) }, uint8(2), capf.TagVersion, true},
		{"authentication", func(m capf.Message) (any, bool) { return pair(m.AuthType()) }, capf.AuthMIC, capf.TagAuthType, true},
		{"password", func(m capf.Message) (any, bool) { return pair(m.Password()) }, "12345", capf.TagPassword, false},
		{"device name", func(m capf.Message) (any, bool) { return pair(m.DeviceName()) }, device, capf.TagDeviceName, false},
		{"key size", func(m capf.Message) (any, bool) { return pair(m.KeySize()) }, 2048, capf.TagKeySize, false},
		{"key type", func(m capf.Message) (any, bool) { return pair(m.KeyType()) }, capf.EC, capf.TagKeyType, true},
		{"curve", func(m capf.Message) (any, bool) { return pair(m.Curve()) }, capf.P521, capf.TagCurve, true},
		{"certificate type", func(m capf.Message) (any, bool) { return pair(m.CertType()) }, capf.MIC, capf.TagCertType, true},
		{"retry delay", func(m capf.Message) (any, bool) { return pair(m.RetryDelay()) }, 2 * time.Second, capf.TagRetryDelay, false},
	} {
		t.Run(c.title, func(t *testing.T) {
			if got, ok := c.get(m); !ok || got != c.want {
				t.Errorf("got %v, %v, want %v", got, ok, c.want)
			}
			if got, ok := c.get(capf.Message{}); ok {
				t.Errorf("missing, but got %v", got)
			}
			if !c.ofOneByte {
				return
			}
			for _, value := range [][]byte{{}, {1, 2}} {
				if got, ok := c.get(with(c.tag, value...)); ok {
					t.Errorf("from %d bytes: got %v", len(value), got)
				}
			}
		})
	}
}

func pair[T any](v T, ok bool) (any, bool) { return v, ok }

func TestTextsEndAtTheirNULOrTheirEnd(t *testing.T) {
	for _, c := range []struct {
		title string
		value string
		want  string
	}{
		{"null string", "\x00", ""},
		{"nothing at all", "", ""},
		{"no NUL", "12345", "12345"},
		{"more after the NUL", "12\x0034\x00", "12"},
	} {
		t.Run(c.title, func(t *testing.T) {
			got, ok := with(capf.TagPassword, []byte(c.value)...).Password()
			if !ok || got != c.want {
				t.Errorf("got %q, %v", got, ok)
			}
		})
	}
}

func TestRetryDelayOfAnyWidth(t *testing.T) {
	for _, c := range []struct {
		title string
		value []byte
		want  time.Duration
		ok    bool
	}{
		{"one byte", []byte{30}, 30 * time.Second, true},
		{"two bytes", []byte{1, 0}, 256 * time.Second, true},
		{"four bytes", []byte{0xff, 0xff, 0xff, 0xff}, (1<<32 - 1) * time.Second, true},
		{"three bytes", []byte{0, 0, 30}, 0, false},
		{"none", nil, 0, false},
	} {
		t.Run(c.title, func(t *testing.T) {
			if got, ok := with(capf.TagRetryDelay, c.value...).RetryDelay(); got != c.want || ok != c.ok {
				t.Errorf("got %v, %v", got, ok)
			}
		})
	}
	for _, c := range []struct{ delay, want time.Duration }{
		{-time.Second, 0},
		{0, 0},
		{1, time.Second},
		{30 * time.Second, 30 * time.Second},
		{24 * time.Hour, 65535 * time.Second},
	} {
		if got, _ := capf.RetryLater(1, c.delay).RetryDelay(); got != c.want {
			t.Errorf("%v is sent as %v, want %v", c.delay, got, c.want)
		}
	}
}

func TestCertificateElement(t *testing.T) {
	der := leaf956()
	e := capf.CertificateElement(der)
	if want := unhex(t, "01 03be 0001 308203b8"); !bytes.HasPrefix(e.Value, want) {
		t.Errorf("starts with %x, want %x", e.Value[:9], want)
	}
	for _, c := range []struct {
		title string
		value []byte
		want  []byte
		fault string
	}{
		{"as written", e.Value, der, ""},
		{"another type", unhex(t, "01 0005 0002 308203"), unhex(t, "308203"), ""},
		{"two certificates", unhex(t, "02 0005 0001 308201  0005 0001 308202"), unhex(t, "308201"), ""},
		{"prefix alone", unhex(t, "01 0002 0001"), nil, "offset 16: CERTIFICATE: 5 bytes hold no certificate"},
		{"empty", nil, nil, "offset 16: CERTIFICATE: 0 bytes hold no certificate"},
		{"inner length over the end", unhex(t, "01 0006 0001 308203"), nil, "offset 17: CERTIFICATE: inner length 6 in 8 bytes"},
		{"inner length too small", unhex(t, "01 0002 0001 308203"), nil, "offset 17: CERTIFICATE: inner length 2 in 8 bytes"},
	} {
		t.Run(c.title, func(t *testing.T) {
			got, err := with(capf.TagCertificate, c.value...).Certificate()
			if !bytes.Equal(got, c.want) || text(err) != c.fault {
				t.Errorf("got %x, %v", got, err)
			}
		})
	}
	if _, err := capf.EndSession(1, 1).Certificate(); text(err) != "offset 12: CERTIFICATE: missing in CAPF_MSG_END_SESSION" {
		t.Errorf("missing: %v", err)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestPublicKeysAndTheirLengths(t *testing.T) {
	for _, c := range []struct {
		title   string
		pub     any
		payload int // CAPF, section 6
		spec    capf.KeySpec
		refused bool
	}{
		{"RSA 512", modulus(512), 0x61, rsaSpec(512), true},
		{"RSA 1024", modulus(1024), 0xa5, rsaSpec(1024), false},
		{"RSA 2048", modulus(2048), 0x129, rsaSpec(2048), false},
		{"RSA 3072", modulus(3072), 0x1a9, rsaSpec(3072), false},
		{"RSA 4096", modulus(4096), 0x229, rsaSpec(4096), false},
		{"RSA 16384", modulus(16384), 2089, rsaSpec(16384), true},
		{"P-224", &ecKey(t, elliptic.P224()).PublicKey, 83, capf.KeySpec{Type: capf.EC}, true},
		{"P-256", &ecKey(t, elliptic.P256()).PublicKey, 0x5e, ecSpec(capf.P256), false},
		{"P-384", &ecKey(t, elliptic.P384()).PublicKey, 0x7b, ecSpec(capf.P384), false},
		{"P-521", &ecKey(t, elliptic.P521()).PublicKey, 0xa1, ecSpec(capf.P521), false},
	} {
		t.Run(c.title, func(t *testing.T) {
			m, err := capf.KeyGenResponse(1, c.pub)
			if err != nil {
				t.Fatal(err)
			}
			if b, _ := m.Append(nil); len(b)-capf.HeaderLen != c.payload {
				t.Errorf("payload of %#x bytes, want %#x", len(b)-capf.HeaderLen, c.payload)
			}
			got, err := m.PublicKey()
			if errors.Is(err, capf.ErrKeySpec) != c.refused || (err != nil) != c.refused {
				t.Fatalf("read back: %v", err)
			}
			if !c.refused && !got.(interface{ Equal(x crypto.PublicKey) bool }).Equal(c.pub) {
				t.Error("read back another key")
			}
			spec, err := capf.SpecOf(c.pub)
			if spec != c.spec || (err != nil) != c.refused {
				t.Errorf("is %v, %v, want %v", spec, err, c.spec)
			}
		})
	}
	if _, err := capf.KeyGenResponse(1, "no key"); err == nil {
		t.Error("a text was sent as a key")
	}
	var fault *capf.FormatError
	if _, err := with(capf.TagPublicKey, 0x30, 0x03, 1).PublicKey(); !errors.As(err, &fault) || fault.Offset != 16 {
		t.Errorf("damaged: %v", err)
	}
	if _, err := capf.SpecOf(3); !errors.Is(err, capf.ErrKeySpec) {
		t.Errorf("no key at all: %v", err)
	}
}

func TestWithKeepsTagsAscending(t *testing.T) {
	base := capf.AuthResponse(1, 3, capf.ReasonSuccess, device)
	before := len(base.Elements)
	m := base.With(capf.Element{Tag: 0x14}, capf.PasswordElement("a"), capf.Element{Tag: 4}, capf.PasswordElement("b"))
	var tags []capf.Tag
	for _, e := range m.Elements {
		tags = append(tags, e.Tag)
	}
	if d := cmp.Diff([]capf.Tag{1, 4, 7, 0xb, 0xb, 0xd, 0x14}, tags); d != "" {
		t.Error(d)
	}
	if p, _ := m.Password(); p != "a" {
		t.Errorf("the first of two is %q", p)
	}
	if len(base.Elements) != before {
		t.Error("the original grew")
	}
}
