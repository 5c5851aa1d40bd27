package phone

import (
	"crypto/sha256"
	"sync"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// Bounds of what is shared: how many files of a kind, and of which size at
// most.
const (
	sharedFiles    = 256
	sharedFileSize = maxListBytes
)

// Lists parses each distinct trust list and configuration once, so that ten
// thousand phones share one, and what they mean for TLS. It is safe for concurrent use; the zero value is
// ready, a nil *Lists remembers nothing.
type Lists struct {
	lists   interned[*ctl.List]
	configs interned[*cnf.Config]
	tls     tlsConfigs
}

// Parse is ctl.Parse with a memory. The list keeps b, or the bytes of an
// earlier caller; neither may change afterwards.
func (c *Lists) Parse(b []byte) (*ctl.List, error) {
	if c == nil {
		return ctl.Parse(b)
	}
	return c.lists.parse(b, ctl.Parse)
}

// ParseConfig is cnf.Parse with a memory. Nobody may change the configuration.
func (c *Lists) ParseConfig(b []byte) (*cnf.Config, error) {
	if c == nil {
		return cnf.Parse(b)
	}
	return c.configs.parse(b, cnf.Parse)
}

// interned remembers what files parsed to, by the SHA-256 of their bytes.
type interned[T any] struct {
	mu     sync.RWMutex
	parsed map[[sha256.Size]byte]T
	oldest [][sha256.Size]byte // in the order of arrival
}

func (c *interned[T]) parse(b []byte, parse func([]byte) (T, error)) (T, error) {
	if len(b) > sharedFileSize {
		return parse(b)
	}
	digest := sha256.Sum256(b)
	c.mu.RLock()
	value, ok := c.parsed[digest]
	c.mu.RUnlock()
	if ok {
		return value, nil
	}
	value, err := parse(b)
	if err != nil {
		return value, err
	}
	return c.keep(digest, value), nil
}

// keep remembers a value, in place of the oldest when there are too many, and
// returns the one that a quicker caller may have left.
func (c *interned[T]) keep(digest [sha256.Size]byte, value T) T {
	c.mu.Lock()
	defer c.mu.Unlock()
	if first, ok := c.parsed[digest]; ok {
		return first
	}
	if c.parsed == nil {
		c.parsed = make(map[[sha256.Size]byte]T)
	}
	if len(c.oldest) == sharedFiles {
		delete(c.parsed, c.oldest[0])
		c.oldest = append(c.oldest[:0], c.oldest[1:]...)
	}
	c.parsed[digest] = value
	c.oldest = append(c.oldest, digest)
	return value
}
