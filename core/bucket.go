package core

import (
	"hash/fnv"
	"sync"
	"time"
)

// bucket grants tokens at a rate, a second's worth of them at once.
type bucket struct {
	rate float64 // tokens a second

	mu   sync.Mutex
	have float64
	last time.Time
}

// take is true when there was a token to take.
func (b *bucket) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	full := max(1, b.rate)
	if b.last.IsZero() {
		b.have = full
	} else {
		b.have = min(full, b.have+b.rate*now.Sub(b.last).Seconds())
	}
	b.last = now
	if b.have < 1 {
		return false
	}
	b.have--
	return true
}

// hash spreads names evenly and the same way in every run.
func hash(parts ...string) uint64 {
	h := fnv.New64a()
	for _, part := range parts {
		h.Write([]byte(part))
	}
	// FNV's low bits follow the last character too closely.
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xFF51AFD7ED558CCD
	return x ^ x>>33
}
