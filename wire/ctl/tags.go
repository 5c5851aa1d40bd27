package ctl

import "fmt"

// Tags of a record (trust list, section 4): a number space of its own.
const (
	TagRecordLength  = 1
	TagDNSName       = 2
	TagSubjectName   = 3
	TagFunction      = 4
	TagIssuerName    = 5
	TagSerialNumber  = 6
	TagPublicKey     = 7
	TagSignature     = 8
	TagCertificate   = 9
	TagIPAddress     = 10
	TagCertHash      = 11
	TagHashAlgorithm = 12
)

// tagNames is indexed by tag; the first ten as "show ctl" prints them.
var tagNames = [...]string{
	TagRecordLength:  "RECORDLENGTH",
	TagDNSName:       "DNSNAME",
	TagSubjectName:   "SUBJECTNAME",
	TagFunction:      "FUNCTION",
	TagIssuerName:    "ISSUERNAME",
	TagSerialNumber:  "SERIALNUMBER",
	TagPublicKey:     "PUBLICKEY",
	TagSignature:     "SIGNATURE",
	TagCertificate:   "CERTIFICATE",
	TagIPAddress:     "IPADDRESS",
	TagCertHash:      "CERTHASH",
	TagHashAlgorithm: "HASHALGORITHM",
}

// known says whether a tag has a meaning in a record.
func known(tag uint8) bool { return tag >= TagRecordLength && int(tag) < len(tagNames) }

// TagName is the name of a record's tag as CUCM's "show ctl" prints it; "tag 99"
// for one that has no name.
func TagName(tag uint8) string {
	if known(tag) {
		return tagNames[tag]
	}
	return fmt.Sprintf("tag %d", tag)
}
