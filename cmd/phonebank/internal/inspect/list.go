package inspect

import (
	"encoding/hex"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// List is a trust list as "ctl show --json" prints it.
type List struct {
	Kind          string   `json:"kind"` // CTL, ITL or unknown
	Size          int      `json:"size"` // bytes
	MD5           string   `json:"md5"`  // of the whole file, as phones show it
	SHA1          string   `json:"sha1"`
	Version       string   `json:"version"`
	SignerVersion string   `json:"signer_version,omitempty"`
	HeaderLength  int      `json:"header_length"` // bytes
	Signer        Signer   `json:"signer"`
	Digest        string   `json:"digest"`
	SignatureBits int      `json:"signature_bits"`
	Filename      string   `json:"filename"`
	Timestamp     string   `json:"timestamp"` // RFC 3339, UTC; empty for none
	Verified      bool     `json:"verified"`  // by the list's own SAST records
	Problem       string   `json:"problem"`   // why not
	SignedBy      int      `json:"signed_by_record"`
	Records       []Record `json:"records"`
}

// Record is one record of a list.
type Record struct {
	Number    int    `json:"number"` // from 1
	Offset    int    `json:"offset"` // bytes from the start of the file
	Length    int    `json:"length"` // bytes
	Role      string `json:"role"`
	DNSName   string `json:"dns_name"`
	IPAddress string `json:"ip_address"`
	Subject   string `json:"subject"`
	Issuer    string `json:"issuer"`
	Serial    string `json:"serial"`
	SHA1      string `json:"sha1"` // of the certificate, empty without one
	CertHash  string `json:"cert_hash,omitempty"`
	Key       string `json:"key"` // rsa-2048, ec-p256; empty when there is none
	NotBefore string `json:"not_before"`
	NotAfter  string `json:"not_after"`
	Problem   string `json:"problem,omitempty"` // what is wrong with certificate or key
}

// ListOf tells what is in a list.
func ListOf(l *ctl.List) List {
	md5, sha1 := l.MD5(), l.SHA1()
	v := List{
		Kind: l.Kind().String(), Size: l.Size(), MD5: hex.EncodeToString(md5[:]), SHA1: hex.EncodeToString(sha1[:]),
		Version: version(l.Major, l.Minor), HeaderLength: l.HeaderLength, Signer: signerOf(l.Signer),
		Digest: l.Envelope.Digest.String(), SignatureBits: 8 * len(l.Signature),
		Filename: l.Filename, Timestamp: stamp(l.Timestamp), Records: []Record{},
	}
	if l.SignerVersion != nil {
		v.SignerVersion = version(l.SignerVersion[0], l.SignerVersion[1])
	}
	if err := l.VerifySelf(); err != nil {
		v.Problem = err.Error()
	} else {
		v.Verified, v.SignedBy = true, l.SignedByRecord().Number
	}
	for i := range l.Records {
		v.Records = append(v.Records, recordOf(&l.Records[i]))
	}
	return v
}

func recordOf(r *ctl.Record) Record {
	v := Record{
		Number: r.Number, Offset: r.Offset, Length: r.Length, Role: r.Role.Short(), DNSName: r.DNSName,
		Subject: r.Subject, Issuer: r.Issuer, Serial: signed.SerialText(r.Serial), CertHash: hex.EncodeToString(r.CertHash),
	}
	if r.IPAddress.IsValid() {
		v.IPAddress = r.IPAddress.String()
	}
	key, err := r.Key()
	v.Key = KeyName(key)
	if len(r.Certificate) == 0 {
		return v
	}
	digest := r.SHA1()
	v.SHA1 = hex.EncodeToString(digest[:])
	cert, certErr := r.X509()
	switch {
	case certErr != nil:
		v.Problem = certErr.Error()
	case err != nil:
		v.Problem = err.Error()
	}
	if certErr == nil {
		v.NotBefore, v.NotAfter = stamp(cert.NotBefore), stamp(cert.NotAfter)
	}
	return v
}
