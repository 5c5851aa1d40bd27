package state

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/phonebank/phonebank/phone"
)

// BenchmarkFleet saves and loads 100,000 phones that share lists and a pool of
// keys and have an LSC and a version stamp each. A first save is what a crash
// of a whole building costs; the second, in which every tenth phone has
// changed, is a morning.
func BenchmarkFleet(b *testing.B) {
	const fleet, batch = 100_000, 2000
	phones := make([]Phone, fleet)
	seed := lived(b, "SEP000000000000")
	for n := range phones {
		p := &phones[n]
		*p = seed
		p.Name = phone.NameFromMAC(uint64(n))
		lsc, config := *seed.Flash.LSC, *seed.Flash.Config
		lsc.Certificate = fmt.Appendf(slices.Clone(lsc.Certificate), "%06d", n)
		config.VersionStamp = fmt.Sprint(n)
		p.Flash.LSC, p.Flash.Config = &lsc, &config
	}
	for b.Loop() {
		dir := b.TempDir()
		s, err := Open(dir)
		if err != nil {
			b.Fatal(err)
		}
		save := func(phones []Phone) time.Duration {
			began := time.Now()
			for part := range slices.Chunk(phones, batch) {
				if err := s.Save(part...); err != nil {
					b.Fatal(err)
				}
			}
			return time.Since(began)
		}
		b.ReportMetric(save(phones).Seconds(), "save-s")
		for n := range fleet / 10 {
			phones[n*10].Flash.ITL = nil
		}
		b.ReportMetric(save(phones[:fleet/10]).Seconds(), "tenth-s")
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(dir, dbFile))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/fleet, "disk-B/phone")
		if s, err = OpenToRead(dir); err != nil {
			b.Fatal(err)
		}
		before, began := heap(), time.Now()
		var loaded []Phone
		if err := s.Each(func(p Phone) error { loaded = append(loaded, p); return nil }); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds(), "load-s")
		b.ReportMetric(float64(heap()-before)/fleet, "heap-B/phone")
		if len(loaded) != fleet {
			b.Fatalf("%d phones", len(loaded))
		}
		runtime.KeepAlive(loaded)
		s.Close()
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
