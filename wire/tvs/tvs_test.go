package tvs_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/tvs"
)

const device = "CP-7965-SEP001122334455"

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// leaf stands for a certificate of n bytes.
func leaf(n int) []byte {
	der := make([]byte, n)
	copy(der, []byte{0x30, 0x82, byte((n - 4) >> 8), byte(n - 4)})
	return der
}

type example struct {
	title string
	m     tvs.Message
	hex   string
}

// examples are the messages of TVS, section 4, and the real query of section 3
// as far as its arithmetic is known.
func examples() []example {
	queryAnswer := tvs.QueryResponse(0x3e9, tvs.Valid, leaf(1451), []uint8{0, 3}, 24*time.Hour)
	queryAnswer.Flags = 0xf7
	return []example{
		{
			"question", tvs.VerifyRequest(1, device, leaf(904)),
			"57 01 01 00 00000001 03a6 01 0018 01 43502d373936352d534550303031313232333334343535 02 0388" + hex.EncodeToString(leaf(904)),
		},
		{
			"valid, SAST", tvs.VerifyResponse(1, tvs.Valid, []uint8{0}, 24*time.Hour),
			"57 01 02 00 00000001 000f  07 0001 00  08 0001 00    09 0004 00015180",
		},
		{
			"valid, CCM+TFTP and SAST", tvs.VerifyResponse(1, tvs.Valid, []uint8{0, 2}, 24*time.Hour),
			"57 01 02 00 00000001 0010  07 0001 00  08 0002 0002  09 0004 00015180",
		},
		{
			"valid, CCM and TFTP", tvs.VerifyResponse(1, tvs.Valid, []uint8{1, 3}, 24*time.Hour),
			"57 01 02 00 00000001 0010  07 0001 00  08 0002 0103  09 0004 00015180",
		},
		{
			"valid, APP-SERVER, an hour", tvs.VerifyResponse(1, tvs.Valid, []uint8{7}, time.Hour),
			"57 01 02 00 00000001 000f  07 0001 00  08 0001 07    09 0004 00000e10",
		},
		{
			"invalid", tvs.VerifyResponse(1, tvs.Invalid, []uint8{7}, time.Hour),
			"57 01 02 00 00000001 0004  07 0001 01",
		},
		{
			"real answer to a query", queryAnswer,
			"57 01 04 f7 000003e9 05be 07 0001 00 02 05ab" + hex.EncodeToString(leaf(1451)) + "08 0002 0003 09 0004 00015180",
		},
		{
			"nothing found", tvs.QueryResponse(0x3e9, tvs.Invalid, nil, nil, 0),
			"57 01 04 00 000003e9 0004  07 0001 01",
		},
		{
			"query", tvs.QueryRequest(0x3e9, device, "CN=a", "CN=b", []byte{0x12, 0x34}),
			"57 01 03 00 000003e9 0030 01 0018 01 43502d373936352d534550303031313232333334343535 03 0005 434e3d6100 04 0005 434e3d6200 05 0002 1234",
		},
		{"elements nobody knows, kept in place", tvs.Message{
			Command: tvs.CertVerificationRes, Session: 1,
			Elements: []tvs.Element{{Tag: 0x63, Value: []byte{1, 2}}, {Tag: tvs.TagStatus, Value: []byte{2}}, {Tag: 6, Value: []byte{}}},
		}, "57 01 02 00 00000001 000c  63 0002 0102  07 0001 02  06 0000"},
		{"command nobody knows", tvs.Message{
			Command: 9, Flags: 1, Session: 0xffffffff, Elements: []tvs.Element{{Tag: tvs.TagTTL, Value: []byte{1}}},
		}, "57 01 09 01 ffffffff 0004  09 0001 01"},
		{"nothing", tvs.Message{Session: 5}, "57 01 00 00 00000005 0000"},
	}
}

func TestMessagesBothWays(t *testing.T) {
	for _, e := range examples() {
		t.Run(e.title, func(t *testing.T) {
			want := unhex(t, e.hex)
			got, err := e.m.Append([]byte("before"))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, append([]byte("before"), want...)) {
				t.Errorf("wrote %x\n want %x", got[len("before"):], want)
			}
			m, err := tvs.Parse(want)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(e.m, m); d != "" {
				t.Errorf("read (-want +got):\n%s", d)
			}
		})
	}
}

// Lengths that were seen on real wires (TVS, sections 3 and 4).
func TestArithmeticOfRealTraffic(t *testing.T) {
	const header = tvs.HeaderLen
	for _, c := range []struct {
		title string
		m     tvs.Message
		total int
	}{
		{"query of 153 bytes: device 27, subject 69, two more 47", tvs.QueryRequest(0x3e9, device, strings.Repeat("s", 65), strings.Repeat("i", 24), make([]byte, 16)), 153},
		{"answer of 1480 bytes", tvs.QueryResponse(0x3e9, tvs.Valid, leaf(1451), []uint8{0, 3}, 24*time.Hour), 1480},
		{"question of 944 bytes", tvs.VerifyRequest(1, device, leaf(904)), header + 0x3a6},
	} {
		if b, err := c.m.Append(nil); len(b) != c.total || err != nil {
			t.Errorf("%s: %d bytes, %v", c.title, len(b), err)
		}
	}
}

func TestNoPrefixIsAMessage(t *testing.T) {
	for _, e := range examples() {
		t.Run(e.title, func(t *testing.T) {
			whole := unhex(t, e.hex)
			for i := range whole {
				cut := whole[:i]
				var fault *tvs.FormatError
				if _, err := tvs.Parse(cut); !errors.As(err, &fault) {
					t.Fatalf("Parse of %d bytes: %v", i, err)
				}
				if n, err := tvs.Split(cut); n != 0 || err != nil {
					t.Fatalf("Split of %d bytes: %d, %v", i, n, err)
				}
				want := io.ErrUnexpectedEOF
				if i == 0 {
					want = io.EOF
				}
				if _, err := tvs.ReadMessage(bytes.NewReader(cut)); !errors.Is(err, want) {
					t.Fatalf("ReadMessage of %d bytes: %v, want %v", i, err, want)
				}
			}
		})
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct{ title, hex, want string }{
		{"wrong magic", "55 01 01 00 00000001 0000", "offset 0: magic: 0x55, not 0x57"},
		{"wrong version", "57 02 01 00 00000001 0000", "offset 1: version: 0x02, not 0x01"},
		{"more than the length says", "57 01 01 00 00000001 0000 ff", "offset 8: length: says 0 bytes, 1 follow"},
		{"longer than allowed", "57 01 01 00 00000001 4001", "offset 8: length: 16385 bytes of payload, at most 16384"},
		{"element over the end", "57 01 01 00 00000001 0004 09 0002 03", "offset 13: TTL: needs 2 bytes, 1 left"},
		{"no status in an answer", "57 01 02 00 00000001 0004 08 0001 00", "offset 14: STATUS: no verdict of one byte in TVS_MSG_CERT_VERIFICATION_RES"},
		{"empty answer to a query", "57 01 04 00 00000001 0000", "offset 10: STATUS: no verdict of one byte in TVS_MSG_QUERY_CERT_RES"},
		{"status of two bytes", "57 01 02 00 00000001 0005 07 0002 0000", "offset 13: STATUS: no verdict of one byte in TVS_MSG_CERT_VERIFICATION_RES"},
	} {
		t.Run(c.title, func(t *testing.T) {
			_, err := tvs.Parse(unhex(t, c.hex))
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestSplitFindsTheFirstMessage(t *testing.T) {
	for _, c := range []struct {
		title, hex string
		n          int
		fault      bool
	}{
		{"empty payload", "57 01 00 00 00000001 0000", 10, false},
		{"one and a half", "57 01 02 00 00000001 0004 07000100 57 01", 14, false},
		{"another protocol", "16", 0, true},
		{"another version", "57 03", 0, true},
		{"endless", "57 01 01 00 00000001 ffff", 0, true},
		{"as long as allowed", "57 01 01 00 00000001 4000", 0, false},
	} {
		t.Run(c.title, func(t *testing.T) {
			n, err := tvs.Split(unhex(t, c.hex))
			var fault *tvs.FormatError
			if n != c.n || errors.As(err, &fault) != c.fault {
				t.Errorf("got %d, %v", n, err)
			}
		})
	}
}

func TestMessagesThroughAStream(t *testing.T) {
	var wire bytes.Buffer
	for _, e := range examples() {
		if err := tvs.WriteMessage(&wire, e.m); err != nil {
			t.Fatal(err)
		}
	}
	r := iotest.OneByteReader(&wire)
	for _, e := range examples() {
		m, err := tvs.ReadMessage(r)
		if err != nil {
			t.Fatalf("%s: %v", e.title, err)
		}
		if d := cmp.Diff(e.m, m); d != "" {
			t.Errorf("%s (-want +got):\n%s", e.title, d)
		}
	}
	if _, err := tvs.ReadMessage(r); err != io.EOF {
		t.Errorf("at the end: %v, want EOF itself", err)
	}
}

func TestOverlongMessagesAreRefused(t *testing.T) {
	tail := strings.NewReader("unread")
	_, err := tvs.ReadMessage(io.MultiReader(bytes.NewReader(unhex(t, "57 01 01 00 00000001 4001")), tail))
	var fault *tvs.FormatError
	if !errors.As(err, &fault) || tail.Len() != len("unread") {
		t.Errorf("read: %v with %d of the payload's bytes unread", err, tail.Len())
	}
	if err := tvs.WriteMessage(io.Discard, tvs.VerifyRequest(1, device, make([]byte, tvs.MaxPayload))); err == nil {
		t.Error("written")
	}
}
