package ctl_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha512"
	"crypto/x509"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/phonebank/phonebank/wire/ctl"
)

func TestIs(t *testing.T) {
	der, other := []byte("one certificate"), []byte("another one")
	sum1, sum512 := sha1.Sum(der), sha512.Sum512(der)
	tests := []struct {
		name   string
		record ctl.Record
		want   bool
	}{
		{"the certificate itself", ctl.Record{Certificate: der}, true},
		{"another certificate", ctl.Record{Certificate: other}, false},
		{"one byte more", ctl.Record{Certificate: append(other[:0:0], append(der, 0)...)}, false},
		{"nothing", ctl.Record{}, false},
		{"its SHA-1", ctl.Record{CertHash: sum1[:], HashAlgorithm: 1}, true},
		{"its SHA-512", ctl.Record{CertHash: sum512[:], HashAlgorithm: 3}, true},
		{"its SHA-1 as SHA-512", ctl.Record{CertHash: sum1[:], HashAlgorithm: 3}, false},
		{"its SHA-1 without the algorithm", ctl.Record{CertHash: sum1[:]}, false},
		{"its SHA-1, cut short", ctl.Record{CertHash: sum1[:19], HashAlgorithm: 1}, false},
		{"its SHA-1 beside another certificate", ctl.Record{Certificate: other, CertHash: sum1[:], HashAlgorithm: 1}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.record.Is(der); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if tt.record.Is(nil) {
				t.Error("no certificate is taken for this record's")
			}
		})
	}
}

func TestKey(t *testing.T) {
	rsa1, rsa2 := rsaKey(t, 1024), rsaKey(t, 2048)
	cert := certificate(t, "a", 1, rsa1.Public(), 0)
	pkcs1 := x509.MarshalPKCS1PublicKey(&rsa1.PublicKey)
	type row struct {
		name   string
		record ctl.Record
		want   crypto.PublicKey
		err    string
	}
	tests := []row{
		{"certificate and its key", ctl.Record{Certificate: cert.Raw, PublicKey: pkcs1}, rsa1.Public(), ""},
		{"certificate alone", ctl.Record{Certificate: cert.Raw}, rsa1.Public(), ""},
		{"key alone", ctl.Record{PublicKey: pkcs1}, rsa1.Public(), ""},
		{"certificate and another key", ctl.Record{Number: 3, Certificate: cert.Raw, PublicKey: x509.MarshalPKCS1PublicKey(&rsa2.PublicKey)}, nil, "record 3: PUBLICKEY is not the key of CERTIFICATE"},
		{"certificate and no key at all", ctl.Record{Number: 3, Certificate: cert.Raw, PublicKey: []byte("?")}, nil, "record 3: PUBLICKEY: neither a PKCS#1 key nor a point"},
		{"broken certificate beside a good key", ctl.Record{Number: 3, Certificate: cert.Raw[1:], PublicKey: pkcs1}, nil, "record 3: CERTIFICATE: "},
		{"broken key", ctl.Record{Number: 3, PublicKey: pkcs1[1:]}, nil, "record 3: PUBLICKEY: neither a PKCS#1 key nor a point"},
		{"point off the curve", ctl.Record{Number: 3, PublicKey: append([]byte{4}, make([]byte, 64)...)}, nil, "record 3: PUBLICKEY: "},
		{"neither", ctl.Record{}, nil, ctl.ErrNoKey.Error()},
	}
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		point, err := key.PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		name := curve.Params().Name
		tests = append(tests,
			row{name + " point alone", ctl.Record{PublicKey: point}, key.Public(), ""},
			row{name + " certificate and its point", ctl.Record{Certificate: certificate(t, "ec", 2, key.Public(), 0).Raw, PublicKey: point}, key.Public(), ""},
			row{name + " point beside an RSA certificate", ctl.Record{Certificate: cert.Raw, PublicKey: point}, nil, "record 0: PUBLICKEY is not the key of CERTIFICATE"})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			key, err := tt.record.Key()
			if tt.want == nil {
				if key != nil || err == nil || !strings.HasPrefix(err.Error(), tt.err) {
					t.Errorf("got %v, %v, want %q", key, err, tt.err)
				}
				return
			}
			if err != nil || !tt.want.(interface{ Equal(crypto.PublicKey) bool }).Equal(key) {
				t.Errorf("got %v, %v", key, err)
			}
		})
	}
}

func TestX509WithoutACertificate(t *testing.T) {
	if _, err := new(ctl.Record).X509(); !errors.Is(err, ctl.ErrNoCertificate) {
		t.Errorf("got %v", err)
	}
	if got := new(ctl.Record).SHA1(); got != [20]byte{} {
		t.Errorf("SHA-1 of no certificate: %x", got)
	}
}

// Thousands of phones share one list and ask it at once.
func TestSharedByMany(t *testing.T) {
	l := parse(t, example(t))
	var phones sync.WaitGroup
	certs := make([]*x509.Certificate, 8)
	for i := range certs {
		phones.Go(func() {
			r := l.Find(ctl.RoleSAST, l.Signer.Serial)[0]
			cert, err := r.X509()
			if err != nil {
				t.Error(err)
				return
			}
			certs[i] = cert
			if err := l.VerifySelf(); err != nil {
				t.Error(err)
			}
			if l.Trusts(cert.Raw, ctl.RoleCCMTFTP) == nil {
				t.Error("the certificate is not found as CCM+TFTP")
			}
		})
	}
	phones.Wait()
	for _, cert := range certs {
		if cert != certs[0] {
			t.Error("the certificate was parsed more than once")
		}
	}
	copied := l.Records[0]
	if cert, err := copied.X509(); cert != certs[0] || err != nil {
		t.Error("a copy of the record parses the certificate again")
	}
}

func TestRoles(t *testing.T) {
	tests := []struct {
		role        ctl.Role
		long, short string
	}{
		{ctl.RoleSAST, "System Administrator Security Token", "SAST"},
		{ctl.RoleCCM, "CCM", "CCM"},
		{ctl.RoleCCMTFTP, "CCM+TFTP", "CCM+TFTP"},
		{ctl.RoleTFTP, "TFTP", "TFTP"},
		{ctl.RoleCAPF, "CAPF", "CAPF"},
		{ctl.RoleAppServer, "APP-SERVER", "APP-SERVER"},
		{ctl.RoleTVS, "TVS", "TVS"},
	}
	for _, tt := range tests {
		back, err := ctl.ParseRole(tt.short)
		if tt.role.String() != tt.long || tt.role.Short() != tt.short || back != tt.role || err != nil {
			t.Errorf("%d: %q, %q, parsed %v, %v", tt.role, tt.role, tt.role.Short(), back, err)
		}
	}
	if got := ctl.Role(5).String(); got != "role 5" {
		t.Errorf("unknown role: %q", got)
	}
	for _, bad := range []string{"", "sast", "role 5"} {
		if r, err := ctl.ParseRole(bad); err == nil {
			t.Errorf("%q parsed to %v", bad, r)
		}
	}
}

func TestTagNames(t *testing.T) {
	for tag, want := range map[uint8]string{1: "RECORDLENGTH", 5: "ISSUERNAME", 10: "IPADDRESS", 12: "HASHALGORITHM", 0: "tag 0", 13: "tag 13"} {
		if got := ctl.TagName(tag); got != want {
			t.Errorf("tag %d: %q, want %q", tag, got, want)
		}
	}
}
