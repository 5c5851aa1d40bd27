package capf_test

import (
	"bytes"
	"testing"

	"github.com/phonebank/phonebank/wire/capf"
)

// What parses prints back identically, and no accessor panics.
func FuzzRoundTrip(f *testing.F) {
	for _, e := range examples(f) {
		f.Add(unhex(f, e.hex))
	}
	f.Add(unhex(f, string(readFile(f, "auth_res.hex"))))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, splitErr := capf.Split(b)
		m, err := capf.Parse(b)
		if err != nil {
			return
		}
		if n != len(b) || splitErr != nil {
			t.Fatalf("Split of a whole message of %d bytes: %d, %v", len(b), n, splitErr)
		}
		again, err := m.Append(nil)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("printed back as %x, %v", again, err)
		}
		m.Certificate()
		m.PublicKey()
		m.KeySpec()
		m.RetryDelay()
		if _, err := capf.VerifyCredential(&m); err == nil {
			if _, ok := m.DeviceName(); !ok {
				t.Error("a credential without a name passed")
			}
		}
	})
}
