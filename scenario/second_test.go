package scenario

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

// TestEverySecondTellsOfTheGenerator: what a run has written when it is killed
// says how the generator was until then.
func TestEverySecondTellsOfTheGenerator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all []*tally.Result
		met := 0
		r := runInMemory(t, t.Context(), parse(t, "phones: {count: 4, keys: pool 2}\nload: hold 1/s\nstay: 2s"), Options{
			Second: func(r *tally.Result) { all = append(all, r) },
			Meet: func(phone.Identity, phone.Flash, tally.Row) func(phone.Record) {
				if met++; met == 2 {
					time.Sleep(1300 * time.Millisecond) // this machine is busy: the third starts 300 ms late
				}
				return func(phone.Record) {}
			},
		})
		if len(all) < 4 {
			t.Fatalf("told %d times", len(all))
		}
		last := all[len(all)-1].Generator
		if runtime.GOOS == "linux" && (last.MaxRSS == 0 || last.MaxRSS > r.Generator.MaxRSS) {
			t.Errorf("%d bytes of memory so far, %d in the end", last.MaxRSS, r.Generator.MaxRSS)
		}
		if all[0].Generator.StartLag.Max != 0 || last.StartLag != r.Generator.StartLag || last.StartLag.Max < 299 || last.StartLag.Max > 301 {
			t.Errorf("start lag %+v after a second, %+v in the last, %+v in the end", all[0].Generator.StartLag, last.StartLag, r.Generator.StartLag)
		}
	})
}
