package live

import (
	"fmt"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/phonebank/phonebank/phone"
)

// tenThousand is a fleet of that size whose phones have booted and said what a
// boot says.
func tenThousand(b *testing.B) *fleet {
	f := newFleet(b, 10_000)
	for i := range 10_000 {
		name := nth(i)
		for n := range 25 {
			f.says[name](phone.ConsoleLine{Severity: "NOT", Text: fmt.Sprintf("TFTP: [%d]:Requesting CTL%s.tlv from 127.0.1.1:69", n, name)})
		}
		f.boots(i)
	}
	return f
}

// BenchmarkFilter is one answer of /api/phones with 10,000 phones, from the
// request to the last byte. It should be well below 200 ms.
func BenchmarkFilter(b *testing.B) {
	f := tenThousand(b)
	h := served(b, f.Page, "", true)
	for _, query := range []string{"", "?state=registered&offset=5000", "?q=5a1", "?cause=ctl+untrusted", "?message=Trust+List+Update+Failed&model=7965&limit=1000"} {
		b.Run("phones"+query, func(b *testing.B) {
			for b.Loop() {
				r := httptest.NewRequest("GET", "/api/phones"+query, nil)
				r.Host = "127.0.0.1"
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, r); w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
		})
	}
}

// BenchmarkMemory is what the page costs per phone that has booted.
func BenchmarkMemory(b *testing.B) {
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		f := tenThousand(b)
		says := f.says
		f.says = nil // the test's own
		clear(says)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/10_000, "B/phone")
		runtime.KeepAlive(f)
	}
}

// BenchmarkEvent is the cost of one event of a phone, beside what others make of it.
func BenchmarkEvent(b *testing.B) {
	f := newFleet(b, 1)
	say := f.says[nth(0)]
	for name, event := range map[string]phone.Event{
		"keepalive": phone.KeepAliveSent{}, "console": phone.ConsoleLine{Severity: "NOT", Text: "SECD: tlRequestFile: Request CTL" + string(nth(0)) + ".tlv"},
		"step": phone.StepEnded{Step: phone.StepCTL, Note: "unchanged"},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				say(event)
			}
		})
	}
}
