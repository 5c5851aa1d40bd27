package phone_test

import (
	"bytes"
	"errors"
	"net/netip"
	"testing"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
)

// TestTransferFromTheCore fetches from the core's own server, which is a
// library's, in blocks of several sizes.
func TestTransferFromTheCore(t *testing.T) {
	w := newWorld(t, core.Config{}, nil)
	want, err := w.core.File(t.Context(), "ITLFile.tlv", netip.AddrPort{})
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{512, 1024, len(want)} { // the last one needs an empty block at its end
		model := sometimes(t, "7965", func(timers *phone.Timers) { timers.BlockSize = size })
		client := &phone.TFTP{Servers: []string{w.core.TFTPAddr()}, Timers: &model.Timers}
		if got, err := client.Fetch(t.Context(), "ITLFile.tlv"); err != nil || !bytes.Equal(got, want) {
			t.Errorf("in blocks of %d: %d bytes and %v, want %d", size, len(got), err, len(want))
		}
		if _, err := client.Fetch(t.Context(), "nothing"); !errors.Is(err, phone.ErrNotFound) {
			t.Errorf("a file that is not there: %v", err)
		}
	}
}
