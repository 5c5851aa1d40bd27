package signed

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/phonebank/phonebank/wire/internal/bin"
)

// FormatError is a structural fault: its offset, the field and the problem.
type FormatError = bin.Error

// Item is one TLV as it stands in a file. The value of a container is the bytes
// of the items inside it, which follow as items of their own; padding (tag 13)
// has no value.
type Item struct {
	Tag    uint8
	Value  []byte
	Offset int // of the tag, bytes from the start of the file
}

// Signer names the certificate whose key signed a file. It is a key for looking
// the certificate up and proves nothing (trust list, section 7).
type Signer struct {
	Name   string // subject as text, without the trailing NUL; to be shown, not parsed
	Serial []byte // serial number, big-endian magnitude without a DER sign byte
	Issuer string // issuer as text, without the trailing NUL
}

// SerialString is the serial number as "AA:BB:CC", upper case.
func (s Signer) SerialString() string { return SerialText(s.Serial) }

// SerialText writes a serial number as "AA:BB:CC", upper case.
func SerialText(serial []byte) string {
	var b strings.Builder
	for i, c := range serial {
		if i > 0 {
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%02X", c)
	}
	return b.String()
}

// Envelope is a parsed file: header and payload. It is not to be changed and is
// safe for concurrent use.
type Envelope struct {
	Major, Minor  uint8     // header version: 1.2 for lists, 1.0 or 1.1 for .sgn, 2.0 for .enc.sgn
	HeaderLength  int       // bytes from the start of the file to the payload
	SignerVersion *[2]uint8 // tag 28, major and minor; nil when absent
	Signer        Signer
	Digest        Digest // tag 8
	Algorithm     uint8  // tag 10: 0 is RSA
	Modulus       uint8  // tag 11: 0, 1, 2, 3 for 512, 1024, 2048, 4096 bits
	Signature     []byte
	Filename      string      // tag 14 without the trailing NUL; "" when absent
	Timestamp     time.Time   // tag 15 in UTC, whole seconds; zero when absent
	Encryption    *Encryption // tags 16 to 27; nil for a file in the clear
	Items         []Item      // every header item in file order, unknown ones and padding included
	Payload       []byte      // from HeaderLength to the end of the file

	raw            []byte
	cutFrom, cutTo int // the SIGNATURE item in raw
}

// Encryption is what the header of an encrypted configuration says about its
// payload (signed configuration, section 4).
type Encryption struct {
	IV              []byte // tag 19: 16 bytes
	Padding         int    // tag 20: bytes of padding at the end of the plaintext, 1 to 16
	KeyBits         int    // tag 23: size of the phone's RSA key in bits
	WrappedKey      []byte // tag 25: the AES key under the phone's public key
	DigestAlgorithm Digest // tag 26
	Digest          []byte // tag 27: digest of the plaintext without padding
	Mode            uint8  // tag 18: 0 in every known file
	KeyMode         uint8  // tag 22: 0 in every known file
	Cipher          uint8  // tag 24: 1 in every known file
}

// Bytes is the file exactly as it was parsed: not a copy, not to be changed.
func (e *Envelope) Bytes() []byte { return e.raw }

// SignatureItem is where the SIGNATURE item stands in the file: from its tag to
// the byte behind its value. It is all that the signature does not cover.
func (e *Envelope) SignatureItem() (from, to int) { return e.cutFrom, e.cutTo }

// Covered writes the bytes that the signature covers: the whole file with the
// SIGNATURE item cut out (trust list, section 6). It is meant for a hash; the
// first error of w ends it.
func (e *Envelope) Covered(w io.Writer) {
	if _, err := w.Write(e.raw[:e.cutFrom]); err == nil {
		_, _ = w.Write(e.raw[e.cutTo:])
	}
}
