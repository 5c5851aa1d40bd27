package ctl_test

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"flag"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

var update = flag.Bool("update", false, "write the golden files")

func show(t *testing.T, l *ctl.List, loc *time.Location) string {
	t.Helper()
	var b bytes.Buffer
	if err := ctl.Show(&b, l, loc); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestShow(t *testing.T) {
	odd := list(t, record(t, "04000203e7", "0b00021122", "0c000101", "630001"+"ff", "020004"+"1b5b6d00"))
	broken := bytes.Clone(example(t))
	broken[len(broken)-1] ^= 1
	tests := []struct {
		golden string
		file   []byte
		loc    *time.Location
	}{
		{"example-ctl.show.txt", example(t), nil},
		{"broken-ctl.show.txt", broken, nil},
		{"published-itl.show.txt", read(t, "real/ITLFile.tlv"), time.FixedZone("CST", -6*3600)},
		{"odd-ctl.show.txt", odd, nil},
	}
	for _, tt := range tests {
		t.Run(tt.golden, func(t *testing.T) {
			got := show(t, parse(t, tt.file), tt.loc)
			if *update {
				if err := os.WriteFile(filepath.Join("testdata", tt.golden), []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(read(t, tt.golden)), got); diff != "" {
				t.Errorf("(-golden +got):\n%s", diff)
			}
		})
	}
}

// A published listing of a call manager's "show ctl": a list rebuilt from its
// names, numbers and sizes has the published length, and prints every line of it.
func TestShowAgainstAPublishedListing(t *testing.T) {
	l := parse(t, published(t))
	if l.Size() != 4712 {
		t.Errorf("%d bytes, the listing's has 4712", l.Size())
	}
	got := lines(show(t, l, time.FixedZone("EDT", -4*3600)))
	from := slices.Index(got, "LengthofCTLfile:4712")
	if from < 0 {
		t.Fatalf("no length of the file in\n%s", strings.Join(got, "\n"))
	}
	// The transcript stops at CANAME and goes on with the first record.
	rest := slices.Index(got, "7SIGNATUREINFO215")
	record := slices.Index(got, "CTLRecord#:1")
	got = slices.Concat(got[from:rest], got[record:])
	if diff := cmp.Diff(lines(string(read(t, "transcript.txt"))), got); diff != "" {
		t.Errorf("(-published +ours):\n%s", diff)
	}
}

var hash = regexp.MustCompile(`([0-9A-F]{2}){20}\(SHA1`)

// lines takes away what the transcript lost or what cannot be known: blanks,
// closing quotes, rules, digests of certificates; and it knows that older call
// managers print ISSUENAME.
func lines(s string) []string {
	var out []string
	for line := range strings.Lines(s) {
		line = strings.NewReplacer(" ", "", "\t", "", "\n", "", `"`, "", "ISSUENAME", "ISSUERNAME").Replace(line)
		line = hash.ReplaceAllString(line, "…(SHA1")
		if strings.Trim(line, "-") != "" {
			out = append(out, line)
		}
	}
	return out
}

// published is the list of the transcript with keys of our own: two tokens, whose
// names the token's maker wrote, a call manager and CAPF.
func published(t *testing.T) []byte {
	t.Helper()
	key := rsaKey(t, 1024)
	const (
		subject1 = `cn="SAST-ADN4e31f914        ";ou=IPCBU;o="Cisco Systems`
		subject2 = `cn="SAST-ADN5bbd7b14        ";ou=IPCBU;o="Cisco Systems`
		issuer   = `cn=Cisco Manufacturing CA;o=Cisco Systems`
	)
	serial1, serial2 := unhex(t, "bda302000000d888641f"), unhex(t, "aac92000000078c42e22")
	wide := &rsa.PublicKey{N: key.N, E: 1<<24 + 1} // an exponent of four bytes: one more than usual
	token := func(subject string, serial []byte, pub *rsa.PublicKey, size int) []byte {
		cert := sized(t, &x509.Certificate{SerialNumber: new(big.Int).SetBytes(serial)}, pub, size)
		b := record(t, "020001"+"00")
		b = signed.AppendTLV(b, ctl.TagSubjectName, signed.NUL(subject))
		b = append(b, unhex(t, "0400020000")...)
		b = signed.AppendTLV(b, ctl.TagIssuerName, signed.NUL(issuer))
		b = signed.AppendTLV(b, ctl.TagSerialNumber, serial)
		b = signed.AppendTLV(b, ctl.TagPublicKey, x509.MarshalPKCS1PublicKey(pub))
		b = signed.AppendTLV(b, ctl.TagCertificate, cert.Raw)
		b = signed.AppendTLV(b, ctl.TagIPAddress, make([]byte, 4))
		b[3], b[4] = byte(len(b)>>8), byte(len(b))
		return b
	}
	server := func(serial string, size int, name ...string) ctl.Entry {
		var template x509.Certificate
		template.SerialNumber = new(big.Int).SetBytes(unhex(t, serial))
		for i, oid := range []int{3, 11, 10, 7, 8, 6} { // CN, OU, O, L, ST, C
			template.Subject.ExtraNames = append(template.Subject.ExtraNames, attribute(oid, name[i]))
		}
		return ctl.Entry{
			Role: ctl.RoleCCMTFTP, Certificate: sized(t, &template, key.Public(), size), OmitSignature: true,
			DNSName: "14.48.44.80", IPAddress: netip.MustParseAddr("14.48.44.80"),
		}
	}
	ccm := server("74ae9e6bdbc2a51d", 738, "CUCM8-Publisher.bbbburns.lab", "AS", "Cisco", "RTP", "NC", "US")
	capf := server("0adc6e7742914a53", 674, "CAPF-9c4cba7d", "TAC", "Cisco", "RTP", "North Carolina", "US")
	capf.Role = ctl.RoleCAPF
	servers := build(t, ctl.Spec{Records: []ctl.Entry{ccm, capf}, Signer: certificate(t, "any", 1, key.Public(), 0), Key: key})

	moment, err := time.Parse(time.RFC3339, "2011-08-31T13:28:03-04:00")
	if err != nil {
		t.Fatal(err)
	}
	file, err := signed.Sign(signed.Header{
		Major: 1, Minor: 2, Filename: "CTLFile.tlv", Timestamp: moment,
		Signer: signed.Signer{Name: subject1, Serial: serial1, Issuer: issuer},
	}, slices.Concat(token(subject1, serial1, &key.PublicKey, 894), token(subject2, serial2, wide, 895), servers.Payload), key)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// sized is a certificate of exactly that many bytes.
func sized(t *testing.T, template *x509.Certificate, pub any, size int) *x509.Certificate {
	t.Helper()
	for extra := 1; extra < size; extra++ {
		filled := *template
		if cert := certificateOf(t, &filled, pub, extra); len(cert.Raw) == size {
			return cert
		} else if len(cert.Raw) < size-32 { // lengths grow with what they count
			extra += size - 32 - len(cert.Raw)
		}
	}
	t.Fatalf("no certificate of %d bytes", size)
	return nil
}

// attribute is one of X.520's: 2.5.4.n.
func attribute(n int, value string) pkix.AttributeTypeAndValue {
	return pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, n}, Value: value}
}

// failing is a writer whose disk is full after n bytes.
type failing struct{ n int }

var errFull = errors.New("disk full")

func (f *failing) Write(b []byte) (int, error) {
	if f.n -= len(b); f.n < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestShowReportsTheWritersError(t *testing.T) {
	l := parse(t, read(t, "real/ITLFile.tlv"))
	for _, n := range []int{0, len(show(t, l, nil)) - 1} {
		if err := ctl.Show(&failing{n: n}, l, nil); !errors.Is(err, errFull) {
			t.Errorf("disk full after %d bytes: %v", n, err)
		}
	}
}

func TestShowMissing(t *testing.T) {
	for _, tt := range []struct {
		situation string
		kind      ctl.Kind
		size      int
		want      string
	}{
		{"no CTL", ctl.CTL, 0, "Length of CTL file: 0\nCTL File not found. Please run CTLClient plugin or run the CLI - utils ctl.. to generate the CTL file.\nError parsing the CTL File.\n"},
		{"no ITL", ctl.ITL, 0, "Length of ITL file: 0\nITL File not found. Please run CTLClient plugin or run the CLI - utils ctl.. to generate the ITL file.\nError parsing the ITL File.\n"},
		{"what is no list", ctl.KindUnknown, 404, "Length of CTL file: 404\nError parsing the CTL File.\n"},
	} {
		var b bytes.Buffer
		if err := ctl.ShowMissing(&b, tt.kind, tt.size); err != nil || b.String() != tt.want {
			t.Errorf("%s: %v\n%s", tt.situation, err, b.String())
		}
		for n := range tt.want {
			if err := ctl.ShowMissing(&failing{n: n}, tt.kind, tt.size); !errors.Is(err, errFull) {
				t.Errorf("%s, disk full after %d bytes: %v", tt.situation, n, err)
			}
		}
	}
}
