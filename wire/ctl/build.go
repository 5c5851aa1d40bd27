package ctl

import (
	"crypto"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"time"

	"github.com/phonebank/phonebank/wire/signed"
)

// Spec is a trust list to be built.
type Spec struct {
	Kind   Kind          // KindUnknown means CTL
	Digest signed.Digest // of the signature and of hash-only records; 0 means SHA1
	Time   time.Time     // TIMESTAMP; zero means now
	// Separator of the names: ";" for the vendor's form, which "" means, or ","
	// for the common open builder's. With "," the order of the tags is the open
	// builder's too, and DNSNAME and IPADDRESS stand only where they are known.
	Separator     string
	SignerVersion *[2]uint8 // tag 28; nil: left out
	Records       []Entry
	Signer        *x509.Certificate // names the signer in the header
	Key           crypto.Signer     // its key: RSA of 1024, 2048 or 4096 bits
}

// Entry is a record to be built.
type Entry struct {
	Record        *Record // of a parsed list, to be taken over byte for byte; the other fields are then not read
	Role          Role
	Certificate   *x509.Certificate // nil: a record without a certificate
	DNSName       string
	IPAddress     netip.Addr // IPv4; invalid: 0.0.0.0
	OmitSignature bool       // no tag 8, as the Windows CTL client writes
	HashOnly      bool       // tags 11 and 12 instead of the certificate
}

// Build makes and signs a trust list (trust list, section 6). What Parse would
// refuse is not built: more than 512 records or 1 MiB, a record above 65,535
// bytes. A key that is not the signer's, or that the header has no code for, is
// an error.
func Build(s Spec) ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	var records []byte
	for i, e := range s.Records {
		b, err := s.record(e)
		if err != nil {
			return nil, fmt.Errorf("record %d: %w", i+1, err)
		}
		records = append(records, b...)
	}
	h := signed.Header{
		Major: 1, Minor: 2,
		SignerVersion: s.SignerVersion,
		Signer:        s.signer(),
		Digest:        s.Digest,
		Filename:      s.kind().filename(),
		Timestamp:     s.Time,
	}
	if h.Timestamp.IsZero() {
		h.Timestamp = time.Now()
	}
	if s.openBuilder() {
		h.Order = signed.BuilderOrder
	}
	file, err := signed.Sign(h, records, s.Key)
	if err != nil {
		return nil, err
	}
	if len(file) > MaxSize {
		return nil, fmt.Errorf("list of %d bytes, at most %d", len(file), MaxSize)
	}
	return file, nil
}

func (s Spec) check() error {
	if s.Signer == nil || s.Key == nil {
		return errors.New("a list needs a signer and its key")
	}
	own, ok := s.Signer.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !own.Equal(s.Key.Public()) {
		return errors.New("the key is not that of the signer's certificate")
	}
	if len(s.Records) > MaxRecords {
		return fmt.Errorf("%d records, at most %d", len(s.Records), MaxRecords)
	}
	return nil
}

func (s Spec) kind() Kind {
	if s.Kind == KindUnknown {
		return CTL
	}
	return s.Kind
}

// openBuilder says whether the list is laid out as the common open builder does.
func (s Spec) openBuilder() bool { return s.Separator == signed.BuilderSeparator }

// The order of a record's tags: the vendor's is ascending.
var (
	vendorTags  = [...]uint8{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	builderTags = [...]uint8{2, 3, 5, 6, 4, 7, 8, 9, 10, 11, 12}
)

// signer names the signer in the header, in the words of his record where that is
// taken over: the names that makers of tokens wrote follow no rule.
func (s Spec) signer() signed.Signer {
	for _, e := range s.Records {
		if r := e.Record; r != nil && r.Role == RoleSAST && r.Is(s.Signer.Raw) && r.Subject != "" {
			return signed.Signer{Name: r.Subject, Serial: r.Serial, Issuer: r.Issuer}
		}
	}
	return signed.SignerOf(s.Signer, s.Separator)
}

// record writes one record.
func (s Spec) record(e Entry) ([]byte, error) {
	if e.Record != nil {
		var b []byte
		for _, it := range e.Record.Items {
			b = signed.AppendTLV(b, it.Tag, it.Value)
		}
		return b, nil
	}
	values, err := s.values(e)
	if err != nil {
		return nil, err
	}
	order := vendorTags
	if s.openBuilder() {
		order = builderTags
	}
	b := signed.AppendTLV(nil, TagRecordLength, []byte{0, 0})
	for _, tag := range order {
		if v := values[tag]; v != nil {
			b = signed.AppendTLV(b, tag, v)
		}
	}
	if len(b) > math.MaxUint16 {
		return nil, fmt.Errorf("%d bytes: RECORDLENGTH holds at most %d", len(b), math.MaxUint16)
	}
	binary.BigEndian.PutUint16(b[3:], uint16(len(b)))
	return b, nil
}

// values is what a record says, by tag; nil for what it leaves out.
func (s Spec) values(e Entry) (v [len(tagNames)][]byte, err error) {
	v[TagFunction] = binary.BigEndian.AppendUint16(nil, uint16(e.Role))
	if e.DNSName != "" || !s.openBuilder() {
		v[TagDNSName] = signed.NUL(e.DNSName)
	}
	switch {
	case e.IPAddress.Unmap().Is4():
		a := e.IPAddress.Unmap().As4()
		v[TagIPAddress] = a[:]
	case e.IPAddress.IsValid():
		return v, fmt.Errorf("IPADDRESS holds IPv4 only, not %v", e.IPAddress)
	case !s.openBuilder():
		v[TagIPAddress] = make([]byte, 4)
	}
	cert := e.Certificate
	if cert == nil {
		return v, nil
	}
	name := signed.SignerOf(cert, s.Separator)
	v[TagSubjectName] = signed.NUL(name.Name)
	v[TagIssuerName] = signed.NUL(name.Issuer)
	v[TagSerialNumber] = name.Serial
	if e.HashOnly {
		digest := s.Digest
		if digest == 0 {
			digest = signed.SHA1
		}
		hash, ok := digest.Hash()
		if !ok {
			return v, fmt.Errorf("%w: no phone knows %v", signed.ErrUnsupported, digest)
		}
		sum := hash.New()
		sum.Write(cert.Raw)
		v[TagCertHash] = sum.Sum(nil)
		v[TagHashAlgorithm] = []byte{byte(digest)}
		return v, nil
	}
	if v[TagPublicKey], err = keyBits(cert); err != nil {
		return v, err
	}
	if !e.OmitSignature {
		v[TagSignature] = cert.Signature
	}
	v[TagCertificate] = cert.Raw
	return v, nil
}
