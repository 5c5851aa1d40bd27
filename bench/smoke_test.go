package bench

import (
	"testing"
	"time"
)

// TestEveryBenchmarkRuns goes through each benchmark with a handful of phones
// and small keys. Its figures mean nothing.
func TestEveryBenchmarkRuns(t *testing.T) {
	for _, c := range []struct {
		name string
		run  func(testing.TB, size)
	}{
		{"G1", func(t testing.TB, s size) { registrationRate(t, s, models[0], false) }},
		{"G2", func(t testing.TB, s size) { registrationRate(t, s, models[1], true) }},
		{"G3", func(t testing.TB, s size) { fullBootRate(t, s, models[0]) }},
		{"G3, bare boots", func(t testing.TB, s size) { bareBootRate(t, s, models[0]) }},
		{"G4", freshBootRate},
		{"G5", func(t testing.TB, s size) { clientCPU(t, s, models[0]) }},
		{"G7", func(t testing.TB, s size) { idleMemory(t, s, models[1]) }},
		{"G9", func(t testing.TB, s size) { keepAliveCPU(t, s, models[0]) }},
		{"G10", tftpCPU},
		{"L1", func(t testing.TB, _ size) { startLag(t, 100, 200*time.Millisecond) }},
		{"G11", func(t testing.TB, s size) { tenRounds(t, s, s.idle) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // two of them wait for keepalives, a second each
			c.run(t, small)
		})
	}
}
