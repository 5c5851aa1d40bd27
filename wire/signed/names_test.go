package signed_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/signed"
)

func TestNameText(t *testing.T) {
	attribute := func(oid string, value any) pkix.AttributeTypeAndValue {
		t.Helper()
		id, err := x509.ParseOID(oid)
		if err != nil {
			t.Fatal(err)
		}
		var ids asn1.ObjectIdentifier
		der, _ := id.MarshalBinary()
		if _, err := asn1.Unmarshal(append([]byte{6, byte(len(der))}, der...), &ids); err != nil {
			t.Fatal(err)
		}
		return pkix.AttributeTypeAndValue{Type: ids, Value: value}
	}
	one := func(a ...pkix.AttributeTypeAndValue) pkix.RelativeDistinguishedNameSET { return a }
	cn, o, ou := "2.5.4.3", "2.5.4.10", "2.5.4.11"
	tests := []struct {
		name            string
		rdns            pkix.RDNSequence
		vendor, builder string
	}{
		{"empty", pkix.RDNSequence{}, "", ""},
		{"in the certificate's order", pkix.RDNSequence{
			one(attribute(cn, "ccm.lab")), one(attribute(ou, "AS")), one(attribute(o, "Cisco")),
			one(attribute("2.5.4.7", "RTP")), one(attribute("2.5.4.8", "NC")), one(attribute("2.5.4.6", "US")),
		}, "CN=ccm.lab;OU=AS;O=Cisco;L=RTP;ST=NC;C=US", "CN=ccm.lab,OU=AS,O=Cisco,L=RTP,ST=NC,C=US"},
		{"a comma in a value", pkix.RDNSequence{one(attribute(o, "Cisco Systems, Inc."))}, "O=Cisco Systems, Inc.", `O=Cisco Systems\, Inc.`},
		{"what RFC 4514 escapes", pkix.RDNSequence{one(attribute(cn, ` a"+;<>\#= `))}, `CN= a"+;<>\#= `, `CN=\ a\"\+\;\<\>\\#=\ `},
		{"number sign in front", pkix.RDNSequence{one(attribute(cn, "#1"))}, "CN=#1", `CN=\#1`},
		{"a lone blank", pkix.RDNSequence{one(attribute(cn, " "))}, "CN= ", `CN=\ `},
		{"two values in one", pkix.RDNSequence{one(attribute(cn, "a"), attribute(ou, "b")), one(attribute(o, "c"))}, "CN=a+OU=b;O=c", "CN=a+OU=b,O=c"},
		{"not ASCII", pkix.RDNSequence{one(attribute(cn, "Zürich"))}, "CN=Zürich", "CN=Zürich"},
		{
			"rare attributes",
			pkix.RDNSequence{one(attribute("2.5.4.9", "s")), one(attribute("2.5.4.5", "n")), one(attribute("1.2.840.113549.1.9.1", "e"))},
			"STREET=s;2.5.4.5=n;1.2.840.113549.1.9.1=e", "STREET=s,2.5.4.5=n,1.2.840.113549.1.9.1=e",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			der, err := asn1.Marshal(tt.rdns)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{signed.NameText(der, ""), signed.NameText(der, ";"), signed.NameText(der, ",")}
			if diff := cmp.Diff([]string{tt.vendor, tt.vendor, tt.builder}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if got := signed.NameText([]byte("no DER"), ";"); got != "" {
		t.Errorf("not DER: %q", got)
	}
}

func TestSignerOf(t *testing.T) {
	key := rsaKey(t, 1024)
	serial := new(big.Int).SetBytes([]byte{0xbd, 0xa3, 2}) // DER puts a zero in front
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "ccm", Organization: []string{"Lab"}}}
	issuer := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca", Country: []string{"CH"}}}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	want := signed.Signer{Name: "O=Lab;CN=ccm", Serial: []byte{0xbd, 0xa3, 2}, Issuer: "C=CH;CN=ca"}
	if diff := cmp.Diff(want, signed.SignerOf(cert, "")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := want.SerialString(); got != "BD:A3:02" {
		t.Errorf("serial number as text: %q", got)
	}
	if got := (signed.Signer{}).SerialString(); got != "" {
		t.Errorf("no serial number as text: %q", got)
	}
	for _, zero := range []*big.Int{nil, new(big.Int)} {
		if got := signed.SerialBytes(zero); !bytes.Equal(got, []byte{0}) {
			t.Errorf("serial number %v: %x", zero, got)
		}
	}
}
