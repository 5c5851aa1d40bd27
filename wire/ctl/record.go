package ctl

import (
	"bytes"
	"crypto/sha1"
	"net/netip"

	"github.com/phonebank/phonebank/wire/signed"
)

// Record binds a certificate to a role (trust list, section 4). Records of a
// parsed list are not to be changed. All but the role may be missing.
type Record struct {
	Number        int        // from 1, in file order
	Offset        int        // bytes from the start of the file
	Length        int        // bytes, RECORDLENGTH itself included
	DNSName       string     // tag 2: host name or dotted address; "" in token records
	Subject       string     // tag 3: subject as text; to be shown, not parsed
	Role          Role       // tag 4
	Issuer        string     // tag 5: issuer as text
	Serial        []byte     // tag 6: big-endian magnitude
	PublicKey     []byte     // tag 7: PKCS#1 RSAPublicKey, or an uncompressed EC point
	Signature     []byte     // tag 8: the certificate's own signature
	Certificate   []byte     // tag 9: X.509 DER
	IPAddress     netip.Addr // tag 10: IPv4; means nothing in token records; invalid when absent
	CertHash      []byte     // tag 11: digest of a certificate that is not carried
	HashAlgorithm uint8      // tag 12: of CertHash, numbered as signed.Digest
	Items         []signed.Item

	cache *cache // nil for a record that was not parsed
}

// SHA1 is the SHA-1 of the certificate, the digest that "show ctl" prints; zero
// when the record carries no certificate.
func (r *Record) SHA1() [20]byte {
	if len(r.Certificate) == 0 {
		return [20]byte{}
	}
	return sha1.Sum(r.Certificate)
}

// Is says whether der is this record's certificate: the same bytes, or the same
// digest when the record carries only that.
func (r *Record) Is(der []byte) bool {
	if len(der) == 0 {
		return false
	}
	if len(r.Certificate) != 0 {
		return bytes.Equal(r.Certificate, der)
	}
	hash, ok := signed.Digest(r.HashAlgorithm).Hash()
	if !ok || len(r.CertHash) != hash.Size() {
		return false
	}
	sum := hash.New()
	sum.Write(der)
	return bytes.Equal(sum.Sum(nil), r.CertHash)
}

// identifies says whether the record stands for any certificate at all: those of
// a cluster that went back to non-secure mode do not.
func (r *Record) identifies() bool { return len(r.Certificate) != 0 || len(r.CertHash) != 0 }
