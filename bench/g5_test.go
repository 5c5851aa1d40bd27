package bench

import (
	"testing"
	"time"
)

// BenchmarkG5ClientCPU is the CPU time of a registration on the phones' side
// alone, in units of S: one RSA private operation with the same keys.
func BenchmarkG5ClientCPU(b *testing.B) {
	for _, digits := range models {
		b.Run(digits, func(b *testing.B) { clientCPU(b, short(full), digits) })
	}
}

func clientCPU(t testing.TB, s size, digits string) {
	client := startClient(t, s, s.phones, ClientArgs{Model: digits, Shelf: s.phones})
	result := alternate(s.rounds,
		func() float64 { return client.spends(t, "Register", s.phones) },
		func() float64 { return client.spends(t, "Sign", s.phones) })
	report(t, result.ratio, "S/registration")
	report(t, result.ours, "µs-cpu/registration")
	report(t, result.floor, "µs-cpu/S")
}

// BenchmarkG10TFTPClientCPU is the CPU time of a transfer of a 5 KB list on the
// phones' side over that of a bare loop.
func BenchmarkG10TFTPClientCPU(b *testing.B) { tftpCPU(b, short(full)) }

func tftpCPU(t testing.TB, s size) {
	client := startClient(t, s, s.phones, ClientArgs{Model: models[0]})
	result := alternate(s.rounds,
		func() float64 { return client.spends(t, "Fetch", s.files) },
		func() float64 { return client.spends(t, "FetchBare", s.files) })
	report(t, result.ratio, "ratio")
	report(t, result.ours, "µs-cpu/file")
	report(t, result.floor, "µs-cpu/bare-file")
}

// startClient starts a core and a client, each in a process of its own.
func startClient(t testing.TB, s size, phones int, in ClientArgs) *child {
	t.Helper()
	if !measurable {
		t.Skip("this system does not tell the CPU time of a process")
	}
	in.Dir = t.TempDir()
	if err := newWorld(t, s, phones).save(in.Dir); err != nil {
		t.Fatal(err)
	}
	startChild(t, "core").call(t, "Start", CoreArgs{Dir: in.Dir, Phones: phones}, &in.Core)
	client := startChild(t, "client")
	client.call(t, "Prepare", in, nil)
	return client
}

// spends calls a method that answers with CPU time, and gives it in
// microseconds.
func (c *child) spends(t testing.TB, method string, n int) float64 {
	t.Helper()
	var took time.Duration
	c.call(t, method, n, &took)
	return float64(took) / float64(time.Microsecond)
}
