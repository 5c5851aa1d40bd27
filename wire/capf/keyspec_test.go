package capf_test

import (
	"errors"
	"testing"

	"github.com/phonebank/phonebank/wire/capf"
)

func rsaSpec(bits int) capf.KeySpec        { return capf.KeySpec{Type: capf.RSA, Bits: bits} }
func ecSpec(curve capf.Curve) capf.KeySpec { return capf.KeySpec{Type: capf.EC, Curve: curve} }

func TestKeySpecsByName(t *testing.T) {
	for _, c := range []struct {
		name string
		spec capf.KeySpec
	}{
		{"rsa-1024", rsaSpec(1024)},
		{"rsa-2048", rsaSpec(2048)},
		{"rsa-3072", rsaSpec(3072)},
		{"rsa-4096", rsaSpec(4096)},
		{"ec-p256", ecSpec(capf.P256)},
		{"ec-p384", ecSpec(capf.P384)},
		{"ec-p521", ecSpec(capf.P521)},
	} {
		if got := c.spec.String(); got != c.name {
			t.Errorf("%+v is called %s, want %s", c.spec, got, c.name)
		}
		if got, err := capf.ParseKeySpec(c.name); got != c.spec || err != nil {
			t.Errorf("%s: got %+v, %v", c.name, got, err)
		}
	}
	if got, err := capf.ParseKeySpec("RSA-2048"); got != rsaSpec(2048) || err != nil {
		t.Errorf("in capitals: %v, %v", got, err)
	}
	for _, name := range []string{"", "rsa", "rsa-512", "rsa-2047", "rsa-16384", "ec-p224", "dsa-1024", "rsa-2048 "} {
		if got, err := capf.ParseKeySpec(name); !errors.Is(err, capf.ErrKeySpec) {
			t.Errorf("%q: got %v, %v", name, got, err)
		}
	}
}

func TestRequestedKey(t *testing.T) {
	request := func(elements ...capf.Element) capf.Message {
		return capf.Message{Command: capf.KeyGenReq, Elements: elements}
	}
	for _, c := range []struct {
		title string
		m     capf.Message
		want  capf.KeySpec
		fault string
	}{
		{"RSA", capf.KeyGenRequest(1, rsaSpec(2048)), rsaSpec(2048), ""},
		{"EC", capf.KeyGenRequest(1, ecSpec(capf.P384)), ecSpec(capf.P384), ""},
		{"size alone means RSA", request(capf.KeySizeElement(1024)), rsaSpec(1024), ""},
		{"EC with a size", request(capf.KeySizeElement(2048), capf.KeyTypeElement(capf.EC), capf.CurveElement(0)), ecSpec(capf.P256), ""},
		{"RSA 512", capf.KeyGenRequest(1, rsaSpec(512)), rsaSpec(512), "key not supported: rsa-512"},
		{"RSA 16384", capf.KeyGenRequest(1, rsaSpec(16384)), rsaSpec(16384), "key not supported: rsa-16384"},
		{"RSA 0", capf.KeyGenRequest(1, rsaSpec(0)), rsaSpec(0), "key not supported: rsa-0"},
		{"a fourth curve", capf.KeyGenRequest(1, ecSpec(3)), ecSpec(3), "key not supported: ec-curve 3"},
		{"a third type", request(capf.KeyTypeElement(2)), capf.KeySpec{Type: 2}, "key not supported: key type 2"},
		{"nothing", request(), capf.KeySpec{}, "offset 8: KEY_SIZE: missing in CAPF_MSG_KEY_GEN_REQ"},
		{"no curve", request(capf.KeyTypeElement(capf.EC)), capf.KeySpec{Type: capf.EC}, "offset 12: CURVE: missing in CAPF_MSG_KEY_GEN_REQ"},
		{"size of one byte", request(capf.Element{Tag: capf.TagKeySize, Value: []byte{8}}), capf.KeySpec{}, "offset 11: KEY_SIZE: wrong length: 1 bytes"},
		{"type of no byte", request(capf.Element{Tag: capf.TagKeyType}), capf.KeySpec{}, "offset 11: KEY_TYPE: wrong length: 0 bytes"},
	} {
		t.Run(c.title, func(t *testing.T) {
			got, err := c.m.KeySpec()
			if got != c.want || text(err) != c.fault {
				t.Errorf("got %v, %v\nwant %v, %s", got, err, c.want, c.fault)
			}
		})
	}
}
