package scenario

import (
	"runtime"
	"testing"
	"time"
)

func TestSocketsAreReadFromTheSummary(t *testing.T) {
	text := "sockets: used 251\nTCP: inuse 14 orphan 1 tw 205 alloc 20 mem 3\nUDP: inuse 2 mem 1\n"
	if inUse, timeWait := parseSockstat([]byte(text)); inUse != 14 || timeWait != 205 {
		t.Errorf("in use %d, waiting %d", inUse, timeWait)
	}
	if inUse, timeWait := parseSockstat([]byte("nothing of use")); inUse+timeWait != 0 {
		t.Errorf("in use %d, waiting %d of nothing", inUse, timeWait)
	}
}

func TestASampleTellsWhatTheSystemTells(t *testing.T) {
	var m monitor
	m.began = time.Now().Add(-time.Second)
	m.startedLate(3 * time.Millisecond)
	m.startedLate(2 * time.Millisecond)
	_, m.pauses = m.collector(nil)
	runtime.GC()
	h := m.sample(time.Now())
	if h.StartLag != 3*time.Millisecond || h.Goroutines < 2 || h.Heap == 0 || h.GCPause == 0 {
		t.Errorf("got %+v", h)
	}
	if runtime.GOOS == "linux" && (h.RSS < 1<<20 || h.Descriptors < 3) {
		t.Errorf("got %+v", h)
	}
	if again := m.sample(time.Now()); again.StartLag != 0 {
		t.Errorf("the lag of the span before: %v", again.StartLag)
	}
}
