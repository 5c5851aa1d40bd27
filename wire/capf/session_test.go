package capf_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/capf"
)

// leaf956 stands for a certificate of the size in the reference's sessions.
func leaf956() []byte {
	der := make([]byte, 956)
	copy(der, []byte{0x30, 0x82, 0x03, 0xb8})
	return der
}

type example struct {
	title string
	m     capf.Message
	hex   string
}

// examples are the sessions of CAPF, section 11: session 1.
func examples(t testing.TB) []example {
	store := "03 0001 01  04 03c1 01 03be 0001" + hex.EncodeToString(leaf956())
	fetched := "55 0c 00000001 03c8  01 0001 01  04 03c1 01 03be 0001" + hex.EncodeToString(leaf956())
	answer := capf.AuthResponse(1, capf.Version, capf.ReasonSuccess, device)
	name := "0d 0010 53455030303131323233333434353500"
	return []example{
		{
			"request", capf.AuthRequest(1, 3).With(capf.AuthTypeElement(capf.AuthNone)),
			"55 01 00000001 0008  07 0001 03  08 0001 00",
		},
		{"request as CUCM sends it", capf.AuthRequest(0x2a, 3), "55 01 0000002a 0004 07 0001 03"},
		{
			"null string", answer.With(capf.PasswordElement("")),
			"55 02 00000001 001f  01 0001 01  07 0001 03  0b 0001 00" + name,
		},
		{
			"password", answer.With(capf.PasswordElement("48151623")),
			"55 02 00000001 0027  01 0001 01  07 0001 03  0b 0009 343831353136323300" + name,
		},
		{
			"answer in the order of a software client",
			capf.Message{Command: capf.AuthRes, Session: 1, Elements: []capf.Element{
				capf.VersionElement(2), capf.DeviceNameElement(device), capf.ReasonElement(capf.ReasonSuccess),
			}},
			"55 02 00000001 001b  07 0001 02 " + name + " 01 0001 01",
		},
		{"key RSA 1024", capf.KeyGenRequest(1, rsaSpec(1024)), "55 03 00000001 0009   0a 0002 0400   11 0001 00"},
		{"key RSA 2048", capf.KeyGenRequest(1, rsaSpec(2048)), "55 03 00000001 0009   0a 0002 0800   11 0001 00"},
		{"key RSA 3072", capf.KeyGenRequest(1, rsaSpec(3072)), "55 03 00000001 0009   0a 0002 0c00   11 0001 00"},
		{"key RSA 4096", capf.KeyGenRequest(1, rsaSpec(4096)), "55 03 00000001 0009   0a 0002 1000   11 0001 00"},
		{"key RSA 512", capf.KeyGenRequest(1, rsaSpec(512)), "55 03 00000001 0009   0a 0002 0200   11 0001 00"},
		{"key P-256", capf.KeyGenRequest(1, ecSpec(capf.P256)), "55 03 00000001 0008  11 0001 01  12 0001 00"},
		{"key P-384", capf.KeyGenRequest(1, ecSpec(capf.P384)), "55 03 00000001 0008  11 0001 01  12 0001 01"},
		{"key P-521", capf.KeyGenRequest(1, ecSpec(capf.P521)), "55 03 00000001 0008  11 0001 01  12 0001 02"},
		{
			"key as CUCM asks a software client",
			capf.Message{Command: capf.KeyGenReq, Session: 1, Elements: []capf.Element{capf.KeySizeElement(2048)}},
			"55 03 00000001 0005 0a 0002 0800",
		},
		{"in progress", capf.InProgress(1), "55 11 00000001 0000"},
		{"store", capf.StoreRequest(1, capf.LSC, leaf956()), "55 09 00000001 03c8" + store},
		{"stored", capf.StoreResponse(1, capf.ReasonSuccess), "55 0a 00000001 0004   01 0001 01"},
		{"fetch", capf.FetchRequest(1), "550b 00000001 0000"},
		{"fetched", capf.FetchResponse(1, capf.ReasonSuccess, leaf956()), fetched},
		{"nothing to fetch", capf.FetchResponse(1, capf.ReasonRefused, nil), "550c 00000001 0004  01 0001 07"},
		{"delete", capf.DeleteRequest(1), "550d 00000001 0000"},
		{"deleted", capf.DeleteResponse(1, capf.ReasonSuccess), "550e 00000001 0004 01 0001 01"},
		{"nothing to delete", capf.DeleteResponse(1, capf.ReasonRefused), "550e 00000001 0004 01 0001 07"},
		{"end, installed", capf.EndSession(1, capf.ReasonSuccess), "55 0f 00000001 0004   01 0001 01"},
		{"end, nothing pending", capf.EndSession(1, capf.ReasonNone), "550f 00000001 0004  01 0001 00"},
		{"end, refused", capf.EndSession(1, capf.ReasonRefused), "550f 00000001 0004 01000107"},
		{"end, unknown device", capf.EndSession(1, capf.ReasonUnknownDevice), "550f 00000001 0004 01000109"},
		{"retry later", capf.RetryLater(1, 90e9), "55 10 00000001 0005  0c 0002 005a"},
		{"element nobody knows, kept in place", capf.Message{
			Command: capf.EndSessionCmd, Session: 1,
			Elements: []capf.Element{{Tag: 0xee, Value: []byte("later")}, capf.ReasonElement(capf.ReasonSuccess), {Tag: 0x77, Value: []byte{}}},
		}, "55 0f 00000001 000f  ee 0005 6c61746572  01 0001 01  77 0000"},
		{"command nobody knows, with elements", capf.Message{
			Command: 200, Session: 0xffffffff, Elements: []capf.Element{capf.ReasonElement(0x42)},
		}, "55 c8 ffffffff 0004 01 0001 42"},
		{"command nobody knows, with anything", capf.Message{
			Command: capf.StatusReq, Session: 1, Opaque: unhex(t, "01 00 09 ab"),
		}, "55 12 00000001 0004 01 00 09 ab"},
	}
}

func TestSessionsBothWays(t *testing.T) {
	for _, e := range examples(t) {
		t.Run(e.title, func(t *testing.T) {
			want := unhex(t, e.hex)
			got, err := e.m.Append([]byte("before"))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, append([]byte("before"), want...)) {
				t.Errorf("wrote %x\n want %x", got[len("before"):], want)
			}
			m, err := capf.Parse(want)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(e.m, m); d != "" {
				t.Errorf("read (-want +got):\n%s", d)
			}
		})
	}
}

func TestNoPrefixIsAMessage(t *testing.T) {
	for _, e := range examples(t) {
		t.Run(e.title, func(t *testing.T) {
			whole := unhex(t, e.hex)
			for i := range whole {
				cut := whole[:i]
				var fault *capf.FormatError
				if _, err := capf.Parse(cut); !errors.As(err, &fault) {
					t.Fatalf("Parse of %d bytes: %v", i, err)
				}
				if n, err := capf.Split(cut); n != 0 || err != nil {
					t.Fatalf("Split of %d bytes: %d, %v", i, n, err)
				}
				want := io.ErrUnexpectedEOF
				if i == 0 {
					want = io.EOF
				}
				if _, err := capf.ReadMessage(bytes.NewReader(cut)); !errors.Is(err, want) {
					t.Fatalf("ReadMessage of %d bytes: %v, want %v", i, err, want)
				}
			}
		})
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct{ title, hex, want string }{
		{"wrong magic", "57 01 00000001 0000", "offset 0: magic: 0x57, not 0x55"},
		{"more than the length says", "55 0b 00000001 0000 ff", "offset 6: length: says 0 bytes, 1 follow"},
		{"less than the length says", "55 0b 00000001 0002 ff", "offset 6: length: says 2 bytes, 1 follow"},
		{"longer than allowed", "55 0b 00000001 4001", "offset 6: length: 16385 bytes of payload, at most 16384"},
		{"element over the end", "55 01 00000001 0004  07 0002 03", "offset 11: VERSION: needs 2 bytes, 1 left"},
		{"half a length", "55 01 00000001 0002  07 00", "offset 9: VERSION: needs 2 bytes, 1 left"},
		{"header alone", "55 01 0000", "offset 1: header: needs 7 bytes, 3 left"},
	} {
		t.Run(c.title, func(t *testing.T) {
			_, err := capf.Parse(unhex(t, c.hex))
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}
