package coretest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
)

func TestFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(coretest.Network)
		c := coretest.Start(t, core.Config{Network: n, Faults: []core.FaultSpec{{Fault: "silent", On: "itl", At: time.Hour}}})
		missing := errors.New("the phone's own word for it")
		files := coretest.Files{Core: c, NotFound: missing}
		if b, err := files.Fetch(t.Context(), "ITLFile.tlv"); len(b) == 0 || err != nil {
			t.Errorf("%d bytes, %v", len(b), err)
		}
		if _, err := files.Fetch(t.Context(), "nothing"); !errors.Is(err, missing) || !errors.Is(err, coretest.ErrNotFound) {
			t.Errorf("a file that is not there: %v", err)
		}
		time.Sleep(time.Hour)
		start := time.Now()
		if _, err := files.Fetch(t.Context(), "ITLFile.tlv"); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 4*time.Second {
			t.Errorf("a silent core: %v after %s", err, time.Since(start))
		}
	})
}
