package core

import (
	"strings"
	"testing"
)

func TestParseFileName(t *testing.T) {
	tests := []struct {
		name string
		want askedFile
	}{
		{"CTLSEP001122334455.tlv", askedFile{fileCTL, testDevice, ""}},
		{"CTLFile.tlv", askedFile{fileCTL, "", ""}},
		{"ITLSEP001122334455.tlv", askedFile{fileITL, testDevice, ""}},
		{"ITLFile.tlv", askedFile{fileITL, "", ""}},
		{"SEP001122334455.cnf.xml", askedFile{fileConfig, testDevice, ""}},
		{"SEP001122334455.cnf.xml.sgn", askedFile{fileConfig, testDevice, ".sgn"}},
		{"SEP001122334455.cnf.xml.enc.sgn", askedFile{fileConfig, testDevice, ".enc.sgn"}},
		{"XMLDefault.cnf.xml", askedFile{fileDefault, "", ""}},
		{"XMLDefault.cnf.xml.sgn", askedFile{fileDefault, "", ".sgn"}},
		{"XMLDefault.cnf.xml.enc.sgn", askedFile{}},
		{"ITLEXTFile.tlv", askedFile{kind: fileITL, device: "EXTFile"}},
		{"SEP001122334455.cnf.xml.enc", askedFile{}},
		{"SEP001122334455.loads", askedFile{}},
		{"CTL.tlv", askedFile{}},
		{"CTL../../etc/passwd.tlv", askedFile{}},
		{"../SEP001122334455.cnf.xml", askedFile{}},
		{"SEP0011223344556677.cnf.xml", askedFile{}},
		{".cnf.xml", askedFile{}},
		{"", askedFile{}},
		{strings.Repeat("A", 70_000), askedFile{}},
	}
	for _, tt := range tests {
		if got := parseFileName(tt.name); got != tt.want {
			t.Errorf("%.40q: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}
