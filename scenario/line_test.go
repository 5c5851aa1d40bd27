package scenario

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/phonebank/phonebank/scenario/capture"
)

func TestARunIsCaptured(t *testing.T) {
	for _, c := range []struct {
		situation, faults string
		phones            int // in the file
	}{
		{"all register", "", 1},
		{"CAPF fails, and they register", "faults: [{fault: reject, on: capf}]", 3},
		{"nobody registers", "faults: [{fault: refuse, on: callmanager}]", 3},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				file, err := capture.Create(filepath.Join(t.TempDir(), "x.pcapng"), capture.Choice{First: 1})
				if err != nil {
					t.Fatal(err)
				}
				var secrets strings.Builder
				s := parse(t, "core: {capf: {key: rsa-1024}, "+c.faults+"}\nphones: {count: 3, keys: pool 2}\nload: all at once")
				r := runInMemory(t, t.Context(), s, Options{Capture: file, KeyLog: &secrets})
				summary, err := file.Close()
				if err != nil || summary.Phones != c.phones || summary.Packets < 20*c.phones || summary.Cut+summary.Missed > 0 {
					t.Errorf("%+v, %v", summary, err)
				}
				// Each phone shakes hands with CAPF, and most with CallManager.
				if n := strings.Count(secrets.String(), "CLIENT_RANDOM "); n < 3 {
					t.Errorf("%d secrets of %d phones", n, r.Phones.Started)
				}
			})
		})
	}
}
