package phone

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"sync"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// Bounds of what is shared: how many files of a kind, and of which size at
// most.
const (
	sharedFiles    = 256
	sharedFileSize = maxListBytes
)

// Lists parses each distinct trust list and configuration once, so that ten
// thousand phones share one, what its signature is worth, and what they mean for
// TLS. It is safe for concurrent use; the zero value is ready, a nil *Lists
// remembers nothing.
type Lists struct {
	lists   remembered[fileDigest, *ctl.List]
	configs remembered[fileDigest, *cnf.Config]
	good    remembered[signature, struct{}]
	tls     tlsConfigs
}

type fileDigest = [sha256.Size]byte

// signature is one that a list has and a key is asked about.
type signature struct {
	list *signed.Envelope
	key  *rsa.PublicKey
}

// Parse is ctl.Parse with a memory. The list keeps b, or the bytes of an
// earlier caller; neither may change afterwards.
func (c *Lists) Parse(b []byte) (*ctl.List, error) {
	if c == nil {
		return ctl.Parse(b)
	}
	return parseOnce(&c.lists, b, ctl.Parse)
}

// ParseConfig is cnf.Parse with a memory. Nobody may change the configuration.
func (c *Lists) ParseConfig(b []byte) (*cnf.Config, error) {
	if c == nil {
		return cnf.Parse(b)
	}
	return parseOnce(&c.configs, b, cnf.Parse)
}

// verify is Envelope.Verify with a memory for the good signatures of lists that
// Parse has returned.
func (c *Lists) verify(list *signed.Envelope, key crypto.PublicKey) error {
	pub, ok := key.(*rsa.PublicKey)
	if c == nil || !ok {
		return list.Verify(key)
	}
	asked := signature{list, pub}
	if _, known := c.good.get(asked); known {
		return nil
	}
	if err := list.Verify(key); err != nil {
		return err
	}
	c.good.keep(asked, struct{}{})
	return nil
}

func parseOnce[T any](c *remembered[fileDigest, T], b []byte, parse func([]byte) (T, error)) (T, error) {
	if len(b) > sharedFileSize {
		return parse(b)
	}
	digest := sha256.Sum256(b)
	if value, ok := c.get(digest); ok {
		return value, nil
	}
	value, err := parse(b)
	if err != nil {
		return value, err
	}
	return c.keep(digest, value), nil
}

// remembered is what was found out about the last sharedFiles of a kind.
type remembered[K comparable, T any] struct {
	mu     sync.RWMutex
	values map[K]T
	oldest []K // in the order of arrival
}

func (c *remembered[K, T]) get(key K) (value T, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	value, ok = c.values[key]
	return value, ok
}

// keep remembers a value, in place of the oldest when there are too many, and
// returns the one that a quicker caller may have left.
func (c *remembered[K, T]) keep(key K, value T) T {
	c.mu.Lock()
	defer c.mu.Unlock()
	if first, ok := c.values[key]; ok {
		return first
	}
	if c.values == nil {
		c.values = make(map[K]T)
	}
	if len(c.oldest) == sharedFiles {
		delete(c.values, c.oldest[0])
		c.oldest = append(c.oldest[:0], c.oldest[1:]...)
	}
	c.values[key] = value
	c.oldest = append(c.oldest, key)
	return value
}
