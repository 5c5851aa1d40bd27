package ctl_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"crypto/x509"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

func TestBuildParsesBack(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	token := certificate(t, "token", 0xbda302, rsaKey(t, 1024).Public(), 0)
	ccm := certificate(t, "ccm", 2, rsaKey(t, 2048).Public(), 0)
	curve := certificate(t, "ccm-ec", 3, ec.Public(), 0)
	address := netip.MustParseAddr("10.0.0.1")
	moment := time.Date(2026, 11, 23, 14, 58, 1, 0, time.UTC)

	l := build(t, ctl.Spec{
		Kind: ctl.ITL, Digest: signed.SHA512, Time: moment, SignerVersion: &[2]uint8{1, 1},
		Records: []ctl.Entry{
			{Role: ctl.RoleSAST, Certificate: token, OmitSignature: true},
			{Role: ctl.RoleCCMTFTP, Certificate: ccm, DNSName: "ccm.lab", IPAddress: address},
			{Role: ctl.RoleCCM, Certificate: curve, IPAddress: netip.MustParseAddr("::ffff:10.0.0.1")},
			{Role: ctl.RoleTVS, Certificate: ccm, HashOnly: true},
			{Role: ctl.RoleCCMTFTP, DNSName: "10.120.0.100", IPAddress: address},
		},
		Signer: token, Key: rsaKey(t, 1024),
	})
	if err := l.VerifySelf(); err != nil {
		t.Error(err)
	}
	if l.Kind() != ctl.ITL || l.Filename != "ITLFile.tlv" || l.Digest != signed.SHA512 || !l.Timestamp.Equal(moment) || *l.SignerVersion != [2]uint8{1, 1} || l.Major != 1 || l.Minor != 2 {
		t.Errorf("%v, %q, %v, %v, signer version %v", l.Kind(), l.Filename, l.Digest, l.Timestamp, *l.SignerVersion)
	}
	if diff := cmp.Diff(signed.SignerOf(token, ";"), l.Signer); diff != "" {
		t.Errorf("signer (-certificate +header):\n%s", diff)
	}
	point, err := ec.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum512(ccm.Raw)
	want := []ctl.Record{
		{
			Role: ctl.RoleSAST, Subject: "O=Lab;CN=token", Issuer: "O=Lab;CN=token", Serial: []byte{0xbd, 0xa3, 2},
			PublicKey: x509.MarshalPKCS1PublicKey(&rsaKey(t, 1024).PublicKey), Certificate: token.Raw, IPAddress: netip.IPv4Unspecified(),
		},
		{
			Role: ctl.RoleCCMTFTP, DNSName: "ccm.lab", Subject: "O=Lab;CN=ccm", Issuer: "O=Lab;CN=ccm", Serial: []byte{2},
			PublicKey: x509.MarshalPKCS1PublicKey(&rsaKey(t, 2048).PublicKey), Signature: ccm.Signature, Certificate: ccm.Raw, IPAddress: address,
		},
		{
			Role: ctl.RoleCCM, Subject: "O=Lab;CN=ccm-ec", Issuer: "O=Lab;CN=ccm-ec", Serial: []byte{3},
			PublicKey: point, Signature: curve.Signature, Certificate: curve.Raw, IPAddress: address,
		},
		{
			Role: ctl.RoleTVS, Subject: "O=Lab;CN=ccm", Issuer: "O=Lab;CN=ccm", Serial: []byte{2},
			CertHash: sum[:], HashAlgorithm: 3, IPAddress: netip.IPv4Unspecified(),
		},
		{Role: ctl.RoleCCMTFTP, DNSName: "10.120.0.100", IPAddress: address},
	}
	ignore := cmp.FilterPath(func(p cmp.Path) bool {
		switch p.Last().String() {
		case ".cache", ".Items", ".Number", ".Offset", ".Length":
			return true
		}
		return false
	}, cmp.Ignore())
	if diff := cmp.Diff(want, l.Records, ignore, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Errorf("records (-built +parsed):\n%s", diff)
	}
	for i := range l.Records[:3] {
		if _, err := l.Records[i].Key(); err != nil {
			t.Errorf("record %d: %v", i+1, err)
		}
	}
	// The record of a cluster back in non-secure mode has a published size.
	if last := l.Records[4]; last.Length != 33 {
		t.Errorf("record without a certificate has %d bytes, want 33", last.Length)
	}
}

func TestBuildLayouts(t *testing.T) {
	token := certificate(t, "token", 1, rsaKey(t, 1024).Public(), 0)
	tests := []struct {
		name, separator string
		subject         string
		header, record  []uint8
	}{
		{"vendor, by default", "", "O=Lab;CN=token", []uint8{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15}, []uint8{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{"vendor, by name", ";", "O=Lab;CN=token", []uint8{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15}, []uint8{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{"open builder", ",", "O=Lab,CN=token", []uint8{1, 2, 3, 4, 6, 5, 7, 8, 9, 10, 11, 12, 14, 15}, []uint8{1, 3, 5, 6, 4, 7, 8, 9}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := build(t, ctl.Spec{
				Separator: tt.separator, Records: []ctl.Entry{{Role: ctl.RoleSAST, Certificate: token}},
				Signer: token, Key: rsaKey(t, 1024),
			})
			tags := func(items []signed.Item) []uint8 {
				var tags []uint8
				for _, it := range items {
					if it.Tag != signed.TagPadding {
						tags = append(tags, it.Tag)
					}
				}
				return tags
			}
			if diff := cmp.Diff(tt.header, tags(l.Envelope.Items)); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.record, tags(l.Records[0].Items)); diff != "" {
				t.Errorf("record (-want +got):\n%s", diff)
			}
			if l.Records[0].Subject != tt.subject || l.Signer.Name != tt.subject {
				t.Errorf("names %q and %q, want %q", l.Records[0].Subject, l.Signer.Name, tt.subject)
			}
		})
	}
}

func TestBuildZeroValues(t *testing.T) {
	token := certificate(t, "token", 1, rsaKey(t, 1024).Public(), 0)
	synctest.Test(t, func(t *testing.T) { // whose clock stands still
		l := build(t, ctl.Spec{Signer: token, Key: rsaKey(t, 1024)})
		if l.Kind() != ctl.CTL || l.Digest != signed.SHA1 || l.SignerVersion != nil || len(l.Records) != 0 || !l.Timestamp.Equal(time.Now()) {
			t.Errorf("%v, %v, signer version %v, %d records, time %v", l.Kind(), l.Digest, l.SignerVersion, len(l.Records), l.Timestamp)
		}
	})
}

func TestBuildSigners(t *testing.T) {
	for _, bits := range []int{1024, 2048, 4096} {
		token := certificate(t, "token", 1, rsaKey(t, bits).Public(), 0)
		for _, digest := range []signed.Digest{signed.SHA1, signed.SHA512} {
			l := build(t, ctl.Spec{Digest: digest, Records: []ctl.Entry{{Certificate: token}}, Signer: token, Key: rsaKey(t, bits)})
			if err := l.VerifySelf(); err != nil || len(l.Signature) != bits/8 {
				t.Errorf("%v with %d bits: %v", digest, bits, err)
			}
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	key := rsaKey(t, 1024)
	token := certificate(t, "token", 1, key.Public(), 0)
	huge := certificate(t, "huge", 2, key.Public(), 66000)
	large := certificate(t, "large", 3, key.Public(), 60000)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	entries := func(n int, e ctl.Entry) []ctl.Entry {
		all := make([]ctl.Entry, n)
		for i := range all {
			all[i] = e
		}
		return all
	}
	signerOf := func(key crypto.Signer) *x509.Certificate { return certificate(t, "signer", 4, key.Public(), 0) }
	tests := []struct {
		name        string
		spec        ctl.Spec
		want        string
		unsupported bool
	}{
		{"no signer", ctl.Spec{Key: key}, "a list needs a signer and its key", false},
		{"no key", ctl.Spec{Signer: token}, "a list needs a signer and its key", false},
		{"another's key", ctl.Spec{Signer: token, Key: rsaKey(t, 2048)}, "the key is not that of the signer's certificate", false},
		{"signer of 3072 bits", ctl.Spec{Signer: signerOf(rsaKey(t, 3072)), Key: rsaKey(t, 3072)}, "not supported: RSA-3072 key: the header has a code for", true},
		{"signer with an EC key", ctl.Spec{Signer: signerOf(ec), Key: ec}, "not supported: a signer's key is RSA", true},
		{"sha256", ctl.Spec{Signer: token, Key: key, Digest: signed.SHA256}, "not supported: no phone verifies sha256", true},
		{"sha256 of a certificate", ctl.Spec{Signer: token, Key: key, Digest: signed.SHA256, Records: []ctl.Entry{{Certificate: token, HashOnly: true}}}, "record 1: not supported: no phone knows sha256", true},
		{"513 records", ctl.Spec{Signer: token, Key: key, Records: entries(513, ctl.Entry{})}, "513 records, at most 512", false},
		{"a record above 65,535 bytes", ctl.Spec{Signer: token, Key: key, Records: []ctl.Entry{{Certificate: token}, {Certificate: huge}}}, "record 2: 66", false},
		{"a list above 1 MiB", ctl.Spec{Signer: token, Key: key, Records: entries(18, ctl.Entry{Certificate: large})}, "list of 10", false},
		{"IPv6", ctl.Spec{Signer: token, Key: key, Records: []ctl.Entry{{IPAddress: netip.IPv6LinkLocalAllNodes()}}}, "record 1: IPADDRESS holds IPv4 only, not ff02::1", false},
		{"a certificate that was never parsed", ctl.Spec{Signer: token, Key: key, Records: []ctl.Entry{{Certificate: new(x509.Certificate)}}}, "record 1: subject public key: ", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := ctl.Build(tt.spec)
			if b != nil || err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Fatalf("got %d bytes, %v, want %q", len(b), err, tt.want)
			}
			if got := errors.Is(err, signed.ErrUnsupported); got != tt.unsupported {
				t.Errorf("ErrUnsupported: %v", got)
			}
		})
	}
	// One less of each, and it is built.
	for _, n := range []int{17, 0} {
		s := ctl.Spec{Signer: token, Key: key, Records: entries(n, ctl.Entry{Certificate: large})}
		if n == 0 {
			s.Records = entries(512, ctl.Entry{})
		}
		if l := build(t, s); len(l.Records) != len(s.Records) {
			t.Errorf("%d records, want %d", len(l.Records), len(s.Records))
		}
	}
}

func TestBuildIsRepeatable(t *testing.T) {
	token := certificate(t, "token", 1, rsaKey(t, 1024).Public(), 0)
	s := ctl.Spec{Time: time.Unix(1, 0), Records: []ctl.Entry{{Certificate: token}}, Signer: token, Key: rsaKey(t, 1024)}
	if !bytes.Equal(build(t, s).Bytes(), build(t, s).Bytes()) {
		t.Error("the same list is built in two ways")
	}
}

// The records of a published list are taken over to the byte, and so are the
// names of the token that signs.
func TestBuildTakesRecordsOver(t *testing.T) {
	old := parse(t, published(t))
	var kept []ctl.Entry
	for i := range old.Records {
		kept = append(kept, ctl.Entry{Record: &old.Records[i]})
	}
	token, err := old.Records[0].X509()
	if err != nil {
		t.Fatal(err)
	}
	l := build(t, ctl.Spec{Records: kept, Signer: token, Key: rsaKey(t, 1024), Time: old.Timestamp})
	if diff := cmp.Diff(old.Payload, l.Payload); diff != "" {
		t.Errorf("records (-old +new):\n%s", diff)
	}
	if !l.Equal(old) {
		t.Errorf("signer %+v, want %+v", l.Signer, old.Signer)
	}
}
