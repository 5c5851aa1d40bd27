package scenario

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/phone"
)

// TestKeysFromAPoolTakeThePhonesTime boots phones whose keys stand ready, and
// holds how long each is with CAPF.
func TestKeysFromAPoolTakeThePhonesTime(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		situation   string
		phones      string
		least, most time.Duration
	}{
		{"nobody asks for it", "model: 7970", 0, 0},
		{"one time", "key_time: 13s", 13 * s, 13 * s},
		{"what a source says of the model", "model: 7970, key_time: model", 12_807 * time.Millisecond, 12_807 * time.Millisecond},
		{"of a mix, those of which one does", "model: {7970: 50%, 7965: 50%}, key_time: model", 0, 12_807 * time.Millisecond},
		{"from between two", "key_time: 10s to 16s", 10 * s, 16 * s},
		{"about a middle", "key_time: 13s ± 1s", 10 * s, 16 * s},
	} {
		t.Run(c.situation, func(t *testing.T) {
			var took [2][]time.Duration
			for run := range took { // twice, because a seed repeats
				synctest.Test(t, func(t *testing.T) {
					var said journal
					r := runInMemory(t, t.Context(), parse(t, "seed: 7\ncore: {capf: {key: rsa-1024}}\nphones: {count: 8, keys: pool 2, "+c.phones+"}\nload: all at once"), Options{Watch: said.watch})
					all(t, r, 8)
					byPhone := make(map[phone.Name]time.Duration)
					for _, e := range said.records {
						if ended, ok := e.Event.(phone.StepEnded); ok && ended.Step == phone.StepCAPF {
							byPhone[e.Phone] = ended.Took
						}
					}
					for i := range 8 {
						took[run] = append(took[run], byPhone[phone.NameFromMAC(phone.Name(defaultFirst).MAC()+uint64(i))])
					}
				})
			}
			least, most := took[0][0], took[0][0]
			for i, d := range took[0] {
				if d < c.least || d > c.most || d != took[1][i] {
					t.Errorf("phone %d took %v and then %v, want %v to %v", i, d, took[1][i], c.least, c.most)
				}
				least, most = min(least, d), max(most, d)
			}
			if c.least != c.most && least == most {
				t.Errorf("all took %v", least)
			}
		})
	}
}
