package signed

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/phonebank/phonebank/wire/internal/bin"
)

const (
	fixedLength = 10  // VERSION and HEADERLENGTH, which begin every file
	maxItems    = 512 // items of one header; real ones have about twenty
)

// Parse reads a file's header. It keeps b and does not copy it. Every fault is a
// *FormatError with the offset of what does not fit.
//
// Only VERSION and HEADERLENGTH have a fixed place, all else is found by tag.
// Unknown tags are kept among the Items; a known tag that stands there twice is
// a fault, as is a missing SIGNATURE or digest algorithm.
func Parse(b []byte) (*Envelope, error) {
	p := parser{env: &Envelope{raw: b}}
	if err := p.fixed(bin.NewReader(binary.BigEndian, b)); err != nil {
		return nil, err
	}
	r := bin.NewReader(binary.BigEndian, b[:p.env.HeaderLength])
	r.Skip(fixedLength, "fixed part")
	for r.Len() > 0 && len(p.env.Items) < maxItems {
		p.item(r)
	}
	if r.Len() > 0 {
		r.Fail("header", fmt.Sprintf("more than %d items", maxItems))
	}
	for _, tag := range []uint8{TagDigest, TagSignature} {
		if !p.seen[tag] {
			r.Fail(TagName(tag), "missing")
		}
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	p.env.Payload = b[p.env.HeaderLength:]
	return p.env, nil
}

// parser fills an Envelope item by item.
type parser struct {
	env  *Envelope
	seen [256]bool
}

// fixed reads the two items that must be first and second.
func (p *parser) fixed(r *bin.Reader) error {
	size := r.Len()
	for _, tag := range []uint8{TagVersion, TagHeaderLength} {
		at := r.Offset()
		if got := r.U8(TagName(tag)); got != tag {
			r.FailAt(at, TagName(tag), fmt.Sprintf("tag %d where tag %d belongs", got, tag))
		}
		v := p.value(r, tag)
		if r.Err() != nil {
			return r.Err()
		}
		p.keep(r, Item{Tag: tag, Value: v, Offset: at})
	}
	switch n := p.env.HeaderLength; {
	case n < fixedLength:
		r.FailAt(r.Offset()-2, "HEADERLENGTH", fmt.Sprintf("is %d, at least %d is needed", n, fixedLength))
	case n > size:
		r.FailAt(r.Offset()-2, "HEADERLENGTH", fmt.Sprintf("is %d, the file has %d bytes", n, size))
	}
	return r.Err()
}

// item reads one TLV of the header. Of a container it reads tag and length only:
// the items inside follow directly.
func (p *parser) item(r *bin.Reader) {
	at := r.Offset()
	tag := r.U8("tag")
	if tag == TagPadding {
		p.env.Items = append(p.env.Items, Item{Tag: tag, Offset: at})
		return
	}
	v := p.value(r, tag)
	if r.Err() == nil {
		p.keep(r, Item{Tag: tag, Value: v, Offset: at})
	}
}

// value reads length and value of a tag and holds the length against the rule.
func (p *parser) value(r *bin.Reader, tag uint8) []byte {
	name := TagName(tag)
	at := r.Offset()
	n := int(r.U16(name))
	var known rule
	if int(tag) < len(tags) {
		known = tags[tag]
	}
	if known.size != 0 && n != known.size {
		r.FailAt(at, name, fmt.Sprintf("length %d, must be %d", n, known.size))
	}
	if known.container {
		inside := *r
		v := inside.Bytes(n, name)
		if v == nil {
			r.Skip(n, name) // the same fault, where it counts
		}
		return v
	}
	return r.Bytes(n, name)
}

// keep records an item and, when its tag is known, what it says.
func (p *parser) keep(r *bin.Reader, it Item) {
	e, v := p.env, it.Value
	e.Items = append(e.Items, it)
	if int(it.Tag) >= len(tags) || tags[it.Tag].name == "" {
		return
	}
	if p.seen[it.Tag] {
		r.FailAt(it.Offset, TagName(it.Tag), "stands there twice")
		return
	}
	p.seen[it.Tag] = true
	if it.Tag >= TagEncryptionInfo && it.Tag <= TagPlainDigest && e.Encryption == nil {
		e.Encryption = new(Encryption)
	}
	switch it.Tag {
	case TagVersion:
		e.Major, e.Minor = v[0], v[1]
	case TagHeaderLength:
		e.HeaderLength = int(binary.BigEndian.Uint16(v))
	case TagSignerVersion:
		e.SignerVersion = &[2]uint8{v[0], v[1]}
	case TagSignerName:
		e.Signer.Name = Text(v)
	case TagSerialNumber:
		e.Signer.Serial = v
	case TagCAName:
		e.Signer.Issuer = Text(v)
	case TagDigest:
		e.Digest = Digest(v[0])
	case TagAlgorithm:
		e.Algorithm = v[0]
	case TagModulus:
		e.Modulus = v[0]
	case TagSignature:
		e.Signature = v
		e.cutFrom, e.cutTo = it.Offset, it.Offset+3+len(v)
	case TagFilename:
		e.Filename = Text(v)
	case TagTimestamp:
		e.Timestamp = time.Unix(int64(binary.BigEndian.Uint32(v)), 0).UTC()
	case TagMode:
		e.Encryption.Mode = v[0]
	case TagIV:
		e.Encryption.IV = v
	case TagPaddingLength:
		e.Encryption.Padding = int(binary.BigEndian.Uint16(v))
	case TagKeyMode:
		e.Encryption.KeyMode = v[0]
	case TagKeySize:
		e.Encryption.KeyBits = int(binary.BigEndian.Uint16(v))
	case TagCipher:
		e.Encryption.Cipher = v[0]
	case TagKey:
		e.Encryption.WrappedKey = v
	case TagPlainDigestAlgo:
		e.Encryption.DigestAlgorithm = Digest(v[0])
	case TagPlainDigest:
		e.Encryption.Digest = v
	}
}

// Text is the text of a value: one byte per character, without the one trailing
// NUL that its length counts (trust list, section 0).
func Text(v []byte) string { return string(bytes.TrimSuffix(v, []byte{0})) }
