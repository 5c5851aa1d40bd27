package tvs_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/phonebank/phonebank/wire/tvs"
)

func with(tag tvs.Tag, value ...byte) tvs.Message {
	return tvs.Message{Elements: []tvs.Element{{Tag: 0x63}, {Tag: tag, Value: value}}}
}

func TestAnswerByName(t *testing.T) {
	m := tvs.QueryResponse(1, tvs.Valid, leaf(10), []uint8{0, 3}, time.Hour)
	if s, ok := m.Status(); s != tvs.Valid || !ok {
		t.Errorf("status %v, %v", s, ok)
	}
	if der, ok := m.Certificate(); !bytes.Equal(der, leaf(10)) || !ok {
		t.Errorf("certificate %x, %v", der, ok)
	}
	if roles := m.Roles(); !bytes.Equal(roles, []byte{0, 3}) {
		t.Errorf("roles %v", roles)
	}
	if ttl, ok := m.TTL(); ttl != time.Hour || !ok {
		t.Errorf("TTL %v, %v", ttl, ok)
	}
}

func TestQuestionByName(t *testing.T) {
	m := tvs.QueryRequest(1, device, "CN=a", "CN=b", []byte{1})
	if d, ok := m.Device(); d != device || !ok {
		t.Errorf("device %q, %v", d, ok)
	}
	if s, ok := m.Subject(); s != "CN=a" || !ok {
		t.Errorf("subject %q, %v", s, ok)
	}
	if s, ok := m.Issuer(); s != "CN=b" || !ok {
		t.Errorf("issuer %q, %v", s, ok)
	}
	if s, ok := m.Serial(); !bytes.Equal(s, []byte{1}) || !ok {
		t.Errorf("serial %x, %v", s, ok)
	}
}

func TestValuesOutOfShape(t *testing.T) {
	for _, c := range []struct {
		title string
		ok    bool
	}{
		{"device without its mark", second(with(tvs.TagDevice, 'C', 'P').Device())},
		{"empty device", second(with(tvs.TagDevice).Device())},
		{"no device", second(tvs.Message{}.Device())},
		{"empty certificate", second(with(tvs.TagCertificate).Certificate())},
		{"status of no byte", second(with(tvs.TagStatus).Status())},
		{"no status", second(tvs.Message{}.Status())},
		{"TTL of three bytes", second(with(tvs.TagTTL, 1, 2, 3).TTL())},
		{"no TTL", second(tvs.Message{}.TTL())},
		{"no subject", second(tvs.Message{}.Subject())},
		{"no issuer", second(tvs.Message{}.Issuer())},
		{"no serial", second(tvs.Message{}.Serial())},
	} {
		if c.ok {
			t.Errorf("%s: taken for good", c.title)
		}
	}
	if d, ok := with(tvs.TagDevice, 1, 'C', 'P', 0).Device(); d != "CP" || !ok {
		t.Errorf("device with a NUL: %q, %v", d, ok)
	}
	if roles := (tvs.Message{}).Roles(); len(roles) != 0 {
		t.Errorf("no roles element grants %v", roles)
	}
}

func second[T any](_ T, ok bool) bool { return ok }

func TestTTLOnTheWire(t *testing.T) {
	for _, c := range []struct{ ttl, want time.Duration }{
		{0, 0},
		{-time.Hour, 0},
		{1999 * time.Millisecond, time.Second},
		{1 << 62, (1<<32 - 1) * time.Second},
	} {
		if got, _ := tvs.VerifyResponse(1, tvs.Valid, nil, c.ttl).TTL(); got != c.want {
			t.Errorf("%v is sent as %v, want %v", c.ttl, got, c.want)
		}
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		value fmt.Stringer
		want  string
	}{
		{tvs.None, "TVS_MSG_NONE"},
		{tvs.CertVerificationReq, "TVS_MSG_CERT_VERIFICATION_REQ"},
		{tvs.CertVerificationRes, "TVS_MSG_CERT_VERIFICATION_RES"},
		{tvs.QueryCertReq, "TVS_MSG_QUERY_CERT_REQ"},
		{tvs.QueryCertRes, "TVS_MSG_QUERY_CERT_RES"},
		{tvs.Command(9), "command 9"},
		{tvs.Valid, "valid"},
		{tvs.Invalid, "invalid"},
		{tvs.Status(2), "status 2"},
		{tvs.TagDevice, "DEVICE"},
		{tvs.TagCertificate, "CERTIFICATE"},
		{tvs.TagSubject, "SUBJECT"},
		{tvs.TagIssuer, "ISSUER"},
		{tvs.TagSerial, "SERIAL"},
		{tvs.TagStatus, "STATUS"},
		{tvs.TagRoles, "ROLES"},
		{tvs.TagTTL, "TTL"},
		{tvs.Tag(6), "element 0x06"},
	} {
		if got := c.value.String(); got != c.want {
			t.Errorf("%T: got %q, want %q", c.value, got, c.want)
		}
	}
}

// What parses prints back identically.
func FuzzRoundTrip(f *testing.F) {
	for _, e := range examples() {
		f.Add(unhex(f, e.hex))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, splitErr := tvs.Split(b)
		m, err := tvs.Parse(b)
		if err != nil {
			return
		}
		if n != len(b) || splitErr != nil {
			t.Fatalf("Split of a whole message of %d bytes: %d, %v", len(b), n, splitErr)
		}
		if again, err := m.Append(nil); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("printed back as %x, %v", again, err)
		}
	})
}
