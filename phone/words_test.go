package phone

import (
	"bufio"
	"os"
	"regexp"
	"slices"
	"testing"
)

// Lines as quoted from real phones, with the blanks of the quotation filled.
func TestConsoleLinesAreThoseOfRealPhones(t *testing.T) {
	for _, row := range []struct {
		line           ConsoleLine
		severity, text string
	}{
		{lineRequest("CTLSEP0011215A1AE3.tlv"), "NOT", "SECD: tlRequestFile: Request CTLSEP0011215A1AE3.tlv"},
		{lineTFTPRequest(27, "CTLSEP0011215A1AE3.tlv", "14.48.44.80"), "NOT", "TFTP: [27]:Requesting CTLSEP0011215A1AE3.tlv from 14.48.44.80"},
		{lineTFTPFinished(27, 4712), "NOT", "TFTP: [27]:Finished --> rcvd 4712 bytes"},
		{lineVerified(296), "NOT", "SECD: validate_file_envelope: File sign verify SUCCESS; header length <296>"},
		{lineNoCTL(), "WRN", "SECD: WARN:lookupCTL: ** no CTL, assume TFTP NONSECURE"},
		{lineUnsignedApproved("SEP0011215A1AE3.cnf.xml"), "NOT", "tftpClient: Non secure file approved -- SEP0011215A1AE3.cnf.xml"},
		{lineTVSAvailable(), "NOT", "SECD: -TVS service available, can attempt via TVS"},
		{lineTVSRequest(), "NOT", "SECD: -TVS Certificate Authentication request"},
		{lineTVSNotCached(), "NOT", "SECD: -No matching entry found at cache"},
		{lineTVSConnect("14.48.44.80:2445"), "NOT", "SECD: clpSetupSsl: Trying to connect to IPV4, IP: 14.48.44.80, Port : 2445"},
		{lineTVSConnected(), "NOT", "SECD: -Successfully obtained a TLS connection to the TVS server"},
		{lineTVSAnswer(0), "NOT", "SECD: -Authentication Response received, status : 0"},
		{lineTVSFlushed(), "NOT", "SECD: tvsFlushCertCache: Completed TVS Certificate cache flush request"},
	} {
		if want := (ConsoleLine{row.severity, row.text}); row.line != want {
			t.Errorf("got %q, want %q", row.line, want)
		}
	}
}

// What no public sample shows is ours, says so by its name, and stands in the
// last part of words.go.
func TestOwnWordingIsMarked(t *testing.T) {
	file, err := os.Open("words.go")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	function := regexp.MustCompile(`^func (line|ownLine)(\w+)\(`)
	ours := false
	var names []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if lines.Text() == "// Console lines in our own wording: no public sample shows what a real phone" {
			ours = true
		}
		if m := function.FindStringSubmatch(lines.Text()); m != nil {
			if (m[1] == "ownLine") != ours {
				t.Errorf("%s stands in the wrong part", m[0])
			}
			if ours {
				names = append(names, m[2])
			}
		}
	}
	want := []string{"Refused", "NoEnvelope", "TFTPServer", "Unchanged", "OtherName", "UnsignedRefused", "HandshakeFailed", "TVSFailed", "TVSCached"}
	if !slices.Equal(names, want) {
		t.Errorf("ours are %q, want %q", names, want)
	}
}
