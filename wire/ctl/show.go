package ctl

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/phonebank/phonebank/wire/signed"
)

// Show prints a list as CUCM's "show ctl" and "show itl" do, misspellings
// included (trust list, section 13). Columns are separated by tabs. The time is
// the list's TIMESTAMP in loc, nil meaning UTC. What the original does not know,
// unknown tags among it, is shown by number rather than left out.
func Show(w io.Writer, l *List, loc *time.Location) error {
	if loc == nil {
		loc = time.UTC
	}
	out := bufio.NewWriter(w)
	s := shower{Writer: out, list: l, signer: l.SignedByRecord(), word: "CTL"}
	if l.Kind() == ITL {
		s.word = "ITL"
	}
	s.top(loc)
	s.header()
	for i := range l.Records {
		s.record(&l.Records[i])
	}
	if s.signer != nil {
		s.printf("\nThe %s file was verified successfully.\n", s.word)
	} else {
		s.printf("\nVerification of the %s File Failed\n", s.word)
	}
	return out.Flush()
}

// ShowMissing prints what "show ctl" and "show itl" do when there is no file (size
// 0), or one that is no list.
func ShowMissing(w io.Writer, kind Kind, size int) error {
	word := "CTL"
	if kind == ITL {
		word = "ITL"
	}
	_, err := fmt.Fprintf(w, "Length of %s file: %d\n", word, size)
	if err == nil && size == 0 {
		_, err = fmt.Fprintf(w, "%s File not found. Please run CTLClient plugin or run the CLI - utils ctl.. to generate the %s file.\n", word, word)
	}
	if err == nil {
		_, err = fmt.Fprintf(w, "Error parsing the %s File.\n", word)
	}
	return err
}

// columns is the head of every table: "BYTEPOS" is really the tag.
const columns = "BYTEPOS\tTAG\t\tLENGTH\tVALUE\n-------\t---\t\t------\t-----\n"

// shower prints one list; the bufio.Writer below it keeps the first error.
type shower struct {
	io.Writer
	list   *List
	signer *Record // the record that signed the list, nil when none did
	word   string  // "CTL" or "ITL"
}

func (s *shower) printf(format string, args ...any) { fmt.Fprintf(s, format, args...) }

// row prints tag, name and length, and the value when there is one to print.
func (s *shower) row(tag uint8, name string, length int, value string) {
	tabs := "\t"
	if len(name) < 8 {
		tabs = "\t\t"
	}
	s.printf("%d\t%s%s%d", tag, name, tabs, length)
	if value != "" {
		s.printf("\t%s", value)
	}
	s.printf("\n")
}

func (s *shower) top(loc *time.Location) {
	l := s.list
	s.printf("The checksum value of the %s file:\n%x(MD5)\n%x(SHA1)\n\n", s.word, l.MD5(), l.SHA1())
	s.printf("Length of %s file: %d\n", s.word, l.Size())
	if !l.Timestamp.IsZero() {
		s.printf("The %s File was last modified on %s\n", s.word, l.Timestamp.In(loc).Format("Mon Jan 02 15:04:05 MST 2006"))
	}
	s.printf("\nParse %s File\n----------------\n\n", s.word)
	s.printf("Version:\t%d.%d\nHeaderLength:\t%d (BYTES)\n\n", l.Major, l.Minor, l.HeaderLength)
}

func (s *shower) header() {
	s.printf(columns)
	for _, it := range s.list.Items {
		name, n := signed.TagName(it.Tag), len(it.Value)
		switch it.Tag {
		case signed.TagVersion, signed.TagHeaderLength, signed.TagSignerVersion, signed.TagPadding:
			// printed above, or not at all
		case signed.TagSignerID, signed.TagSignatureInfo, signed.TagAlgorithmInfo:
			s.row(it.Tag, name, 2, fmt.Sprint(n)) // the length of the length
		case signed.TagSignerName, signed.TagCAName:
			s.row(it.Tag, name, n, plain(signed.Text(it.Value)))
		case signed.TagSerialNumber:
			s.row(it.Tag, name, n, signed.SerialText(it.Value))
		case signed.TagSignature:
			s.row(it.Tag, name, n, "")
			s.dump(it.Value)
		default:
			s.row(it.Tag, name, n, "")
		}
	}
}

// dump prints rows of 16 bytes in hex without leading zeros.
func (s *shower) dump(b []byte) {
	for i, c := range b {
		end := " "
		if i%16 == 15 || i == len(b)-1 {
			end = "\n"
		}
		s.printf("%x%s", c, end)
	}
}

func (s *shower) record(r *Record) {
	s.printf("\n%s Record #:%d\n              ----\n%s", s.word, r.Number, columns)
	for _, it := range r.Items {
		n := len(it.Value)
		value := ""
		switch it.Tag {
		case TagRecordLength:
			value = fmt.Sprint(r.Length)
		case TagDNSName, TagSubjectName, TagIssuerName:
			value = plain(signed.Text(it.Value))
		case TagFunction:
			value = r.Role.String()
		case TagSerialNumber:
			value = signed.SerialText(it.Value)
		case TagCertificate:
			value = fmt.Sprintf("% X (SHA1 Hash HEX)", r.SHA1())
		case TagCertHash:
			value = fmt.Sprintf("% X", it.Value)
		case TagHashAlgorithm:
			value = signed.Digest(r.HashAlgorithm).String()
		}
		s.row(it.Tag, TagName(it.Tag), n, value)
	}
	if r.Role != RoleSAST {
		return
	}
	not := ""
	if r != s.signer {
		not = "not "
	}
	s.printf("This etoken was %sused to sign the %s file.\n", not, s.word)
}

// plain is a text without what a terminal would obey.
func plain(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 {
			return '?'
		}
		return c
	}, s)
}
