package signed

import (
	"crypto"
	_ "crypto/sha1"   // the digest of most files in the field
	_ "crypto/sha512" // the digest of clusters that ask for better
	"fmt"
)

// Digest is the number of a digest algorithm: DIGESTALGORTITHM, tag 8 of the
// header (trust list, section 3). The same numbers stand in tag 26 of encrypted
// configuration and in tag 12 of a trust list's records.
type Digest uint8

// The digests with a number. No phone is known to take SHA256: its number is
// reserved, Hash does not vouch for it, and nothing here signs with it.
const (
	SHA1   Digest = 1
	SHA256 Digest = 2
	SHA512 Digest = 3
)

// String is "sha1", "sha256", "sha512", or "digest 7" for a number without a name.
func (d Digest) String() string {
	switch d {
	case SHA1:
		return "sha1"
	case SHA256:
		return "sha256"
	case SHA512:
		return "sha512"
	}
	return fmt.Sprintf("digest %d", uint8(d))
}

// Hash is the digest's hash function; false when phones do not support it.
func (d Digest) Hash() (crypto.Hash, bool) {
	switch d {
	case SHA1:
		return crypto.SHA1, true
	case SHA512:
		return crypto.SHA512, true
	}
	return 0, false
}

// ParseDigest is the reverse of String for the digests with a name.
func ParseDigest(s string) (Digest, error) {
	for _, d := range []Digest{SHA1, SHA256, SHA512} {
		if s == d.String() {
			return d, nil
		}
	}
	return 0, fmt.Errorf("digest %q: want sha1 or sha512", s)
}
