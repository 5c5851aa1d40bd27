package signed

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"strings"
)

// The separators of the two known text forms of a name (trust list, section 7).
const (
	VendorSeparator  = ";" // values as they are
	BuilderSeparator = "," // values with the escapes of RFC 4514
)

// SignerOf names a certificate as a header does: subject, serial number and
// issuer, the names joined by the separator, "" meaning VendorSeparator.
func SignerOf(cert *x509.Certificate, separator string) Signer {
	return Signer{
		Name:   NameText(cert.RawSubject, separator),
		Serial: SerialBytes(cert.SerialNumber),
		Issuer: NameText(cert.RawIssuer, separator),
	}
}

// SerialBytes is a serial number as the format holds it: a minimal big-endian
// magnitude without DER's sign byte. Zero is one zero byte.
func SerialBytes(n *big.Int) []byte {
	if n == nil || n.Sign() == 0 {
		return []byte{0}
	}
	return n.Bytes()
}

// NameText is a DER name as text, "CN=..;OU=..;O=..", in the certificate's order.
// A name that is not DER gives "".
func NameText(der []byte, separator string) string {
	var name pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &name); err != nil || len(rest) != 0 {
		return ""
	}
	if separator == "" {
		separator = VendorSeparator
	}
	parts := make([]string, len(name))
	for i, rdn := range name {
		pairs := make([]string, len(rdn))
		for k, attribute := range rdn {
			value := fmt.Sprint(attribute.Value)
			if separator == BuilderSeparator {
				value = escape(value)
			}
			pairs[k] = attributeName(attribute.Type) + "=" + value
		}
		parts[i] = strings.Join(pairs, "+")
	}
	return strings.Join(parts, separator)
}

// attributeName is the short name of an attribute type, else its dotted number.
func attributeName(oid asn1.ObjectIdentifier) string {
	switch s := oid.String(); s {
	case "2.5.4.3":
		return "CN"
	case "2.5.4.6":
		return "C"
	case "2.5.4.7":
		return "L"
	case "2.5.4.8":
		return "ST"
	case "2.5.4.9":
		return "STREET"
	case "2.5.4.10":
		return "O"
	case "2.5.4.11":
		return "OU"
	case "0.9.2342.19200300.100.1.1":
		return "UID"
	case "0.9.2342.19200300.100.1.25":
		return "DC"
	default:
		return s
	}
}

// escape writes a value with the escapes of RFC 4514, section 2.4.
func escape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == 0:
			b.WriteString(`\00`)
			continue
		case strings.IndexByte(`"+,;<>\`, c) >= 0,
			c == '#' && i == 0,
			c == ' ' && (i == 0 || i == len(s)-1):
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}
