package scenario

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"github.com/phonebank/phonebank/scenario/tally"
)

// monitor samples the generator itself, once a second from the start of the
// load to its end.
type monitor struct {
	late atomic.Int64 // of the phone that started latest since the last sample, in nanoseconds

	mu   sync.Mutex
	lags tally.Histogram // of all phones

	quit chan struct{}
	done sync.WaitGroup

	began  time.Time // of the span under way
	cpu    time.Duration
	pauses []uint64
}

// each is how long a sample covers.
const eachSample = time.Second

// start begins to sample; take is called with every sample, by one goroutine.
func (m *monitor) start(began time.Time, take func(from, to time.Time, h tally.Health)) {
	m.quit, m.began = make(chan struct{}), began
	m.cpu, _, _ = usage()
	_, m.pauses = m.collector(nil)
	m.done.Go(func() {
		ticker := time.NewTicker(eachSample)
		defer ticker.Stop()
		for {
			select {
			case <-m.quit:
				return
			case at := <-ticker.C:
				from := m.began
				take(from, at, m.sample(at))
			}
		}
	})
}

// stop ends the sampling; what remains of the last span is a sample too.
func (m *monitor) stop(take func(from, to time.Time, h tally.Health)) {
	close(m.quit)
	m.done.Wait()
	if from, at := m.began, time.Now(); at.After(from) {
		take(from, at, m.sample(at))
	}
}

// startedLate notes the lag of one phone.
func (m *monitor) startedLate(lag time.Duration) {
	m.mu.Lock()
	m.lags.Record(lag)
	m.mu.Unlock()
	if int64(lag) > m.late.Load() {
		m.late.Store(int64(lag)) // one goroutine starts phones; a swap in between costs one sample a little
	}
}

// lag is how late the phones have started so far.
func (m *monitor) lag() tally.Latency {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.lags.Latency()
}

func (m *monitor) sample(at time.Time) tally.Health {
	var h tally.Health
	h.StartLag = time.Duration(m.late.Swap(0))
	cpu, _, _ := usage()
	h.CPUPercent = percent(cpu-m.cpu, at.Sub(m.began))
	m.cpu, m.began = cpu, at
	h, m.pauses = m.collector(&h)
	h.RSS = residentSet()
	h.Descriptors = openDescriptors()
	h.Sockets, h.TimeWait = sockets()
	return h
}

// collector asks the Go runtime about its garbage collector and goroutines; the
// longest pause is of those that were not there in m.pauses.
func (m *monitor) collector(h *tally.Health) (tally.Health, []uint64) {
	asked := []metrics.Sample{
		{Name: "/sched/pauses/total/gc:seconds"}, {Name: "/memory/classes/heap/objects:bytes"}, {Name: "/sched/goroutines:goroutines"},
	}
	metrics.Read(asked)
	if h == nil {
		h = new(tally.Health)
	}
	var counts []uint64
	if asked[0].Value.Kind() == metrics.KindFloat64Histogram {
		pauses := asked[0].Value.Float64Histogram()
		counts = append(counts, pauses.Counts...)
		for i, n := range counts {
			if i < len(m.pauses) && n > m.pauses[i] && i > 0 {
				h.GCPause = time.Duration(pauses.Buckets[i] * float64(time.Second)) // the lower bound of the class
			}
		}
	}
	if asked[1].Value.Kind() == metrics.KindUint64 {
		h.Heap = int64(asked[1].Value.Uint64())
	}
	if asked[2].Value.Kind() == metrics.KindUint64 {
		h.Goroutines = int(asked[2].Value.Uint64())
	}
	return *h, counts
}

// residentSet is this process's memory in bytes, 0 where the system has no
// /proc.
func residentSet() int64 {
	var size, resident int64
	text, err := os.ReadFile("/proc/self/statm")
	if err == nil {
		_, err = fmt.Sscan(string(text), &size, &resident)
	}
	if err != nil {
		return 0
	}
	return resident * int64(os.Getpagesize())
}

// openDescriptors counts this process's open files and sockets. Linux 6.2 and
// later say how many entries the directory has; before that it is read.
func openDescriptors() int {
	info, err := os.Stat("/proc/self/fd")
	if err != nil {
		return 0
	}
	if info.Size() > 0 {
		return int(info.Size())
	}
	dir, err := os.Open("/proc/self/fd")
	if err != nil {
		return 0
	}
	defer dir.Close()
	for count := 0; ; {
		names, err := dir.Readdirnames(1024)
		count += len(names)
		if err == io.EOF {
			return count
		}
		if err != nil {
			return 0
		}
	}
}

// sockets counts the machine's TCP sockets, without a list of them, which takes
// long when there are many.
func sockets() (inUse, timeWait int) {
	text, err := os.ReadFile("/proc/self/net/sockstat")
	if err != nil {
		return 0, 0
	}
	return parseSockstat(text)
}

func parseSockstat(text []byte) (inUse, timeWait int) {
	for line := range bytes.Lines(text) {
		var orphans int
		if n, _ := fmt.Sscanf(string(line), "TCP: inuse %d orphan %d tw %d", &inUse, &orphans, &timeWait); n == 3 {
			return inUse, timeWait
		}
	}
	return 0, 0
}
