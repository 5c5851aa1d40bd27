package phone

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// tvsCached bounds the answers that a phone remembers.
const tvsCached = 32

// tvsCache remembers the valid answers of TVS for as long as they say. A "no"
// is not remembered, nor is an answer with a TTL of 0.
type tvsCache map[[sha256.Size]byte]tvsRemembered

type tvsRemembered struct {
	answer  TVSAnswer
	expires time.Time
}

// cacheKey is the SHA-256 of a question: of the certificate alone, or of the
// parts that name it, with their lengths.
func cacheKey(parts ...[]byte) [sha256.Size]byte {
	if len(parts) == 1 {
		return sha256.Sum256(parts[0])
	}
	var all []byte
	for _, part := range parts {
		all = binary.BigEndian.AppendUint32(all, uint32(len(part)))
		all = append(all, part...)
	}
	return sha256.Sum256(all)
}

func (c tvsCache) get(key [sha256.Size]byte) (TVSAnswer, bool) {
	kept, ok := c[key]
	if !ok || !time.Now().Before(kept.expires) {
		delete(c, key)
		return TVSAnswer{}, false
	}
	return kept.answer, true
}

// put makes room by forgetting everything: a phone that asks about so many
// certificates is not one whose memory is worth an order of merit.
func (c *tvsCache) put(key [sha256.Size]byte, answer TVSAnswer) {
	if !answer.Valid || answer.TTL <= 0 {
		return
	}
	if *c == nil || len(*c) >= tvsCached {
		*c = make(tvsCache)
	}
	answer.Console = nil
	(*c)[key] = tvsRemembered{answer, time.Now().Add(answer.TTL)}
}
