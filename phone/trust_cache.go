package phone

import (
	"crypto/sha256"
	"sync"

	"github.com/phonebank/phonebank/wire/ctl"
)

// Bounds of Lists: how many lists it remembers, and of which size at most.
const (
	cachedLists    = 256
	cachedListSize = maxListBytes
)

// Lists parses each distinct trust list once, so that ten thousand phones
// share one. It is safe for concurrent use; the zero value is ready, a nil
// *Lists remembers nothing.
type Lists struct {
	mu     sync.RWMutex
	parsed map[[sha256.Size]byte]*ctl.List
	oldest [][sha256.Size]byte // in the order of arrival
}

// Parse is ctl.Parse with a memory. The list keeps b, or the bytes of an
// earlier caller; neither may change afterwards.
func (c *Lists) Parse(b []byte) (*ctl.List, error) {
	if c == nil || len(b) > cachedListSize {
		return ctl.Parse(b)
	}
	digest := sha256.Sum256(b)
	c.mu.RLock()
	list := c.parsed[digest]
	c.mu.RUnlock()
	if list != nil {
		return list, nil
	}
	list, err := ctl.Parse(b)
	if err != nil {
		return nil, err
	}
	return c.keep(digest, list), nil
}

// keep remembers a list, in place of the oldest when there are too many, and
// returns the one that a quicker caller may have left.
func (c *Lists) keep(digest [sha256.Size]byte, list *ctl.List) *ctl.List {
	c.mu.Lock()
	defer c.mu.Unlock()
	if first := c.parsed[digest]; first != nil {
		return first
	}
	if c.parsed == nil {
		c.parsed = make(map[[sha256.Size]byte]*ctl.List)
	}
	if len(c.oldest) == cachedLists {
		delete(c.parsed, c.oldest[0])
		c.oldest = append(c.oldest[:0], c.oldest[1:]...)
	}
	c.parsed[digest] = list
	c.oldest = append(c.oldest, digest)
	return list
}
